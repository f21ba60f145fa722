//! Cases that draw values: tried one after the other until one fails, which is then shrunk.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{Engine, found};
use crate::{
    exchange::{Transcript, accepts, curl},
    plan::{Case, properties::Property},
    session::Attempt,
    suite::Verb,
    target::Target,
    verdict::{Record, Verdict},
};

/// Steps on the way to the smallest value that fails.
const STEPS: usize = 150;

/// The same where each step leaves a crate behind.
const STEPS_KEPT: usize = 60;

/// How long a case draws, and how long it shrinks, unless it has less than twice as much time altogether.
const LONGEST: Duration = Duration::from_secs(60);

/// Values on end that could not be tried, after which no more are.
const HOPELESS: usize = 3;

/// Values are tried under attempts of their own, so that each has fresh names. No other attempt comes to these.
const ATTEMPTS: usize = 1_000_000;

/// Where a value came from.
#[derive(Clone, Copy)]
enum Source {
    /// It failed in an earlier run, on this target or on another.
    Found { here: bool },
    /// It was drawn, as the one of that number.
    Drawn(usize),
}

/// What became of a case with one value.
struct Trial {
    value: String,
    record: Record,
    transcript: Transcript,
}

/// How far a case came with its values.
#[derive(Debug, Default)]
struct Tried {
    /// Values that there were to try.
    wanted: usize,
    /// Those that could be judged.
    judged: usize,
    /// Those that the target refuses by right.
    excused: usize,
    /// The time that was up before the last of them.
    late: Option<Duration>,
    /// Those that could not be judged, each with why.
    unjudged: Vec<String>,
}

impl Tried {
    fn note(&mut self, trial: &Trial) {
        match trial.record.verdict {
            Verdict::Conforms | Verdict::Violates => self.judged += 1,
            verdict => {
                self.excused += usize::from(verdict == Verdict::NotApplicable);
                let why = trial.record.reason.as_deref().unwrap_or_default();
                self.unjudged.push(format!("not judged with {:?}: {why}", trial.value));
            }
        }
    }

    /// A case that looked at less than half of its values has not tried what it is there for.
    fn enough(&self) -> bool {
        self.judged * 2 >= self.wanted.saturating_sub(self.excused)
    }

    /// Says of a case in which nothing failed how much that is worth.
    fn settle(mut self, record: &mut Record, seed: u64) {
        let late = self.late.map(|late| format!("the {} s for them were up", late.as_secs()));
        if !self.enough() {
            let why = late.clone().or_else(|| self.unjudged.first().cloned()).unwrap_or_default();
            record.verdict = Verdict::Inconclusive;
            record.reason = Some(format!(
                "only {} of {} values were tried: {why} (--cases asks for fewer)",
                self.judged, self.wanted
            ));
        }
        record.notes.push(match self.judged == self.wanted {
            true => format!("{} values, seed {seed}", self.judged),
            false => {
                let late = late.map(|late| format!(": {late}")).unwrap_or_default();
                format!("{} of {} values, seed {seed}{late}", self.judged, self.wanted)
            }
        });
        record.notes.append(&mut self.unjudged);
    }
}

/// The crate to which values are added for as long as each is accepted as a version of its own.
#[derive(Default)]
struct Shelf {
    crates_of: Option<usize>,
    versions: BTreeSet<String>,
}

impl Shelf {
    /// The names under which a value is tried.
    fn place(&mut self, case: &Case, value: &str, number: usize) -> Attempt {
        // Which of two versions that differ in build metadata or case alone a registry takes is its own affair.
        let version = if draws_version(case) { value.split('+').next().unwrap_or(value) } else { "" };
        let free = version.is_empty() || self.versions.insert(version.to_ascii_lowercase());
        match self.crates_of.filter(|_| free) {
            Some(crates_of) => Attempt { crates_of, number },
            None => {
                self.versions = BTreeSet::from([version.to_ascii_lowercase()]);
                number.into()
            }
        }
    }

    /// What the next value finds there.
    fn keep(&mut self, case: &Case, attempt: Attempt, trial: &Trial) {
        let reply = trial.transcript.when().and_then(|at| trial.transcript.exchanges[at].response());
        let clean = trial.record.verdict == Verdict::Conforms && reply.is_some_and(accepts);
        self.crates_of = (clean && case.shares_crate()).then_some(attempt.crates_of);
    }
}

/// The version that is published is what the case draws.
fn draws_version(case: &Case) -> bool {
    case.steps().any(|step| match &step.verb {
        Verb::Publish(publish) => publish.version.placeholders().any(|name| name == "each"),
        _ => false,
    })
}

