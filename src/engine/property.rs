//! Cases that draw values: tried one after the other until one fails, which is then shrunk.

use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use super::Engine;
use crate::{
    exchange::{Transcript, curl},
    plan::{Case, properties::Property},
    suite::{Corpora, Element},
    verdict::{Record, Verdict},
};

/// Steps on the way to the smallest value that fails. Each makes a crate that a target keeps.
const STEPS: usize = 150;

/// How long a case draws, and how long it shrinks.
const LONGEST: Duration = Duration::from_secs(60);

/// Values on end that could not be tried, after which no more are.
const HOPELESS: usize = 3;

/// Values are tried under attempts of their own, so that each has fresh names. No other attempt comes to these.
const ATTEMPTS: usize = 1_000_000;

/// Where a value came from.
enum Source {
    /// It failed in an earlier run.
    Found,
    /// It was drawn, as the one of that number.
    Drawn(usize),
}

/// What became of a case with one value.
struct Trial {
    value: String,
    record: Record,
    transcript: Transcript,
}

impl Engine {
    /// Tries what failed in earlier runs, then values drawn by chance.
    pub(super) async fn draw(&self, case: &Case, property: &Property, attempt: usize) -> (Record, Transcript) {
        let started = Instant::now();
        let seed = self.setup.options.seed;
        let found = self.found(case).into_iter().map(|value| (Source::Found, value));
        let drawn = (0..case.trials).map(|number| (Source::Drawn(number), property.value(seed, number)));
        let (mut tried, mut exchanges, mut skipped) = (0, 0, 0);
        let mut untried = Vec::new();
        let mut last = None;
        for (source, value) in found.chain(drawn) {
            if tried > 0 && started.elapsed() > LONGEST {
                break;
            }
            let trial = self.trial(case, value, attempt * ATTEMPTS + tried).await;
            tried += 1;
            exchanges += trial.record.exchanges;
            if trial.record.verdict == Verdict::Violates {
                let (smallest, steps) = match source {
                    Source::Found => (trial, 0),
                    Source::Drawn(number) => {
                        self.shrink(case, property, number, trial, attempt * ATTEMPTS + tried).await
                    }
                };
                let mut record = smallest.record;
                record.notes.push(told(case, &source, seed, steps, &smallest.value, &smallest.transcript));
                if let Some(folder) = &self.setup.found
                    && let Err(why) = remember(folder, case, &smallest.value)
                {
                    record.notes.push(format!("the value could not be kept for the next run: {why}"));
                }
                return (record, smallest.transcript);
            }
            let judged = trial.record.verdict == Verdict::Conforms;
            skipped = if judged { 0 } else { skipped + 1 };
            if let (false, Some(why)) = (judged, &trial.record.reason) {
                untried.push(format!("not judged with {:?}: {why}", trial.value));
            }
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
            record.notes.push(format!("{tried} values, seed {seed}"));
            record.notes.append(&mut untried);
        }
        (record, transcript)
    }

    async fn trial(&self, case: &Case, value: String, attempt: usize) -> Trial {
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
        attempt: usize,
    ) -> (Trial, usize) {
        let started = Instant::now();
        let (mut best, mut failed) = (first, Vec::new());
        while failed.len() < STEPS && started.elapsed() < LONGEST {
            let Some(value) = property.smaller(self.setup.options.seed, number, &failed) else { break };
            if value == best.value {
                failed.push(true);
                continue;
            }
            let trial = self.trial(case, value, attempt + failed.len()).await;
            let broken = |trial: &Trial| -> Vec<_> {
                trial.record.findings.iter().map(|finding| finding.requirement.clone()).collect()
            };
            let fails = broken(&trial).iter().any(|id| broken(&best).contains(id));
            failed.push(fails);
            if fails {
                best = trial;
            }
        }
        (best, failed.len())
    }

    /// What failed in earlier runs: the values that come with the suite, and those of this run's folder.
    fn found(&self, case: &Case) -> Vec<String> {
        let mut values: Vec<String> = crate::suite::found(&case.decl.name);
        if let Some(folder) = &self.setup.found {
            values.extend(read(&path(folder, case)).into_iter().map(|element| element.value));
        }
        let mut seen = std::collections::BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        values
    }
}

/// Value, seed, and the command that sends the upload again.
fn told(case: &Case, source: &Source, seed: u64, steps: usize, value: &str, transcript: &Transcript) -> String {
    let mut told = match source {
        Source::Found => "a value that failed before fails again".to_owned(),
        Source::Drawn(number) => format!("value {} of seed {seed} fails, shrunk in {steps} steps", number + 1),
    };
    let _ = write!(told, ": {value:?}; --only {} --seed {seed} draws it again", case.id);
    if let Some(exchange) = transcript.when().and_then(|at| transcript.exchanges.get(at)) {
        let _ = write!(told, "; one request: {}", curl(&exchange.request));
    }
    told
}

fn path(folder: &Path, case: &Case) -> std::path::PathBuf {
    folder.join(format!("{}.toml", case.decl.name))
}

/// The values in a file, none where it is missing or not as it should be: it is a memory, and no input.
fn read(path: &Path) -> Vec<Element> {
    let mut corpora = Corpora::default();
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    corpora.add("found.toml", &text).ok();
    corpora.get("found").map(<[_]>::to_vec).unwrap_or_default()
}

/// Keeps a value for the next run.
fn remember(folder: &Path, case: &Case, value: &str) -> std::io::Result<()> {
    let path = path(folder, case);
    let known = read(&path);
    if crate::suite::found(&case.decl.name).iter().any(|known| known == value)
        || known.iter().any(|element| element.value == value)
    {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let element = toml::Value::from(value);
    std::fs::write(&path, format!("{before}[[element]]\nslug = \"found-{}\"\nvalue = {element}\n\n", known.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let case = crate::plan::declared(
            &crate::spec::Spec::bundled("cargo").expect("bundled"),
            &crate::suite::bundled_one("property").expect("it loads").into_iter().collect::<Vec<_>>(),
            &crate::suite::corpora().expect("bundled"),
        )
        .expect("it loads")
        .remove(0);
        let values = ["1.0.0+A", "\0\"\n'''\u{202e}", "1.0.0+A"];
        for value in values {
            remember(folder.path(), &case, value).expect("it can be written");
        }
        let read: Vec<String> = read(&path(folder.path(), &case)).into_iter().map(|element| element.value).collect();
        assert_eq!(read, values[..2]);
    }
}
