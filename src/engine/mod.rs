//! One engine yields records; the command line and the test harness are two fronts over it.

mod echo;
mod embedded;
mod found;
mod property;
mod record;
mod tally;

pub use embedded::{Embedded, MAIN_TOKEN, OTHER_TOKEN};
pub use record::record;
pub use tally::{Coverage, Covered, Exercised, ExitStatus, Tally, unexplained};

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};

use crate::{
    exchange::{Recorded, Transcript},
    plan::{Case, applies, beyond},
    session::{Attempt, Client, Session, Unreachable},
    spec::{LoadError, Need, Spec},
    suite::Variant,
    target::{Claims, Credentials, Options, Profile, Remote, Target},
    verdict::{Record, Verdict},
};

/// What a run needs to begin.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What is tested.
    pub target: Target,
    /// What the run holds.
    pub credentials: Credentials,
    /// What the target claims.
    pub claims: Claims,
    /// How the run goes about its work.
    pub options: Options,
    /// Inputs without which a case is inconclusive rather than not applicable.
    pub require: Vec<Need>,
    /// A folder for the transcripts.
    pub record: Option<PathBuf>,
    /// A profile that another process has probed.
    pub profile: Option<Profile>,
    /// A folder for the drawn values that failed, by target; the next run against the same target tries them first.
    pub found: Option<PathBuf>,
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something given cannot be used.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// The target does not answer as a registry would.
    #[error("{0}")]
    Unreachable(#[from] Unreachable),
    /// A server of ours cannot be started.
    #[error("the reference registry cannot be started: {0}")]
    Serve(#[from] std::io::Error),
}

/// A run under way: the sessions with the target or, embedded, with its variants.
#[derive(Debug)]
pub struct Engine {
    spec: Arc<Spec>,
    setup: Setup,
    sessions: BTreeMap<Variant, Session>,
    embedded: Option<Embedded>,
    /// Cases that would make more crates than --max-new-crates allows.
    beyond: HashSet<String>,
}

impl Engine {
    /// Starts what the cases need, and asks a target what it is.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(spec: Arc<Spec>, setup: Setup, cases: &[Case]) -> Result<Self, StartError> {
        match &setup.target {
            Target::Embedded => {
                let embedded = Embedded::reference(setup.options.seed).about(&spec.contract);
                Self::start_embedded(spec, setup, cases, embedded)
            }
            Target::Remote(remote) => {
                let remote = remote.clone();
                let mut session = session(&setup, remote, &[])?.about(Arc::clone(&spec));
                match setup.profile.clone() {
                    Some(profile) => session.set_profile(profile),
                    // A web API alone is asked for nothing that only cargo's protocol has.
                    None if spec.contract != "cargo" => session.meet().await?,
                    None => session.probe().await?,
                }
                let sessions = BTreeMap::from([(Variant::Any, session)]);
                let beyond = setup.options.max_new_crates.map(|max| beyond(cases, max)).unwrap_or_default();
                Ok(Self { spec, setup, sessions, embedded: None, beyond })
            }
        }
    }

    /// Starts a run against registries inside this process: the reference registry, or one that is broken on purpose.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start_embedded(
        spec: Arc<Spec>,
        mut setup: Setup,
        cases: &[Case],
        mut embedded: Embedded,
    ) -> Result<Self, StartError> {
        setup.credentials = embedded.credentials();
        let beyond = setup.options.max_new_crates.map(|max| beyond(cases, max)).unwrap_or_default();
        if spec.contract != "cargo" {
            let started = embedded.start_seeded()?;
            let remote = Remote { index: Some(started.index.clone()), api: Some(started.api.clone()), index_dir: None };
            let mut session = session(&setup, remote, &[])?.about(Arc::clone(&spec));
            session.assume_seeded(started.endpoints());
            let sessions = BTreeMap::from([(Variant::Any, session)]);
            return Ok(Self { spec, setup, sessions, embedded: Some(embedded), beyond });
        }
        let variants: BTreeSet<_> = cases.iter().map(Case::variant).chain([Variant::Any]).collect();
        let mut sessions = BTreeMap::new();
        for variant in variants {
            let started = embedded.start(variant)?;
            let remote = Remote { index: Some(started.index.clone()), api: Some(started.api.clone()), index_dir: None };
            let mut session = session(&setup, remote, &started.certificates)?.about(Arc::clone(&spec));
            session.assume(started.endpoints(), |profile| started.kind(profile));
            sessions.insert(variant, session);
        }
        Ok(Self { spec, setup, sessions, embedded: Some(embedded), beyond })
    }

    /// The contract.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What the target claims and the run holds.
    pub fn profile(&self) -> &Profile {
        self.sessions[&Variant::Any].profile()
    }

    /// The variants of the reference registry that were started.
    pub fn embedded(&self) -> Option<&Embedded> {
        self.embedded.as_ref()
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.sessions.values().map(Session::sent).sum()
    }

    /// Why a case does not apply to the target; nothing if it does.
    pub fn applies(&self, case: &Case) -> Option<String> {
        if self.beyond.contains(&case.id) {
            return Some("it would make more crates than --max-new-crates allows".to_owned());
        }
        let session = self.session(case);
        applies(&self.spec, case, session.profile(), session.options(), self.embedded.is_some())
    }

    fn session(&self, case: &Case) -> &Session {
        self.sessions.get(&case.variant()).unwrap_or(&self.sessions[&Variant::Any])
    }

    /// Runs one case and judges it.
    pub async fn run_case(&self, case: &Case, attempt: usize) -> (Record, Transcript) {
        if let Some(why) = self.applies(case) {
            let missing = case
                .needs
                .iter()
                .any(|need| self.setup.require.contains(need) && self.profile().lacks(*need).is_some());
            let mut record = Record::unjudged(case, Verdict::NotApplicable, why);
            if missing {
                record.verdict = Verdict::Inconclusive;
            }
            return (record, Transcript::default());
        }
        let started = Instant::now();
        let (mut record, transcript) = match case.property() {
            Some(property) => Box::pin(self.draw(case, property, attempt)).await,
            None => self.once(case, attempt.into()).await,
        };
        record.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        (record, transcript)
    }

    /// Does what a case asks for, with one value where it draws some.
    async fn once(&self, case: &Case, attempt: Attempt) -> (Record, Transcript) {
        let session = self.session(case);
        let may_refuse =
            self.spec.catalogue.get(case.requirements[0].as_str()).is_some_and(|row| row.may_refuse.is_some());
        let performed = session.perform(case, may_refuse, attempt).await;
        (record(&self.spec, case, &performed.transcript, performed.end), performed.transcript)
    }

    /// Runs all cases: those that show wrong tokens late, behind them those that judge what the run met and those that need
    /// quiet, each alone; then those that failed beside others once more alone.
    ///
    /// `seen` is told each record as it comes. Records come in the order of the cases.
    pub async fn run(&self, cases: &[Case], seen: &(dyn Fn(&Record) + Sync)) -> Vec<Record> {
        self.run_keeping(cases, seen, &|_, _| ()).await
    }

    /// The same, with what each case sent and received, all of it held until the end.
    pub async fn run_recorded(&self, cases: &[Case], seen: &(dyn Fn(&Record) + Sync)) -> Vec<(Record, Transcript)> {
        let kept = Mutex::new(BTreeMap::new());
        let keep = |case: &Case, transcript| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).insert(case.id.clone(), transcript);
        };
        let records = self.run_keeping(cases, seen, &keep).await;
        let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let transcript = |record: &Record| kept.remove(&record.id).unwrap_or_default();
        let transcripts: Vec<_> = records.iter().map(transcript).collect();
        records.into_iter().zip(transcripts).collect()
    }

    async fn run_keeping(
        &self,
        cases: &[Case],
        seen: &(dyn Fn(&Record) + Sync),
        keep: &(dyn Fn(&Case, Transcript) + Sync),
    ) -> Vec<Record> {
        let (quiet, busy): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.needs_quiet());
        let (throttled, rest): (Vec<_>, Vec<_>) =
            busy.into_iter().partition(|case| case.needs.contains(&Need::Throttled));
        let (denied, first): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| case.wrong_tokens() > 0);
        let jobs = self.setup.options.jobs.max(1);
        let mut done: BTreeMap<&str, Record> = BTreeMap::new();
        for (group, jobs) in [(first, jobs), (denied, jobs), (throttled, jobs), (quiet, 1)] {
            let mut running = stream::iter(group)
                .map(|case| async move { (case, self.run_case(case, 1).await) })
                .buffer_unordered(jobs);
            while let Some((case, (record, transcript))) = running.next().await {
                seen(&record);
                self.keep(&record, &transcript, "");
                keep(case, transcript);
                done.insert(&case.id, record);
            }
        }
        if self.setup.options.jobs > 1 {
            self.again_alone(cases, &mut done).await;
        }
        let mut records: Vec<_> = cases.iter().filter_map(|case| done.remove(case.id.as_str())).collect();
        echo::settle(&self.spec, &mut records);
        records
    }

    /// What failed beside others and conforms alone broke only under concurrency. Where several cases broke the same
    /// requirements alone as well, they speak for the others.
    async fn again_alone<'c>(&self, cases: &'c [Case], done: &mut BTreeMap<&'c str, Record>) {
        let deadline = Instant::now() + Duration::from_secs(300);
        let mut confirmed: BTreeMap<BTreeSet<String>, usize> = BTreeMap::new();
        for case in cases {
            let Some(record) = done.get(case.id.as_str()) else { continue };
            let failed = matches!(record.verdict, Verdict::Violates | Verdict::Blocked | Verdict::Inconclusive);
            let broken = broken(record);
            if !failed || confirmed.get(&broken).is_some_and(|times| *times >= BELIEVED) || Instant::now() > deadline {
                continue;
            }
            let (alone, transcript) = self.run_case(case, 2).await;
            if alone.verdict != Verdict::Conforms {
                *confirmed.entry(broken).or_default() += 1;
            } else {
                self.keep(&alone, &transcript, ".alone");
                let record = done.get_mut(case.id.as_str()).expect("looked up before");
                record.only_under_concurrency();
            }
        }
    }

    fn keep(&self, record: &Record, transcript: &Transcript, tail: &str) {
        let Some(folder) = &self.setup.record else { return };
        if transcript.exchanges.is_empty() {
            return;
        }
        let path = folder.join(format!("{}{tail}.json", record.id.replace("::", ".")));
        let text = serde_json::to_vec_pretty(&Recorded {
            case: record.id.clone(),
            contract: record.contract.clone(),
            transcript: transcript.clone(),
        });
        if let Ok(text) = text {
            // The folder was made when the run began; a disk that is full meanwhile costs a transcript, not the verdict.
            std::fs::write(path, text).ok();
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

fn session(setup: &Setup, remote: Remote, certificates: &[String]) -> Result<Session, LoadError> {
    let urls = remote.index.iter().chain(&remote.api);
    let secure = setup.options.cacert.is_some() || urls.into_iter().any(|url| url.starts_with("https:"));
    let client = Client::new(&setup.options, secure && certificates.is_empty(), certificates)?;
    Ok(Session::new(client, setup.options.clone(), setup.credentials.clone(), remote, setup.claims.clone()))
}
