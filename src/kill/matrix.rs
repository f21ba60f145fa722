use std::fmt::Write;

use super::Kill;

/// The kill matrix: each mutant with the requirements that it breaks, and of each the first case that found it broken.
///
/// Of a mutant that shows only when requests meet, the case may be another one next time.
pub fn markdown(kills: &[Kill]) -> String {
    let mut out = String::from(
        "# Kill matrix\n\n\
        Each mutant is the reference registry with one rule broken. The last column names, for each requirement that it breaks, a case that\n\
        finds it broken. Made by `regspec mutants --report markdown=docs/kill-matrix.md`; `cargo test --test mutants` fails when it is out of date.\n\n\
        | mutant | made | known bug | breaks | killed by |\n| --- | --- | --- | --- | --- |\n",
    );
    for kill in kills {
        let bug = if kill.from == "derived" { "–" } else { kill.from };
        let breaks = quoted(kill.requirements.iter().copied());
        let mut cases: Vec<&str> = Vec::new();
        for case in kill.requirements.iter().filter_map(|id| kill.first(id)) {
            if !cases.contains(&case.as_str()) {
                cases.push(case);
            }
        }
        let by = match kill.excuse() {
            Some(why) if cases.is_empty() => format!("none: {why}"),
            _ => quoted(cases.into_iter()),
        };
        let _ = writeln!(out, "| `{}` | {} | {bug} | {breaks} | {by} |", kill.id, kill.made);
    }
    out
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