impl Engine {
    /// Tries what failed in earlier runs, then values drawn by chance.
    pub(super) async fn draw(&self, case: &Case, property: &Property, attempt: usize) -> (Record, Transcript) {
        let started = Instant::now();
        let longest = LONGEST.min(self.setup.options.case_timeout / 2);
        let seed = self.setup.options.seed;
        let found = found::found(case, self.setup.found.as_deref(), &self.setup.target);
        let mut tried = Tried { wanted: found.len() + case.trials, ..Tried::default() };
        let found = found.into_iter().map(|found| (Source::Found { here: found.here }, found.value));
        let drawn = (0..case.trials).map(|number| (Source::Drawn(number), property.value(seed, number)));
        let mut numbers = attempt * ATTEMPTS..;
        let (mut shelf, mut last, mut exchanges, mut skipped) = (Shelf::default(), None, 0, 0);
        for (source, value) in found.chain(drawn) {
            if last.is_some() && started.elapsed() > longest {
                tried.late = Some(longest);
                break;
            }
            let place = shelf.place(case, &value, numbers.next().unwrap_or_default());
            let trial = self.trial(case, value, place).await;
            exchanges += trial.record.exchanges;
            if trial.record.verdict == Verdict::Violates {
                return self.failed(case, property, source, trial, place, numbers).await;
            }
            shelf.keep(case, place, &trial);
            tried.note(&trial);
            let judged = trial.record.verdict == Verdict::Conforms;
            skipped = if judged { 0 } else { skipped + 1 };
            if judged || last.is_none() || skipped >= HOPELESS {
                last = Some(trial);
            }
            if skipped >= HOPELESS {
                break;
            }
        }
        let Some(Trial { mut record, transcript, .. }) = last else {
            return (
                Record::unjudged(case, Verdict::NotApplicable, "no value is drawn: --cases 0"),
                Transcript::default(),
            );
        };
        record.exchanges = exchanges;
        if record.verdict == Verdict::Conforms {
            tried.settle(&mut record, seed);
        }
        (record, transcript)
    }

    /// Shrinks a value that fails, says how to see it again, and keeps it for the next run.
    async fn failed(
        &self,
        case: &Case,
        property: &Property,
        source: Source,
        first: Trial,
        place: Attempt,
        mut numbers: impl Iterator<Item = usize>,
    ) -> (Record, Transcript) {
        let seed = self.setup.options.seed;
        let mut fresh = || Attempt::from(numbers.next().unwrap_or_default());
        let (mut smallest, mut steps, mut alone) = (first, Steps::default(), true);
        if place.crates_of != place.number {
            // Whoever repeats it has no crate with the versions that were there before.
            let again = self.trial(case, smallest.value.clone(), fresh()).await;
            alone = again.record.verdict == Verdict::Violates;
            if alone {
                smallest = again;
            }
        }
        if let (Source::Drawn(number), true) = (source, alone) {
            (smallest, steps) = self.shrink(case, property, number, smallest, &mut fresh).await;
        }
        let Trial { value, mut record, transcript } = smallest;
        let mut told = match source {
            Source::Found { here: true } => "a value that failed on this target before fails again".to_owned(),
            Source::Found { here: false } => "a value that another registry failed on fails".to_owned(),
            Source::Drawn(number) => format!("value {} of seed {seed} fails, {steps}", number + 1),
        };
        if !alone {
            told.push_str(", in a crate with versions published before and not in a fresh one");
        }
        let _ = write!(told, ": {value:?}; --only {} --seed {seed} draws it again", case.id);
        if let Some(exchange) = transcript.when().and_then(|at| transcript.exchanges.get(at)) {
            let _ = write!(told, "; one request: {}", curl(&exchange.request));
        }
        record.notes.push(told);
        if let Some(folder) = &self.setup.found
            && let Err(why) = found::remember(folder, case, &self.setup.target, &value)
        {
            record.notes.push(format!("the value could not be kept for the next run: {why}"));
        }
        (record, transcript)
    }

    async fn trial(&self, case: &Case, value: String, attempt: Attempt) -> Trial {
        let (record, transcript) = self.once(&case.with(value.clone()), attempt).await;
        Trial { value, record, transcript }
    }

    /// The smallest value that breaks one of the same requirements, and the steps that it took.
    async fn shrink(
        &self,
        case: &Case,
        property: &Property,
        number: usize,
        first: Trial,
        fresh: &mut impl FnMut() -> Attempt,
    ) -> (Trial, Steps) {
        let started = Instant::now();
        let kept = self.setup.target != Target::Embedded && case.writes();
        let most = if kept { STEPS_KEPT } else { STEPS };
        let longest = LONGEST.min(self.setup.options.case_timeout / 2);
        let (mut best, mut failed) = (first, Vec::new());
        // Steps that lead to the value which fails already cost nothing.
        let mut sent = 0;
        let done = loop {
            if sent >= most || started.elapsed() >= longest {
                break false;
            }
            let Some(value) = property.smaller(self.setup.options.seed, number, &failed) else { break true };
            if value == best.value {
                failed.push(true);
                continue;
            }
            sent += 1;
            let trial = self.trial(case, value, fresh()).await;
            let broken = |trial: &Trial| -> Vec<_> {
                trial.record.findings.iter().map(|finding| finding.requirement.clone()).collect()
            };
            let fails = broken(&trial).iter().any(|id| broken(&best).contains(id));
            failed.push(fails);
            if fails {
                best = trial;
            }
        };
        (best, Steps { sent, done })
    }
}

/// How far a value was shrunk.
struct Steps {
    sent: usize,
    /// There is no smaller one to try.
    done: bool,
}

impl Default for Steps {
    fn default() -> Self {
        Self { sent: 0, done: true }
    }
}

impl std::fmt::Display for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = if self.done { "" } else { ", where shrinking stopped" };
        write!(f, "shrunk in {} steps{end}", self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_values_are_enough() {
        let enough = |wanted, judged, excused| Tried { wanted, judged, excused, ..Tried::default() }.enough();
        assert!(enough(32, 32, 0) && enough(8, 4, 0) && enough(1, 1, 0));
        assert!(!enough(8, 3, 0) && !enough(9, 4, 0));
        // What a target refuses by right is no gap.
        assert!(enough(8, 2, 4) && !enough(8, 1, 4));
    }
}
