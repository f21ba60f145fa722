use std::{path::PathBuf, time::Duration};

use super::Secret;

/// How a run goes about its work.
#[derive(Debug, Clone)]
pub struct Options {
    /// Requests may change the target.
    pub write: bool,
    /// Requests may be such as hurt a weak target.
    pub hostile: bool,
    /// Crates to read instead of one that is found.
    pub crates: Vec<String>,
    /// Origins, beside those of the target, to which requests and tokens may go.
    pub allow_origins: Vec<String>,
    /// Header fields added to every request.
    pub headers: Vec<(String, Secret)>,
    /// Cases at once.
    pub jobs: usize,
    /// Requests a second, if limited.
    pub rate: Option<f64>,
    /// How long one exchange may take.
    pub timeout: Duration,
    /// How long a change may take to show.
    pub settle: Duration,
    /// How long one case may take.
    pub case_timeout: Duration,
    /// Requests with a wrong token that may be sent.
    pub max_denied: usize,
    /// Crates that may be made.
    pub max_new_crates: Option<usize>,
    /// Where only so many crates may be made, cases share them. Not so where other processes run cases as well.
    pub take_turns: bool,
    /// Certificates, in PEM, to trust beside the system's.
    pub cacert: Option<PathBuf>,
    /// The seed of everything drawn by chance on the embedded target.
    pub seed: u64,
    /// The name of this run, of which fresh names are made.
    pub run_id: String,
}

impl Options {
    /// The defaults for the embedded target.
    pub fn embedded() -> Self {
        Self {
            write: true,
            hostile: true,
            crates: Vec::new(),
            allow_origins: Vec::new(),
            headers: Vec::new(),
            jobs: 16,
            rate: None,
            timeout: Duration::from_secs(10),
            settle: Duration::from_secs(2),
            case_timeout: Duration::from_secs(120),
            max_denied: usize::MAX,
            max_new_crates: None,
            take_turns: true,
            cacert: None,
            seed: 0,
            run_id: "embedded".to_owned(),
        }
    }

    /// The defaults for a URL.
    pub fn remote(loopback: bool) -> Self {
        Self {
            write: false,
            hostile: false,
            jobs: if loopback { 16 } else { 4 },
            settle: Duration::from_secs(60),
            max_denied: 100,
            run_id: random_run_id(),
            ..Self::embedded()
        }
    }
}

/// Four characters that begin with a letter.
pub fn random_run_id() -> String {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).expect("the system has a source of randomness");
    run_id_of(u32::from_le_bytes(bytes).into())
}

/// The run id that a number stands for.
pub fn run_id_of(number: u64) -> String {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rest = number;
    let mut id = String::new();
    for radix in [26, 36, 36, 36] {
        let digit = usize::try_from(rest % radix).expect("a remainder below 36");
        id.push(char::from(DIGITS[digit]));
        rest /= radix;
    }
    id
}
