//! Proving that the suite can fail: a plan run against each mutant.

mod bank;
mod document;
mod matrix;
mod never;
mod outside;
mod side;
mod wire;

pub use bank::{Plan, bank};
pub use document::{DocumentKill, UNSEEN, documents};
pub use matrix::{Matrix, row_by_hand, row_of_documents, row_of_wire};
pub use never::never_killed;
pub use outside::kill_at;
pub use side::side_by_side;
pub use wire::kill_wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use crate::{
    engine::{Embedded, Engine, Setup},
    mutant::{self, Mutant},
    plan::Case,
    report,
    spec::Spec,
    suite::Check,
    target::{Options, Target},
    verdict::{Record, Verdict},
};

/// How long a change may take to show on a mutant: those that lose it are many, and none is slow by nature.
const SETTLE: Duration = Duration::from_millis(250);

/// How long a mutant may take to answer: none hangs, but one unpacks bombs, on a machine that runs others beside it.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What happens at once may happen one after the other now and then, and then nothing is wrong: so often a mutant is tried before it
/// counts as a survivor.
const TRIES: usize = 4;

/// What became of one mutant.
#[derive(Debug, Clone, Serialize)]
pub struct Kill {
    /// The mutant.
    pub id: &'static str,
    /// How it was made.
    pub made: &'static str,
    /// The known bug that it repeats, or `derived`.
    pub from: &'static str,
    /// The requirements that it breaks.
    pub requirements: &'static [&'static str],
    /// The cases that found one of them broken.
    pub killed_by: Vec<String>,
    /// The checks that did.
    pub checks: BTreeSet<String>,
    /// The requirements that were found broken, each with the first case of the plan that did.
    pub noticed: BTreeMap<String, String>,
    /// Cases that found something else broken, with what.
    pub unexpected: Vec<String>,
    /// It could not even be started.
    pub unreachable: Option<String>,
    /// Cases that could not be judged, with why.
    pub unjudged: Vec<String>,
    /// What a user is told of it: of the first requirement that it breaks and that was found broken, the first finding of the plan.
    pub told: Option<Told>,
}

/// A finding in the form that it has everywhere.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Its place among the requirements that the mutant breaks.
    #[serde(skip)]
    rank: usize,
    /// The finding.
    pub text: String,
    /// Notes of its case.
    pub notes: Vec<String>,
}

/// Runs a plan against one mutant: the cases of the requirements that it breaks, or `all`.
pub async fn kill(spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant, all: bool) -> Kill {
    let cases = matter(cases, mutant, all);
    let mut kill = attempt(spec, &cases, mutant).await;
    for _ in 1..TRIES {
        if kill.survives() {
            kill = attempt(spec, &cases, mutant).await;
        }
    }
    kill
}

/// The cases that can matter: those of the requirements that the mutant breaks, or `all`.
fn matter(cases: &[Case], mutant: &Mutant, all: bool) -> Vec<Case> {
    let ours = cases.iter().filter(|case| case.contract == mutant.contract);
    let matters = |case: &&Case| all || case.requirements.iter().any(|id| mutant.breaks(id.as_str()));
    ours.filter(matters).map(|case| hurried(case, mutant)).collect()
}

/// The case as it is asked of a mutant. One that asks how long a change takes to show asks for no longer than is waited, where the mutant
/// breaks just that: a minute for each would be waited for nothing.
fn hurried(case: &Case, mutant: &Mutant) -> Case {
    if !mutant.breaks(case.decl.requirement.as_str()) {
        return case.clone();
    }
    let mut decl = (*case.decl).clone();
    for expect in &mut decl.then {
        if let Check::ShownWithin(seconds) = &mut expect.check {
            *seconds = seconds.min(SETTLE.as_secs_f64());
        }
    }
    Case { decl: Arc::new(decl), ..case.clone() }
}

async fn attempt(spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant) -> Kill {
    let mut kill = Kill::of(mutant.id, "by hand", mutant.from, mutant.breaks);
    let embedded =
        Embedded::spoilt(0, |config| mutant.config(config), |registry| mutant.handler(registry)).about(mutant.contract);
    match Engine::start_embedded(Arc::clone(spec), setup(), cases, embedded) {
        Ok(engine) => {
            for record in engine.run(cases, &|_| ()).await {
                kill.note(spec, &record);
            }
        }
        Err(error) => kill.unreachable = Some(error.to_string()),
    }
    kill
}

impl Kill {
    fn of(id: &'static str, made: &'static str, from: &'static str, requirements: &'static [&'static str]) -> Self {
        Self {
            id,
            made,
            from,
            requirements,
            killed_by: Vec::new(),
            checks: BTreeSet::new(),
            noticed: BTreeMap::new(),
            unexpected: Vec::new(),
            unreachable: None,
            unjudged: Vec::new(),
            told: None,
        }
    }

    /// No case noticed it.
    pub fn survives(&self) -> bool {
        self.killed_by.is_empty()
    }

    /// The contract whose cases were run: a broken wire is met by those of cargo.
    pub fn contract(&self) -> &'static str {
        mutant::find(self.id).map_or("cargo", |mutant| mutant.contract)
    }

    /// The first case that found a requirement broken, or one of those that a pattern stands for.
    fn first(&self, pattern: &str) -> Option<&String> {
        self.noticed.iter().find(|(id, _)| mutant::names(&[pattern], id)).map(|(_, case)| case)
    }

    fn note(&mut self, spec: &Spec, record: &Record) {
        match record.verdict {
            Verdict::Violates => {
                let broken = self.requirements;
                let (meant, other): (Vec<_>, Vec<_>) =
                    record.findings.iter().partition(|finding| mutant::names(broken, finding.requirement.as_str()));
                if !meant.is_empty() {
                    self.killed_by.push(record.id.clone());
                }
                for finding in meant {
                    let rank = broken.iter().position(|id| mutant::names(&[id], finding.requirement.as_str()));
                    if let Some(rank) = rank
                        && self.told.as_ref().is_none_or(|told| rank < told.rank)
                    {
                        let text = report::finding(spec, record, finding);
                        self.told = Some(Told { rank, text, notes: record.notes.clone() });
                    }
                    self.checks.insert(finding.check.clone());
                    self.noticed.entry(finding.requirement.to_string()).or_insert_with(|| record.id.clone());
                }
                for finding in other {
                    self.unexpected.push(format!(
                        "{} {}: {} / {}",
                        record.id, finding.requirement, finding.expected, finding.actual
                    ));
                }
            }
            Verdict::Blocked | Verdict::Inconclusive => {
                self.unjudged.push(format!("{}: {}", record.id, record.reason.as_deref().unwrap_or_default()));
            }
            Verdict::Conforms | Verdict::NotApplicable => {}
        }
    }
}

fn setup() -> Setup {
    Setup::new(Target::Embedded, Options { settle: SETTLE, timeout: TIMEOUT, ..Options::embedded() })
}
