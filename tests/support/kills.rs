//! What became of mutants: against docs/kill-matrix.md, and what a user is told of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;
use regspec::{
    kill::{Kill, row_by_hand},
    mutant::{self, Mutant},
};

/// What differs from run to run, and what a further case moves; and kilobytes of uploads, which say nothing to a reader.
const MOVING: &[(&str, &str)] = &[
    (r"suites/([a-z-]+)\.toml:\d+", "suites/$1.toml:LINE"),
    (r"(127\.0\.0\.1|localhost):\d+", "$1:PORT"),
    (r"\d+\.\d s (after|behind)", "TIME s $1"),
    (r"(shown|not shown) after \d+\.\d s", "$1 after TIME s"),
    (r"regspec/\d+\.\d+\.\d+", "regspec/VERSION"),
    // The sample is drawn anew for each run, and its index file tells when each case came by.
    (r#"("rs-embedded-sample-[^"]*","max_version":)"[^"]*""#, r#"$1"SOME""#),
    (r"a{99,}", "MANY-a"),
    (r#""\d+-([0-9a-f]{24,})"#, "\"$1"),
    (r"[0-9a-fA-F]{24,}", "HASH"),
    (r"at exchange \d+ of (\d+) of caching::h2:", "at exchange N of $1 of caching::h2:"),
    (r"line 1 is `[^\n]*\x{fffd}[^\n]*", "line 1 is BYTES"),
    (r"actual \d+ of them", "actual N of them"),
    // What is cut off behind something that moves is cut off elsewhere the next time.
    (r"\d{4}-\d\d-\d\dT[^\n]*…", "TIME…"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+", "TIME"),
    (r"\b20\d\d-\d\d-\d\d\b", "DATE"),
    (r#""id":\d+[^\n]*…"#, "\"id\":ID…"),
    (r#""id":\d+"#, "\"id\":ID"),
    (r" of \d+ is ", " of ID is "),
    (r"((?:/id|_id|/versions/\*)\b[^\n]*: )\d+[^\n]*\n  actual:   \d[^\n]*", "${1}IDS\n  actual:   IDS"),
    (r"actual:   \d+ before \d+ ", "actual:   N before N "),
    (r#"\d+ items: \[\{"id"#, "N items: [{\"id"),
    (r"(_configs/)\d+", "${1}ID"),
    (r#"(/tokens/|"crate_id":)\d+"#, "${1}ID"),
    (r"01 Jan 2026 \d\d:\d\d:\d\d", "01 Jan 2026 TIME"),
    (r"(\{ )?((printf '[^']*'|head -c \d+ /dev/zero)(; )?)+\}? \|", "printf BYTES |"),
];

/// What a finding tells of one registry, in which several cases go about at once: a snapshot shows it, and need not show it each time.
const VALUES: &[(&str, &str)] = &[
    (r#""[^"\n]*""#, r#""""#),
    (r"\d+", "N"),
    (r#"(""|\bN)(, (""|N))+( and N more)?"#, "LIST"),
    (r#"(?m)^(  (?:expected|actual): .{0,30})[^\n]*…$"#, "$1…"),
];

/// The text of docs/kill-matrix.md.
pub fn matrix() -> String {
    fs::read_to_string(path()).unwrap()
}

/// What stands in backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Writes the rows of one contract anew where snapshots are written anew as well, so that one run brings both up to date.
fn renew(kills: &[Kill], contract: &str) {
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        let of_contract = format!("| {contract} |");
        let text = matrix();
        let is_ours = |line: &&str| line.starts_with("| `") && line.contains(&of_contract);
        let first = text.lines().position(|line| is_ours(&line)).expect("each contract has rows");
        let mut lines: Vec<String> = text.lines().filter(|line| !is_ours(line)).map(str::to_owned).collect();
        let rows = kills.iter().map(|kill| row_by_hand(kill).trim_end().to_owned());
        lines.splice(first..first, rows);
        fs::write(path(), lines.join("\n") + "\n").unwrap();
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kill-matrix.md")
}

/// Where docs/kill-matrix.md does not tell what is so of the mutants of one contract. Where time matters not every case that it names need
/// kill each time: one has to.
pub fn outdated(kills: &[Kill], contract: &str) -> Vec<String> {
    renew(kills, contract);
    let text = matrix();
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let of_contract = format!("| {contract} |");
    for row in text.lines().filter(|line| line.starts_with("| `") && line.contains(&of_contract)) {
        let cells = quoted(row);
        rows.insert(cells[0], cells[1..].to_vec());
    }
    let mut wrong = Vec::new();
    for kill in kills {
        let Some(named) = rows.remove(kill.id) else {
            wrong.push(format!("{} has no row", kill.id));
            continue;
        };
        let (cases, requirements): (Vec<_>, Vec<_>) = named.into_iter().partition(|name| name.contains("::"));
        if requirements.iter().collect::<BTreeSet<_>>() != kill.requirements.iter().collect() {
            wrong.push(format!("{} breaks {:?}, and not {requirements:?}", kill.id, kill.requirements));
        }
        let killed = |case: &&&str| kill.killed_by.iter().any(|killer| killer == **case);
        if cases.is_empty() != kill.killed_by.is_empty() || !cases.is_empty() && !cases.iter().any(|case| killed(&case))
        {
            wrong.push(format!("{} is killed by none of {cases:?}", kill.id));
        }
    }
    wrong.extend(rows.into_keys().map(|id| format!("there is no mutant {id}")));
    wrong
}

/// The areas whose mutants provoke other findings than `snapshots/mutants/<area>.snap` shows, whatever their values. What shows only when
/// requests meet reads another way now and then, and is left out.
pub fn told_otherwise(kills: &[Kill]) -> Vec<String> {
    let known: BTreeMap<&str, &Kill> = kills.iter().map(|kill| (kill.id, kill)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/mutants");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for (area, mutants) in mutant::areas() {
        let sober = mutants.iter().filter(|mutant| !mutant.from_a_race() && known.contains_key(mutant.id));
        let tales: Vec<String> = sober.map(|mutant| tale(mutant, known[mutant.id])).collect();
        let text = replaced(&tales.join("\n"), MOVING);
        let kept = fs::read_to_string(folder.join(format!("{area}.snap"))).unwrap_or_default();
        let kept = kept.splitn(3, "---\n").nth(2).unwrap_or_default();
        if !tales.is_empty() && replaced(text.trim_end(), VALUES) != replaced(kept.trim_end(), VALUES) {
            // All of them are compared before the first that differs ends the test.
            let compared = || settings.bind(|| insta::assert_snapshot!(area, text));
            wrong.extend(
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(compared))
                    .err()
                    .map(|_| format!("snapshots/mutants/{area}.snap reads another way")),
            );
        }
    }
    wrong
}

fn replaced(text: &str, patterns: &[(&str, &str)]) -> String {
    patterns.iter().fold(text.to_owned(), |text, (pattern, replacement)| {
        Regex::new(pattern).unwrap().replace_all(&text, *replacement).into_owned()
    })
}

fn tale(mutant: &Mutant, kill: &Kill) -> String {
    let Some(told) = &kill.told else { return format!("== {}\nnot noticed\n", mutant.id) };
    let notes: String = told.notes.iter().map(|note| format!("  note:     {note}\n")).collect();
    format!("== {}\n{}{notes}", mutant.id, told.text)
}
