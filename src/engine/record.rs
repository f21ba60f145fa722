use std::sync::Arc;

use super::seen::operation_id;
use crate::{
    check::{Judgement, judge_case, symptoms},
    exchange::{Exchange, Shown, Transcript, curl},
    plan::Case,
    session::End,
    spec::{Level, Need, RequirementId, Spec},
    suite::Check,
    verdict::{Finding, Record, Verdict},
};

impl Record {
    /// A record of a case that was not judged.
    pub fn unjudged(case: &Case, verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            id: case.id.clone(),
            contract: case.contract.clone(),
            requirements: case.requirements.clone(),
            level: case.level,
            verdict,
            findings: Vec::new(),
            notes: Vec::new(),
            reason: Some(reason.into()),
            blocked_by: None,
            duration_ms: 0,
            exchanges: 0,
            operations: Vec::new(),
            declared: if case.line == 0 { case.file.clone() } else { format!("{}:{}", case.file, case.line) },
            expected: false,
        }
    }

    /// It did not conform in a crate in which another case failed before it, so that either may be why.
    pub(super) fn in_doubt(&mut self, other: &str) {
        self.untold(format!(
            "it failed in a crate that it shares, in which {other} failed before: allow more with --max-new-crates"
        ));
    }

    /// What was found may have another cause: it is kept as notes.
    fn untold(&mut self, reason: String) {
        let found = self.findings.drain(..);
        self.notes.extend(
            found.map(|found| format!("{}: expected {}, actual {}", found.requirement, found.expected, found.actual)),
        );
        self.verdict = Verdict::Inconclusive;
        self.reason = Some(reason);
        self.blocked_by = None;
        self.operations.clear();
    }

    /// It broke beside others and conforms alone: a warning.
    pub(super) fn only_under_concurrency(&mut self) {
        self.notes.push(format!("only under concurrency: {} beside other cases, conforms alone", self.how()));
        for finding in &mut self.findings {
            finding.level = finding.level.min(Level::Should);
        }
        self.verdict = if self.findings.is_empty() { Verdict::Conforms } else { Verdict::Violates };
        self.level = Level::Should;
        self.reason = None;
        self.blocked_by = None;
    }

    /// What may take its time was not there, and is when it is tried again alone: then it was late.
    pub(super) fn late_once(&mut self) {
        self.notes.push(format!("late: {} beside other cases, conforms alone", self.how()));
        self.findings.clear();
        self.verdict = Verdict::Conforms;
        self.reason = None;
        self.blocked_by = None;
    }

    /// What came of it, in words.
    fn how(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{} ({reason})", self.verdict.name()),
            None => self.verdict.name().to_owned(),
        }
    }
}

/// The record of a case from what it sent and received: pure.
pub fn record(spec: &Spec, case: &Case, transcript: &Transcript, end: End) -> Record {
    let mut record = Record::unjudged(case, Verdict::Conforms, "");
    record.reason = None;
    record.exchanges = transcript.exchanges.len();
    match end {
        End::Done => judged(spec, case, transcript, &mut record),
        End::Blocked { by, why } => {
            let why = format!("{why} (builds on {by})");
            if unshown(spec, case, transcript, &why, &mut record, Verdict::Blocked) {
                record.blocked_by = Some(by);
            }
        }
        End::Inconclusive(why) => {
            unshown(spec, case, transcript, &why, &mut record, Verdict::Inconclusive);
        }
        End::NotApplicable(why) => {
            record.verdict = Verdict::NotApplicable;
            record.reason = Some(why);
        }
    }
    record
}

/// That something did not show is what keeps a case from being judged, and what one case asks about. Whether the verdict stands otherwise.
fn unshown(
    spec: &Spec,
    case: &Case,
    transcript: &Transcript,
    why: &str,
    record: &mut Record,
    otherwise: Verdict,
) -> bool {
    judged(spec, &how_long(case), transcript, record);
    if record.verdict == Verdict::Violates {
        record.notes = vec![format!("not judged further: {why}")];
        return false;
    }
    record.verdict = otherwise;
    record.reason = Some(why.to_owned());
    record.operations.clear();
    true
}

