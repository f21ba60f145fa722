//! Proving that the suite can fail: a plan run against each mutant.

mod document;
mod matrix;
mod wire;

pub use document::{DocumentKill, UNSEEN, documents};
pub use matrix::markdown;
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
    spec::{Spec, matches},
    target::{Claims, Credentials, Options, Target},
    verdict::{Record, Verdict},
};

/// How long a change may take to show on a mutant: those that lose it are many, and none is slow by nature.
const SETTLE: Duration = Duration::from_millis(250);

/// Mutants that no case can notice, with the reason.
pub const SURVIVORS: &[(&str, &str)] = &[
    (
        "index-cached-for-ever",
        "an index that never changes cannot be told from a slow one: inconclusive, with the measured lag",
    ),
    ("metadata-not-utf8", "crates.io takes such metadata as well, so no case demands its refusal"),
];

/// How long a mutant may take to answer: none hangs, but one unpacks bombs, on a machine that runs others beside it.
const TIMEOUT: Duration = Duration::from_secs(60);

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
}

/// Runs a plan against one mutant: the cases of the requirements that it breaks, or `all`.
pub async fn kill(spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant, all: bool) -> Kill {
    let matters = |case: &&Case| all || case.requirements.iter().any(|id| mutant.breaks(id.as_str()));
    let ours = |case: &&Case| case.contract == mutant.contract;
    let cases: Vec<Case> = cases.iter().filter(ours).filter(matters).cloned().collect();
    let mut kill = Kill {
        id: mutant.id,
        made: "by hand",
        from: mutant.from,
        requirements: mutant.breaks,
        killed_by: Vec::new(),
        checks: BTreeSet::new(),
        noticed: BTreeMap::new(),
        unexpected: Vec::new(),
        unreachable: None,
        unjudged: Vec::new(),
    };
    let embedded =
        Embedded::spoilt(0, |config| mutant.config(config), |registry| mutant.handler(registry)).about(mutant.contract);
    match Engine::start_embedded(Arc::clone(spec), setup(), &cases, embedded) {
        Ok(engine) => {
            for record in engine.run(&cases, &|_| ()).await {
                kill.note(&record);
            }
        }
        Err(error) => kill.unreachable = Some(error.to_string()),
    }
    kill
}

impl Kill {
    /// Why no case can notice it; nothing if one has to.
    pub fn excuse(&self) -> Option<&'static str> {
        SURVIVORS.iter().find(|(id, _)| *id == self.id).map(|(_, why)| *why)
    }

    /// The first case that found a requirement broken, or one of those that a pattern stands for.
    fn first(&self, pattern: &str) -> Option<&String> {
        self.noticed.iter().find(|(id, _)| matches(pattern, id)).map(|(_, case)| case)
    }

    fn note(&mut self, record: &Record) {
        match record.verdict {
            Verdict::Violates => {
                let broken = self.requirements;
                let (meant, other): (Vec<_>, Vec<_>) =
                    record.findings.iter().partition(|finding| mutant::names(broken, finding.requirement.as_str()));
                if !meant.is_empty() {
                    self.killed_by.push(record.id.clone());
                }
                for finding in meant {
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
    Setup {
        target: Target::Embedded,
        credentials: Credentials::default(),
        claims: Claims::default(),
        options: Options { settle: SETTLE, timeout: TIMEOUT, ..Options::embedded() },
        require: Vec::new(),
        record: None,
        profile: None,
        found: None,
    }
}
