use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};

use super::{Engine, echo};
use crate::{
    exchange::Transcript,
    plan::Case,
    spec::Need,
    verdict::{Record, Verdict},
};

/// A run of cases under way, phase by phase, so that several contracts can go through each phase together.
#[derive(Debug)]
pub struct Course<'r> {
    engine: &'r Engine,
    cases: &'r [Case],
    done: BTreeMap<&'r str, Record>,
}

/// A part of a run that comes before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What nothing speaks against doing at once.
    First,
    /// Cases that show wrong tokens: a target may count them.
    Denied,
    /// Cases that judge what the run met while it was throttled.
    Throttled,
    /// Cases that need quiet, each alone.
    Quiet,
}

impl Phase {
    fn of(case: &Case) -> Self {
        match () {
            () if case.needs_quiet() => Self::Quiet,
            () if case.needs.contains(&Need::Throttled) => Self::Throttled,
            () if case.wrong_tokens() > 0 => Self::Denied,
            () => Self::First,
        }
    }
}

impl<'r> Course<'r> {
    /// Every phase, in order.
    pub const PHASES: [Phase; 4] = [Phase::First, Phase::Denied, Phase::Throttled, Phase::Quiet];

    /// A run of these cases that has not begun.
    pub fn new(engine: &'r Engine, cases: &'r [Case]) -> Self {
        Self { engine, cases, done: BTreeMap::new() }
    }

    /// Runs the cases of a phase. `seen` is told each record as it comes, `keep` what the case sent and received.
    pub async fn go(
        &mut self,
        phase: Phase,
        seen: &(dyn Fn(&Record) + Sync),
        keep: &(dyn Fn(&Case, Transcript) + Sync),
    ) {
        let engine = self.engine;
        let jobs = if phase == Phase::Quiet { 1 } else { engine.setup.options.jobs.max(1) };
        let group: Vec<&'r Case> = self.cases.iter().filter(|case| Phase::of(case) == phase).collect();
        let mut running = stream::iter(group)
            .map(|case| async move { (case, engine.run_case(case, 1).await) })
            .buffer_unordered(jobs);
        while let Some((case, (record, transcript))) = running.next().await {
            seen(&record);
            engine.keep(case, &record, &transcript, "");
            keep(case, transcript);
            self.done.insert(&case.id, record);
        }
    }

    /// The records in the order of the cases, once those that failed beside others were tried alone.
    pub async fn end(mut self) -> Vec<Record> {
        if self.engine.setup.options.jobs > 1 {
            self.again_alone().await;
        }
        let mut records: Vec<_> = self.cases.iter().filter_map(|case| self.done.remove(case.id.as_str())).collect();
        echo::settle(&self.engine.spec, &mut records);
        records
    }

    /// What failed beside others and conforms alone broke only under concurrency, or was late where it may be. Where several
    /// cases broke the same requirements alone as well, they speak for the others.
    async fn again_alone(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(300);
        let mut confirmed: BTreeMap<BTreeSet<String>, usize> = BTreeMap::new();
        for case in self.cases {
            let Some(record) = self.done.get(case.id.as_str()) else { continue };
            let failed = matches!(record.verdict, Verdict::Violates | Verdict::Blocked | Verdict::Inconclusive);
            let broken = broken(record);
            if !failed || confirmed.get(&broken).is_some_and(|times| *times >= BELIEVED) || Instant::now() > deadline {
                continue;
            }
            let (alone, transcript) = self.engine.run_case(case, 2).await;
            if alone.verdict != Verdict::Conforms {
                *confirmed.entry(broken).or_default() += 1;
            } else {
                self.engine.keep(case, &alone, &transcript, ".alone");
                let record = self.done.get_mut(case.id.as_str()).expect("looked up before");
                // Time is no reason for anything but values that do not go together yet.
                let may_be_late = case.decl.eventual && record.findings.iter().all(|finding| finding.check == "agree");
                match may_be_late {
                    true => record.late_once(),
                    false => record.only_under_concurrency(),
                }
            }
        }
    }
}

/// So many cases that failed alone as well speak for all that failed the same way.
const BELIEVED: usize = 3;

/// The requirements that a case broke, or that kept it from being judged.
fn broken(record: &Record) -> BTreeSet<String> {
    let found = record.findings.iter().map(|finding| finding.requirement.as_str());
    let kept_from = record.blocked_by.as_ref().or_else(|| record.requirements.first()).map(|id| id.as_str());
    match record.findings.is_empty() {
        false => found.map(str::to_owned).collect(),
        true => kept_from.into_iter().map(str::to_owned).collect(),
    }
}