/// The case with no more than its questions of how long a change took to show.
fn how_long(case: &Case) -> Case {
    let mut decl = (*case.decl).clone();
    decl.then.retain(|expect| matches!(expect.check, Check::ShownWithin(_)));
    Case { decl: Arc::new(decl), ..case.clone() }
}

/// The record of what was judged already.
pub(super) fn settled(spec: &Spec, case: &Case, transcript: &Transcript, judgement: Judgement) -> Record {
    let mut record = Record::unjudged(case, Verdict::Conforms, "");
    record.reason = None;
    record.exchanges = transcript.exchanges.len();
    settle(spec, case, transcript, judgement, &mut record);
    record
}

fn judged(spec: &Spec, case: &Case, transcript: &Transcript, record: &mut Record) {
    settle(spec, case, transcript, judge_case(spec, case, transcript), record);
    let throttled = transcript.exchanges.iter().filter_map(Exchange::response).find(|reply| reply.throttles());
    if let Some(reply) = throttled.filter(|_| !record.findings.is_empty() && !case.needs.contains(&Need::Throttled)) {
        // What was not done, however often it was asked for, may be why the rest is not as it should be.
        record.untold(format!("the target throttles this run: status {}", reply.status));
    }
}

fn settle(spec: &Spec, case: &Case, transcript: &Transcript, judgement: Judgement, record: &mut Record) {
    for (requirement, fault) in judgement.findings {
        let stated = level(spec, &requirement);
        let data = fault.data && transcript.foreign_data;
        let level = if data { stated.min(Level::Should) } else { stated };
        if level == Level::May {
            record.notes.push(format!("{requirement}: expected {}, actual {}", fault.expected, fault.actual));
            continue;
        }
        let exchange = &transcript.exchanges[fault.exchange];
        record.findings.push(Finding {
            requirement,
            level,
            symptoms: symptoms(spec, case, transcript, &fault),
            expected: fault.expected,
            actual: fault.actual,
            exchange: fault.exchange + 1,
            of: transcript.exchanges.len(),
            request: format!("{} {}", exchange.request.method, exchange.request.target()),
            curl: curl(&exchange.request),
            check: fault.check.to_owned(),
            data,
        });
    }
    if let Some(worst) = record.findings.iter().map(|finding| finding.level).max() {
        record.verdict = Verdict::Violates;
        record.level = worst;
        record.notes.extend(judgement.unjudged.into_iter().map(|why| format!("not judged: {why}")));
    } else if !judgement.unjudged.is_empty() {
        record.verdict = Verdict::Inconclusive;
        record.reason = Some(judgement.unjudged.join("; "));
        return;
    }
    record.notes.extend(lag(case, transcript));
    record.operations = exercised(spec, transcript);
}

/// How long it took until what the case did showed everywhere, where it looked until then.
fn lag(case: &Case, transcript: &Transcript) -> Option<String> {
    let shown = transcript.exchanges[transcript.when()?].shown.filter(|_| case.decl.eventual && case.publishes())?;
    match shown {
        Shown::InTime { after_s } => Some(format!("it showed {after_s:.1} s after it was done")),
        Shown::Lost { .. } | Shown::NotInTime { .. } => None,
    }
}

fn level(spec: &Spec, requirement: &RequirementId) -> Level {
    spec.catalogue.get(requirement.as_str()).map_or(Level::Must, |row| row.level)
}

/// The operations of which a documented 2xx or 3xx reply was seen in a case that was judged.
fn exercised(spec: &Spec, transcript: &Transcript) -> Vec<String> {
    let mut operations = Vec::new();
    for exchange in &transcript.exchanges {
        let Some(reply) = exchange.response().filter(|reply| (200..400).contains(&reply.status)) else { continue };
        let id = operation_id(exchange);
        let documented =
            |status: &String| *status == reply.status.to_string() || *status == format!("{}XX", reply.status / 100);
        if let Some(operation) = spec.operations.iter().find(|operation| operation.id == id)
            && operation.statuses.iter().any(documented)
            && !operations.contains(&operation.id)
        {
            operations.push(operation.id.clone());
        }
    }
    operations
}
