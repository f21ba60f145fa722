//! One engine yields records; the command line and the test harness are two fronts over it.

mod course;
mod echo;
mod embedded;
mod found;
mod property;
mod record;
mod seen;
mod tally;
pub mod traffic;

pub use course::Course;
pub use embedded::{Embedded, LARGEST, MAIN_TOKEN, OTHER_TOKEN, of_variant};
pub use record::record;
pub use seen::{Seen, SeenCount, SeenMember, SeenOperation, SeenValues};
pub use tally::{Cells, Coverage, Covered, Exercised, ExitStatus, Tally, unexplained};

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use crate::{
    exchange::{Recorded, Transcript},
    plan::{Case, Sharing, applies},
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

impl Setup {
    /// A run that holds nothing, claims nothing and keeps nothing.
    pub fn new(target: Target, options: Options) -> Self {
        Self {
            target,
            credentials: Credentials::default(),
            claims: Claims::default(),
            options,
            require: Vec::new(),
            record: None,
            profile: None,
            found: None,
        }
    }
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
    /// Which cases share crates, where --max-new-crates allows few.
    sharing: Sharing,
    /// What was seen of the contract's operations.
    seen: Mutex<Seen>,
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
                Ok(Self { spec, setup, sessions, embedded: None, sharing: Sharing::default(), seen: Mutex::default() }
                    .dealt(cases))
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
        let sharing = Sharing::default();
        if spec.contract != "cargo" {
            let throttles = cases.iter().any(|case| case.variant() == Variant::Throttling);
            let mut sessions = BTreeMap::new();
            for variant in [Variant::Any].into_iter().chain(throttles.then_some(Variant::Throttling)) {
                let started = embedded.start_seeded(variant)?;
                let remote =
                    Remote { index: Some(started.index.clone()), api: Some(started.api.clone()), index_dir: None };
                let mut session = session(&setup, remote, &[])?.about(Arc::clone(&spec));
                session.assume_seeded(started.endpoints(), variant == Variant::Throttling);
                sessions.insert(variant, session);
            }
            return Ok(
                Self { spec, setup, sessions, embedded: Some(embedded), sharing, seen: Mutex::default() }.dealt(cases)
            );
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
        Ok(Self { spec, setup, sessions, embedded: Some(embedded), sharing, seen: Mutex::default() }.dealt(cases))
    }

    /// Deals out the new crates that are allowed among the cases that apply.
    fn dealt(mut self, cases: &[Case]) -> Self {
        if self.setup.options.max_new_crates.is_some() {
            let left = self.sessions.values().map(Session::crates_left).min().unwrap_or_default();
            let apply = cases.iter().filter(|case| self.applies(case).is_none()).collect::<Vec<_>>();
            self.sharing = Sharing::of(apply.into_iter(), left, self.setup.options.take_turns);
            self.sessions.values_mut().for_each(|session| session.share(self.sharing.shared));
        }
        self
    }

    /// The contract.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What the target claims and the run holds.
    pub fn profile(&self) -> &Profile {
        self.sessions[&Variant::Any].profile()
    }

    /// Tries what the target refuses by right, and keeps it in the profile. Says what happened.
    pub async fn find_policies(&mut self) -> Vec<String> {
        match self.sessions.get_mut(&Variant::Any) {
            Some(session) => session.find_policies().await,
            None => Vec::new(),
        }
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
        if let Some(why) = self.sharing.beyond(case) {
            return Some(why.clone());
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
        let shared = self.sharing.in_turn(case, attempt.number);
        let case = shared.as_ref().unwrap_or(case);
        let may_refuse =
            self.spec.catalogue.get(case.requirements[0].as_str()).is_some_and(|row| row.may_refuse.is_some());
        let performed = session.perform(case, may_refuse, attempt).await;
        let mut record = record(&self.spec, case, &performed.transcript, performed.end);
        let conforms = (record.verdict != Verdict::NotApplicable).then_some(record.verdict == Verdict::Conforms);
        if let Some(doubt) = performed.held.and_then(|held| session.give_back(held, case, conforms)) {
            record.in_doubt(&doubt);
        }
        (record, performed.transcript)
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
        let mut course = Course::new(self, cases);
        for phase in Course::PHASES {
            course.go(phase, seen, keep).await;
        }
        course.end().await
    }

    /// What was seen of the contract's operations so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, case: &Case, record: &Record, transcript: &Transcript, tail: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).add(&self.spec, case, transcript);
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

fn session(setup: &Setup, remote: Remote, certificates: &[String]) -> Result<Session, LoadError> {
    let urls = remote.index.iter().chain(&remote.api);
    let secure = setup.options.cacert.is_some() || urls.into_iter().any(|url| url.starts_with("https:"));
    let client = Client::new(&setup.options, secure && certificates.is_empty(), certificates)?;
    Ok(Session::new(client, setup.options.clone(), setup.credentials.clone(), remote, setup.claims.clone()))
}
