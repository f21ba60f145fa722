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
    spec::{Spec, matches},
    suite::{Check, ReplyRule},
    verdict::Verdict,
};

/// What becomes of at most so many replies is looked at before a mutant counts as a survivor.
const TRIES: usize = 4;

/// Places of which no reply of a run of crates.io's contract has anything, with the reason: an edit there changes nothing.
pub const UNSEEN: &[(&str, &str)] = &[
    ("*/badges/*", "badges were taken away: their list is always empty"),
    ("crates-io/find_category/*/parent_categories/*", "the category that is asked for has one below it and none above"),
    ("crates-io/find_category/*/subcategories/*", "a category below another tells of none below or above itself"),
    ("*/subcategories*", "only a category asked for by name tells of those below it"),
    ("*/parent_categories*", "only a category asked for by name tells of those above it"),
    ("crates-io/list_crates/body/crates/*", "lists of crates leave out versions, keywords and categories"),
    ("crates-io/get_summary/body/*", "the summary leaves out versions, keywords and categories of crates"),
    ("crates-io/publish/body/crate/*", "the reply to a publish leaves out versions, keywords and categories"),
    ("crates-io/publish/body/warnings/*", "what is published on the way gives no cause for a warning"),
    ("crates-io/update_crate/body/crate/*", "the reply leaves out versions, keywords and categories"),
    ("crates-io/update_version/body/version/*", "what is published on the way has no features and no programs"),
    ("crates-io/get_team_owners/*/github_username_matches:*", "told of users alone"),
];

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
    /// What is known of it, where it changed a reply and survives.
    pub survives: Option<&'static str>,
    /// Why it changed no reply that the run saw, so that there was nothing to notice.
    pub unseen: Option<&'static str>,
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
        unseen: None,
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
    let unseen = UNSEEN.iter().find(|(pattern, _)| matches(pattern, &kill.id)).map(|(_, why)| *why);
    (kill.survives, kill.unseen) = match shown {
        0 => (None, Some(unseen.unwrap_or("no reply of the reference registry has anything there"))),
        _ => (Some("no check noticed"), None),
    };
    kill
}

/// The case says something of the reply itself.
fn is_looked_at(case: &Case) -> bool {
    case.decl
        .then
        .iter()
        .any(|expect| matches!(expect.check, Check::Reply(ReplyRule::Documented) | Check::ErrorReply(_)))
}
