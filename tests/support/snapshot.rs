//! Snapshots of what the binary says.

use std::path::Path;

use crate::command::Outcome;

/// What differs from run to run, and what a further case or requirement moves.
const MOVING: &[(&str, &str)] = &[
    (r"(  case [^\n]*\n)+", "  case …\n"),
    (r"suites/([a-z-]+)\.toml:\d+", "suites/$1.toml:LINE"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"rs-[a-z][a-z0-9]{3}-([a-z-]+)-[a-z0-9]{4}\b", "rs-RUN-$1-TAIL"),
    (r"run id \w+, seed \d+", "run id RUN, seed 0"),
    (r"in \d+\.\d+ s \(\d+ cases/s, \d+ requests/s\)", "in TIME"),
    (r"\d+(\.\d+)? s after", "TIME after"),
    (
        r"requirements: (\d+) of \d+ covered, \d+ deferred, \d+ another contract's, \d+ untestable, \d+ uncovered",
        "requirements: $1 of N covered, …",
    ),
    (r"requirements: (\d+) of \d+ covered by", "requirements: $1 of N covered by"),
    (r"the \d+ bytes uploaded for (\S+) \(SHA-256 [0-9a-f]{64}\)", "the N bytes uploaded for $1 (SHA-256 SUM)"),
    (r"\d+ of \d+ cells of (\S+) have cases among", "N of N cells of $1 have cases among"),
    (r"\d+ of \d+ cells of (\S+) have cases, \d+ excused \([0-9.]+ %\), \d+ open", "N of N cells of $1 have cases, …"),
    (
        r"(\d+ operations?) of (\S+) with \d+ status codes?; of \d+ members? of replies \d+ came with a value, \d+ as null, \d+ never",
        "$1 of $2 with N status codes, …",
    ),
    (r"(?m)^((oanor|apis-io) [a-z]+|Crates|Versions|Owners|Index) +[·0-9].*$", "$1 …"),
    (r"regspec/\d+\.\d+\.\d+", "regspec/VERSION"),
    (r"(\d+ cases?) and \d+ requests?", "$1 and N requests"),
];

/// Holds exit status and both streams against `snapshots/cli/<name>.snap`.
pub fn shown(name: &str, outcome: &Outcome) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, replacement) in MOVING {
        settings.add_filter(pattern, *replacement);
    }
    let code = outcome.code.map_or("none".to_owned(), |code| code.to_string());
    let text = format!("exit status {code}\n--- stdout\n{}--- stderr\n{}", outcome.out, outcome.err);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
