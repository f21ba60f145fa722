//! The arrow: which part of regspec may use which, and how large a file may grow.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A part, the parts that it may use, and why no more.
type Row = (&'static str, &'static [&'static str], &'static str);

/// From left to right. A part that is not listed here is not part of regspec.
const ARROW: &[Row] = &[
    ("spec", &[], "documents and requirements are data: they know nobody who reads them"),
    ("exchange", &[], "what went over the wire means the same to everybody, so it depends on nothing"),
    ("package", &[], "uploads are made from a model alone, so that each kind of wrongness can be tried by itself"),
    ("verdict", &["spec"], "a verdict names requirements and their levels, and no way by which it was reached"),
    ("suite", &["spec", "exchange", "package"], "a declared case is typed data over requirements, marks and forms"),
    ("target", &["spec", "exchange", "suite"], "what a target claims decides which cases apply, and runs none"),
    ("plan", &["spec", "package", "suite", "target"], "a plan is complete before anything is sent or judged"),
    (
        "session",
        &["spec", "exchange", "package", "suite", "target", "plan"],
        "the only sender finds nothing right or wrong: never check, verdict or report",
    ),
    (
        "check",
        &["spec", "exchange", "package", "suite", "plan"],
        "judgement sees a transcript and no session, so that a recorded one is judged alike",
    ),
    ("reference", &["exchange"], "written a second time on purpose: a mistake that both shared would never show"),
    (
        "mutant",
        &["spec", "exchange", "package", "suite", "reference"],
        "a mutant is the reference registry with one rule broken; which case kills it is found elsewhere",
    ),
    (
        "engine",
        &["spec", "exchange", "suite", "target", "plan", "session", "check", "verdict", "reference", "mutant"],
        "it joins sending with judging, and starts the registries that an embedded run needs",
    ),
    (
        "judge",
        &["spec", "exchange", "plan", "session", "verdict", "engine"],
        "recorded transcripts take the way of fresh ones from where they were recorded",
    ),
    ("report", &["spec", "exchange", "verdict", "engine"], "a report is a fold over records: it asks nobody again"),
    (
        "kill",
        &["spec", "exchange", "suite", "target", "plan", "session", "engine", "verdict", "mutant", "report"],
        "it runs a plan against each mutant, as any front runs it against a target",
    ),
    (
        "harness",
        &["spec", "package", "suite", "target", "plan", "engine", "verdict", "report"],
        "one of two fronts: libtest trials",
    ),
    (
        "cli",
        &[
            "spec",
            "exchange",
            "package",
            "suite",
            "target",
            "plan",
            "session",
            "verdict",
            "engine",
            "judge",
            "report",
            "reference",
            "mutant",
            "kill",
        ],
        "the other front: whatever it prints was found elsewhere, so it never checks",
    ),
    ("main", &["cli"], "a name for the command line"),
];

const LONGEST_FILE: usize = 500;

#[test]
fn the_arrow_holds() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let part = part(&path);
        let Some((_, may_use, why)) = ARROW.iter().find(|(name, ..)| *name == part) else {
            wrong.push(format!(
                "{}: `{part}` has no place in the arrow; give it one in tests/layers.rs",
                path.display()
            ));
            continue;
        };
        let code = code(&text);
        for used in uses(&code) {
            if used != part && !may_use.contains(&used.as_str()) {
                wrong.push(format!("{}: `{part}` uses `{used}`, but {why}", path.display()));
            }
        }
        if climbs_out(&path, &code) {
            wrong.push(format!(
                "{}: `super::` leaves `{part}`; write `crate::`, which is looked at here",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_arrow_has_no_way_back() {
    for (at, (name, may_use, _)) in ARROW.iter().enumerate() {
        let left: BTreeSet<_> = ARROW[..at].iter().map(|(name, ..)| *name).collect();
        for used in *may_use {
            assert!(left.contains(used), "{name} may use {used}, which does not stand left of it");
        }
    }
}

#[test]
fn paths_are_found_however_they_are_written() {
    let code =
        code("use crate::{a::{b, c}, d,\n e};\nlet x = crate::f::g(); // crate::no\n/// [`crate::nor`]\n\"crate::h\"");
    assert_eq!(uses(&code).into_iter().collect::<Vec<_>>(), ["a", "d", "e", "f"]);
}

#[test]
fn no_file_holds_two_subjects() {
    let mut sizes: Vec<(usize, PathBuf)> =
        sources().into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    sizes.sort();
    let at = |share: f64| sizes[((sizes.len() - 1) as f64 * share) as usize].0;
    println!("{} files: median {}, nine of ten below {}", sizes.len(), at(0.5), at(0.9));
    let long: Vec<_> = sizes.iter().filter(|(lines, _)| *lines > LONGEST_FILE).collect();
    assert!(long.is_empty(), "files over {LONGEST_FILE} lines: {long:?}");
    assert!(at(0.5) <= 150, "the median file has {} lines", at(0.5));
    assert!(at(0.9) <= 350, "one file in ten has more than {} lines", at(0.9));
}

/// Every source file, with its path below `src`.
fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.insert(path.strip_prefix(&root).unwrap().to_owned(), text);
            }
        }
    }
    // It declares the parts and uses none.
    sources.remove(Path::new("lib.rs"));
    sources
}

/// The part that a file belongs to: the folder or file right below `src`.
fn part(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The text without comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let unquoted = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        out.push_str(&unquoted);
        out.push('\n');
    }
    out
}

/// The parts that a text names behind `crate::`, also in a list such as `crate::{a::b, c}`.
fn uses(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with('$')) {
        let rest = &code[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => members(list),
            None => vec![rest],
        };
        for name in names {
            let name = name.trim_start();
            let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
            if end > 0 {
                found.insert(name[..end].to_owned());
            }
        }
    }
    found
}

/// What stands between the commas of a list, up to the brace that ends it.
fn members(list: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

/// Whether `super::super::…` goes further up than to the part itself, its tests aside, which stand one deeper.
fn climbs_out(path: &Path, code: &str) -> bool {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let tests = path.file_stem().unwrap().to_str().unwrap().ends_with("tests");
    let depth = path.components().count() - usize::from(path.ends_with("mod.rs")) + usize::from(tests);
    code.contains(&"super::".repeat(depth))
}
