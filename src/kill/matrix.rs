//! The kill matrix, as a document.

use std::fmt::Write;

use super::{DocumentKill, Kill};
use crate::mutant::wire::{Ends, Wire};

/// All that a run over mutants found.
#[derive(Debug, Default)]
pub struct Matrix<'a> {
    /// What became of each mutant by hand.
    pub by_hand: &'a [Kill],
    /// The broken wires that were tried.
    pub wires: &'a [&'static Wire],
    /// What became of those made from documents.
    pub made: &'a [DocumentKill],
}

impl Matrix<'_> {
    /// Each mutant by hand with the requirements that it breaks, and of each the first case that found it broken; each broken wire with
    /// how a run against it rightly ends; how many mutants the documents make.
    ///
    /// Of a mutant that shows only when requests meet, the case may be another one next time.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "# Kill matrix\n\n\
            Made by `regspec mutants --report markdown=docs/kill-matrix.md`; `cargo test` fails when it is out of date.\n\n\
            ## By hand\n\n\
            Each mutant is the reference registry with one rule broken. The last column names, for each requirement that it breaks, a case\n\
            that finds it broken. A requirement with a `*` stands for those of all operations that fit.\n\n\
            | mutant | contract | known bug | breaks | killed by |\n| --- | --- | --- | --- | --- |\n",
        );
        self.by_hand.iter().for_each(|kill| out.push_str(&row_by_hand(kill)));
        out.push_str(
            "\n## Broken wires\n\n\
            The reference registry behind a listener that breaks what is below the message. A run ends in bounded time and memory.\n\n\
            | wire | breaks | a run ends |\n| --- | --- | --- |\n",
        );
        self.wires.iter().for_each(|wire| out.push_str(&row_of_wire(wire)));
        out.push_str(
            "\n## Made from the documents\n\n\
            What the document and its overlays forbid of a reply, done to the replies of a healthy run and judged without a server. Some\n\
            change nothing, for no reply of the reference registry has anything there.\n\n\
            | contract | made | change a reply | killed |\n| --- | --- | --- | --- |\n",
        );
        out.push_str(&row_of_documents(self.made));
        out
    }
}

/// The row of a mutant by hand.
pub fn row_by_hand(kill: &Kill) -> String {
    let contract = kill.contract();
    let bug = if kill.from == "derived" { "–" } else { kill.from };
    let breaks = quoted(kill.requirements.iter().copied());
    let mut cases: Vec<&str> = Vec::new();
    for case in kill.requirements.iter().filter_map(|id| kill.first(id)) {
        if !cases.contains(&case.as_str()) {
            cases.push(case);
        }
    }
    let by = quoted(cases.into_iter());
    format!("| `{}` | {contract} | {bug} | {breaks} | {by} |\n", kill.id)
}

/// The row of a broken wire, which tells no more than its entry in the bank.
pub fn row_of_wire(wire: &Wire) -> String {
    let ends = match wire.ends {
        Ends::Violates => "with a violation".to_owned(),
        Ends::Inconclusive(part) => format!("inconclusive: {part}"),
        Ends::Unreachable(part) => format!("before its first case: {part}"),
        Ends::Conforms => "well, for no source forbids it".to_owned(),
    };
    format!("| `{}` | {} | {ends} |\n", wire.id, quoted(wire.breaks.iter().copied()))
}

/// The rows of the mutants that documents make: how many of each contract.
pub fn row_of_documents(made: &[DocumentKill]) -> String {
    let mut out = String::new();
    for of_contract in made.chunk_by(|one, next| contract(one) == contract(next)) {
        let seen = of_contract.iter().filter(|kill| kill.unseen.is_none()).count();
        let killed = of_contract.iter().filter(|kill| !kill.killed_by.is_empty()).count();
        let _ = writeln!(out, "| {} | {} | {seen} | {killed} |", contract(&of_contract[0]), of_contract.len());
    }
    out
}

fn contract(kill: &DocumentKill) -> &str {
    kill.id.split('/').next().unwrap_or_default()
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
