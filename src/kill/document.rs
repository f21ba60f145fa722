//! What became of the mutants made from the documents: judged without a server.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use super::setup;
use crate::{
    engine::{self, Embedded, Engine, StartError},
    exchange::Transcript,
    mutant::{Slip, slips},
    plan::Case,
    session::End,
    spec::Spec,
    suite::{Check, ReplyRule},
    verdict::Verdict,
};

/// What becomes of at most so many replies is looked at before a mutant counts as a survivor.
const TRIES: usize = 4;

/// What became of one mutant that was made from a document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentKill {
    /// Contract, operation, place and kind.
    pub id: String,
    /// `document`.
    pub made: &'static str,
    /// The requirements that were found broken.
    pub requirements: Vec<String>,
    /// The case that noticed.
    pub killed_by: Vec<String>,
    /// Always empty: judging one reply tells of nothing else.
    pub unexpected: Vec<String>,
    /// Why nobody could notice, where it survives.
    pub survives: Option<&'static str>,
}

/// Runs a contract's cases on the reference registry, and judges what was recorded once more with each edit that its documents forbid.
///
/// # Errors
/// The registry cannot be started.
pub async fn documents(spec: &Arc<Spec>, cases: &[Case]) -> Result<Vec<DocumentKill>, StartError> {
    let embedded = Embedded::reference(0).about(&spec.contract);
    let engine = Engine::start_embedded(Arc::clone(spec), setup(), cases, embedded)?;
    let records = engine.run_recorded(cases, &|_| ()).await;
    let mut seen: BTreeMap<&str, Vec<(&Case, &Transcript)>> = BTreeMap::new();
    for (case, (record, transcript)) in cases.iter().zip(&records) {
        let called = transcript.when().and_then(|at| transcript.exchanges[at].called.as_ref());
        if let (Verdict::Conforms, Some(called)) = (record.verdict, called) {
            seen.entry(called.operation.as_str()).or_default().push((case, transcript));
        }
    }
    // A short reply is judged sooner than a long one, and shows as much.
    for recorded in seen.values_mut() {
        recorded.sort_by_key(|(_, transcript)| weight(transcript));
    }
    let none = Vec::new();
    Ok(slips(spec).iter().map(|slip| judged(spec, slip, seen.get(slip.operation.as_str()).unwrap_or(&none))).collect())
}

fn weight(transcript: &Transcript) -> usize {
    let last = transcript.when().and_then(|at| transcript.exchanges[at].response());
    last.map_or(0, |reply| reply.body.len())
}

fn judged(spec: &Spec, slip: &Slip, recorded: &[(&Case, &Transcript)]) -> DocumentKill {
    let mut kill = DocumentKill {
        id: format!("{}/{}", spec.contract, slip.id),
        made: "document",
        requirements: Vec::new(),
        killed_by: Vec::new(),
        unexpected: Vec::new(),
        survives: None,
    };
    let mut shown = 0;
    for (case, transcript) in recorded.iter().filter(|(case, _)| is_looked_at(case)) {
        let Some(at) = transcript.when() else { continue };
        let mut exchange = transcript.exchanges[at].clone();
        if !slip.apply(&mut exchange) {
            continue;
        }
        let mut spoilt = (*transcript).clone();
        spoilt.exchanges[at] = exchange;
        let record = engine::record(spec, case, &spoilt, End::Done);
        if record.verdict == Verdict::Violates {
            kill.requirements = record.findings.iter().map(|finding| finding.requirement.to_string()).collect();
            kill.requirements.dedup();
            kill.killed_by = vec![case.id.clone()];
            return kill;
        }
        shown += 1;
        if shown == TRIES {
            break;
        }
    }
    kill.survives =
        Some(if shown == 0 { "no reply of the reference registry has anything there" } else { "no check noticed" });
    kill
}

/// The case says something of the reply itself.
fn is_looked_at(case: &Case) -> bool {
    case.decl
        .then
        .iter()
        .any(|expect| matches!(expect.check, Check::Reply(ReplyRule::Documented) | Check::ErrorReply(_)))
}
