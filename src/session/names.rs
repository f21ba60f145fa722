use sha2::{Digest, Sha256};

use crate::{
    exchange::Bindings,
    plan::Case,
    suite::NameForm,
    target::{Options, Policy},
};

/// A try at a case, from whose numbers fresh names and versions follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The try whose crates are used: its own, or an earlier one whose crates it adds versions to.
    pub crates_of: usize,
    /// Its own number.
    pub number: usize,
}

impl From<usize> for Attempt {
    fn from(number: usize) -> Self {
        Self { crates_of: number, number }
    }
}

/// The longest name that registries commonly take.
const LONGEST: usize = 64;

/// The fresh names of a case: from run, suite, case and attempt, so that no two share one. All begin with what the target
/// wants names to begin with.
pub(super) fn fresh(case: &Case, options: &Options, policy: &Policy, attempt: Attempt) -> Bindings {
    let run = &options.run_id;
    let digest_of = |number: usize| Sha256::digest(format!("{run}/{}/{}/{number}", options.seed, case.id));
    let digest = digest_of(attempt.crates_of);
    let base = match case.decl.names {
        NameForm::Nine => format!("r{}", letters(&digest[..8])),
        NameForm::Telling => {
            let tail = &letters(&digest[..8])[..4];
            let words = case.id.split("::").skip(1).collect::<Vec<_>>().join("-");
            // `-other` and the like have to fit behind it.
            let taken = policy.prefix().len() + "rs---other".len() + run.len() + tail.len();
            let words: String = words.chars().take(LONGEST.saturating_sub(taken)).collect();
            format!("{}rs-{run}-{}-{tail}", policy.prefix(), words.trim_end_matches('-'))
        }
    };
    let mut names = Bindings::default();
    names.bind("run", run);
    names.bind("letter", letters(&Sha256::digest(run.as_bytes())[..8])[..1].to_owned());
    let second = |tail: &str| match case.decl.names {
        // The first letter tells them apart: that of the crate is an `r`.
        NameForm::Nine => format!("{}{}", &tail[..1], &base[1..]),
        NameForm::Telling => format!("{base}-{tail}"),
    };
    names.bind("other", second("other"));
    names.bind("dep", second("dep"));
    names.bind("absent", second("none"));
    names.bind("stranger", format!("nobody-{}", letters(&digest[8..16])));
    let digest = digest_of(attempt.number);
    let numbers = [u16::from_le_bytes([digest[16], digest[17]]), u16::from_le_bytes([digest[18], digest[19]])];
    names.bind("version", format!("0.{}.{}", numbers[0], numbers[1]));
    bind_crate(&mut names, &base);
    names
}

/// Binds `{crate}` and its spellings.
pub(super) fn bind_crate(names: &mut Bindings, name: &str) {
    names.bind("crate", name);
    names.bind("crate-underscored", name.replace('-', "_"));
    names.bind("crate-encoded", name.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
    names.bind("crate-upper", name.to_ascii_uppercase());
    names.bind("crate-capital", capital(name));
    names.bind("index-path", crate::package::index_path(name));
}

/// Takes `{crate}`, its spellings and `{version}` away.
pub(super) fn unbind_crate(names: &mut Bindings) {
    for name in ["crate", "crate-underscored", "crate-encoded", "crate-upper", "crate-capital", "index-path", "version"]
    {
        names.unbind(name);
    }
}

fn capital(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Letters and digits drawn from bytes, a letter first.
fn letters(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let digit = |(index, byte): (usize, &u8)| char::from(DIGITS[usize::from(*byte) % if index == 0 { 26 } else { 36 }]);
    bytes.iter().enumerate().map(digit).collect()
}
