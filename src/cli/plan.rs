use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    plan::{Case, Filter, Generated, declared, generated},
    spec::{Contracts, LoadError, Spec},
    suite::{self, Suite},
};

/// A contract with the cases wanted of it.
pub(super) struct Part {
    pub(super) spec: Arc<Spec>,
    pub(super) cases: Vec<Case>,
}

/// The contracts of parts.
pub(super) fn contracts(parts: &[Part]) -> Contracts {
    parts.iter().map(|part| Arc::clone(&part.spec)).collect()
}

/// The contract and the cases wanted of it.
pub(super) fn load(contract: &str, suites: &[PathBuf], only: &[String]) -> Result<(Spec, Vec<Case>), LoadError> {
    let (spec, cases) = whole(contract, suites, None)?;
    let cases = Filter::new(only.iter().cloned()).apply(cases)?;
    Ok((spec, cases))
}

/// Several contracts, cargo's where none is named, each with the cases wanted of it and its documents as of one day.
/// Suites are added to the first.
pub(super) fn load_all(
    named: &[String],
    suites: &[PathBuf],
    only: &[String],
    day: Option<&str>,
) -> Result<Vec<Part>, LoadError> {
    let cargo = ["cargo".to_owned()];
    let named = if named.is_empty() { &cargo[..] } else { named };
    let mut specs: Vec<Arc<Spec>> = Vec::new();
    let mut all = Vec::new();
    for contract in named {
        let (spec, cases) = whole(contract, if specs.is_empty() { suites } else { &[] }, day)?;
        if specs.iter().any(|known| known.contract == spec.contract) {
            let message = format!("two contracts of this run are called `{}`", spec.contract);
            return Err(LoadError::new("--contract", message).hint("a file gives its contract its own name"));
        }
        specs.push(Arc::new(spec));
        all.extend(cases);
    }
    // A filter has to mean something in the run, not in each contract of it.
    let mut wanted = Filter::new(only.iter().cloned()).apply(all)?;
    let mut parts = Vec::new();
    for spec in specs {
        let (own, others) = wanted.into_iter().partition(|case| case.contract == spec.contract);
        wanted = others;
        parts.push(Part { spec, cases: own });
    }
    Ok(parts)
}

/// The contract with all of its cases.
fn whole(contract: &str, suites: &[PathBuf], day: Option<&str>) -> Result<(Spec, Vec<Case>), LoadError> {
    // A name with a dot or a slash is that of a file.
    let mut spec = match contract.contains(['.', '/']) {
        true => Spec::from_file(Path::new(contract))?,
        false => Spec::bundled_as_of(contract, day)?,
    };
    let generated = if spec.contract == "cargo" { Generated::default() } else { generated(&spec) };
    let file = spec.documents.first().map_or_else(String::new, |document| document.file.clone());
    spec.catalogue.add_made(&file, generated.requirements);
    let mut all = suite::bundled(&spec.contract)?;
    for path in suites {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LoadError::new(&name, format!("the suite cannot be read: {error}")))?;
        all.push(Suite::parse(&name, &text)?);
    }
    let mut cases = declared(&spec, &all, &suite::corpora()?)?;
    cases.extend(generated.cases);
    Ok((spec, cases))
}
