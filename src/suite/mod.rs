//! Declared cases as typed data: what `suites/<area>.toml` says.

mod agree;
mod call;
mod case;
mod corpus;
mod expect;
mod mentions;
mod placeholders;
mod step;
mod text;
mod told;

pub use agree::{Agree, Compared, Look, Odd, Part, Relation, Take, Unseen, Values, document};
pub use call::{Call, Login};
pub use case::{CaseDecl, Journey, NameForm, Suite, Variant};
pub use corpus::{Corpora, Element};
pub use expect::*;
pub use placeholders::PLACEHOLDERS;
pub use step::*;
pub use text::Text;
pub use told::{ErrorReply, Items, Ordered, ReplyRule};

use include_dir::{Dir, include_dir};

use crate::spec::LoadError;

static SUITES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/suites");

/// Every bundled suite of declared cases of a contract, in order of file name. Those of cargo stand at the top, those of
/// another contract in a folder of its name.
///
/// # Errors
/// One of them does not load.
pub fn bundled(contract: &str) -> Result<Vec<Suite>, LoadError> {
    let mut files: Vec<_> = match contract {
        "cargo" => SUITES.files().collect(),
        other => SUITES.get_dir(other).into_iter().flat_map(Dir::files).collect(),
    };
    files.sort_by_key(|file| file.path());
    files.into_iter().filter_map(embedded).map(|(name, text)| Suite::parse(&name, text)).collect()
}

/// The bundled suite of that name alone, which is what one test in a process of its own needs.
///
/// # Errors
/// It does not load.
pub fn bundled_one(name: &str) -> Result<Option<Suite>, LoadError> {
    let file = SUITES.get_file(format!("{name}.toml"));
    file.and_then(embedded).map(|(name, text)| Suite::parse(&name, text)).transpose()
}

/// The bundled lists that `each` names.
///
/// # Errors
/// One of them does not load.
pub fn corpora() -> Result<Corpora, LoadError> {
    let mut corpora = Corpora::default();
    for (name, text) in SUITES.get_dir("corpus").into_iter().flat_map(Dir::files).filter_map(embedded) {
        corpora.add(&name, text)?;
    }
    Ok(corpora)
}

/// The values of a property that failed once, which are tried before any that are drawn: `suites/corpus/found/<case>.toml`.
pub fn found(case: &str) -> Vec<String> {
    let mut corpora = Corpora::default();
    let file = SUITES.get_file(format!("corpus/found/{case}.toml")).and_then(embedded);
    // tests/catalogue.rs holds that each of these files loads.
    if let Some((name, text)) = file
        && corpora.add(&name, text).is_ok()
    {
        return corpora.get(case).into_iter().flatten().map(|element| element.value.clone()).collect();
    }
    Vec::new()
}

fn embedded(file: &'static include_dir::File<'static>) -> Option<(String, &'static str)> {
    let toml = file.path().extension().is_some_and(|extension| extension == "toml");
    let name = format!("suites/{}", file.path().display());
    toml.then(|| file.contents_utf8().map(|text| (name, text))).flatten()
}
