use std::{collections::BTreeMap, time::Instant};

use futures_util::future::BoxFuture;

use super::{
    Session,
    builder::{Builder, Built, Lack},
    call,
    ends::{FOUNDATION, asks_refusal},
    names::{self, Attempt},
    turns::Held,
    wait::Expected,
};
use crate::{
    exchange::{Bindings, Exchange, FailureKind, Request, Role, Transcript, Uploaded, accepts, redirects, refuses},
    package::Upload,
    plan::{Case, TURN, Turn},
    spec::{Need, RequirementId},
    suite::{Check, Publish, Step, Text, Verb},
};

/// What a case sent and received, and whether it can be judged.
#[derive(Debug)]
pub struct Performed {
    /// Everything sent and received, without secrets.
    pub transcript: Transcript,
    /// How it ended.
    pub end: End,
    /// The crates in which it took its turn, to be given back once it is judged.
    pub held: Option<Held>,
}

/// How a case ended before judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All was done that it asks for.
    Done,
    /// A step that it builds on failed.
    Blocked {
        /// The requirement that the step relies on.
        by: RequirementId,
        /// What happened.
        why: String,
    },
    /// It could not be tested.
    Inconclusive(String),
    /// The target refuses by right what it needs.
    NotApplicable(String),
}

impl From<Lack> for End {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Run(why) => Self::Inconclusive(why),
            Lack::Target(why) => Self::NotApplicable(why),
        }
    }
}

impl Session {
    /// Does what a case asks for.
    pub async fn perform(&self, case: &Case, may_refuse: bool, attempt: Attempt) -> Performed {
        let mut held = match self.take(case, attempt.number).await {
            Ok(held) => held,
            Err(why) => {
                return Performed { transcript: Transcript::default(), end: End::NotApplicable(why), held: None };
            }
        };
        let mut run = Run::new(self, case, may_refuse, attempt);
        if let (Some(held), Some(turn)) = (&held, &case.turn) {
            run.takes_turn(held, turn);
        }
        let limit = self.options.case_timeout;
        let end = match tokio::time::timeout(limit, Box::pin(run.all())).await {
            Ok(Ok(())) => End::Done,
            Ok(Err(end)) => end,
            Err(_) => End::Inconclusive(format!("it took longer than {} s", limit.as_secs())),
        };
        if let Some(held) = &mut held {
            held.learn(run.crates);
        }
        let mut transcript = run.transcript;
        transcript.bindings = run.bindings;
        call::forget_secrets(&mut transcript.bindings);
        Performed { transcript, end, held }
    }
}

/// One case on its way.
pub(super) struct Run<'a> {
    pub(super) session: &'a Session,
    pub(super) case: &'a Case,
    pub(super) bindings: Bindings,
    pub(super) transcript: Transcript,
    pub(super) crates: BTreeMap<String, Expected>,
    pub(super) may_refuse: bool,
    /// Its crates were made by an earlier try.
    adds: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(session: &'a Session, case: &'a Case, may_refuse: bool, attempt: Attempt) -> Self {
        let profile = &session.profile;
        let mut bindings = names::fresh(case, &session.options, &profile.policy, attempt);
        let mut foreign_data = false;
        if !case.publishes()
            && let Some(sample) = &profile.sample
        {
            names::bind_crate(&mut bindings, &sample.name);
            bindings.bind("version", &sample.version);
            if let Some(yanked) = &sample.yanked {
                bindings.bind("yanked-version", yanked);
            }
            foreign_data = !sample.ours;
        } else if !case.publishes() && case.calls() {
            // What is read is found on the target, by kind.
            names::unbind_crate(&mut bindings);
        }
        let credentials = &session.credentials;
        let known = [
            ("each", &case.element.as_ref().map(|element| element.value.clone())),
            ("index", &profile.endpoints.index),
            ("index-url", &profile.endpoints.index.as_ref().map(|index| format!("sparse+{index}/"))),
            ("api", &profile.endpoints.api),
            ("login", &credentials.login),
            ("other-login", &credentials.other_login),
            ("third-login", &credentials.third_login),
            ("user-login", &credentials.login),
            ("user-id", &credentials.id_of(credentials.login.as_deref()).map(|id| id.to_string())),
            ("own-user-id", &credentials.id_of(credentials.login.as_deref()).map(|id| id.to_string())),
            ("other-user-id", &credentials.id_of(credentials.other_login.as_deref()).map(|id| id.to_string())),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                bindings.bind(name, value);
            }
        }
        let transcript = Transcript { target: profile.endpoints.clone(), foreign_data, ..Transcript::default() };
        Self {
            session,
            case,
            bindings,
            transcript,
            crates: BTreeMap::new(),
            may_refuse,
            adds: attempt.crates_of != attempt.number,
        }
    }

    /// Goes on where others were before.
    fn takes_turn(&mut self, held: &Held, turn: &Turn) {
        // Who judges the transcript again has to know which versions are meant.
        self.bindings.bind(TURN, turn.number.to_string());
        for (slot, name, known) in held.crates() {
            match slot {
                "crate" => names::bind_crate(&mut self.bindings, name),
                slot => self.bindings.bind(slot, name),
            }
            if known.is_known() {
                self.crates.insert(name.to_owned(), known.clone());
            }
        }
    }

    async fn all(&mut self) -> Result<(), End> {
        if self.case.needs.contains(&Need::Throttled) {
            return self.throttled().await;
        }
        if self.case.needs.contains(&Need::Sample) {
            self.session.prepare().await?;
        }
        let denied = self.case.wrong_tokens();
        if denied > 0 && !self.session.pace.may_be_denied(denied) {
            return Err(End::NotApplicable("more wrong tokens than --max-denied allows would be shown".to_owned()));
        }
        if let Some(why) = &self.session.profile.no_upload
            && self.case.publishes()
            && !self.asks_for_a_sound_upload()
        {
            // Where nothing is accepted, a refusal proves nothing, and one case tells for all that nothing is.
            let why = format!("no sound upload is accepted: {why}");
            return Err(End::Blocked { by: FOUNDATION.into(), why });
        }
        let takes_turns = self.case.turn.is_some() || self.adds;
        if self.case.publishes() && !takes_turns && !self.session.pace.may_make(self.case.new_crates()) {
            return Err(End::NotApplicable("more crates than --max-new-crates allows would be made".to_owned()));
        }
        if let Some(journey) = self.case.decl.journey.filter(|journey| !journey.walks()) {
            return Box::pin(self.journey(journey)).await;
        }
        self.given().await?;
        let agrees = self.case.decl.then.iter().any(|expect| matches!(expect.check, Check::Agree(_)));
        if let (Some(journey), false) = (self.case.decl.journey, agrees) {
            return Box::pin(self.journey(journey)).await;
        }
        if agrees {
            return Box::pin(self.look_until_it_agrees()).await;
        }
        if let Some(step) = &self.case.decl.when {
            let at = self.step(step, Role::When).await?;
            self.judgeable(step, at)?;
            let refused = match &self.transcript.exchanges[at].reply {
                Ok(reply) => refuses(reply) || redirects(reply),
                // Whether that was a refusal shows in what changed.
                Err(failure) => failure.kind == FailureKind::Closed,
            };
            if refused && self.case.decl.then.iter().any(asks_refusal) {
                self.aftermath(step, at).await?;
            }
        }
        for step in &self.case.decl.after {
            self.step(step, Role::After).await?;
        }
        Ok(())
    }

    /// Does what the case builds on.
    pub(super) async fn given(&mut self) -> Result<(), End> {
        for step in &self.case.decl.given {
            let at = self.step(step, Role::Given).await?;
            self.succeeded(step, at)?;
        }
        Ok(())
    }

    /// Does one step and notes what it changed. Gives the index of its exchange.
    ///
    /// On the heap, since every journey would otherwise keep a future of this size for each of its steps on the stack.
    pub(super) fn step<'b>(&'b mut self, step: &'b Step, role: Role) -> BoxFuture<'b, Result<usize, End>> {
        Box::pin(self.take(step, role))
    }

    async fn take(&mut self, step: &Step, role: Role) -> Result<usize, End> {
        if let Some(why) = self.session.pace.gave_up(step.verb.name()) {
            return Err(End::Inconclusive(why));
        }
        self.bind_kinds(step, role).await?;
        let Built { request, upload } = self.builder().build(step)?;
        if let Some(why) = upload.as_ref().and_then(|upload| self.session.profile.policy.refuses(&upload.metadata)) {
            return Err(End::NotApplicable(format!("the registry refuses it by policy: {why}")));
        }
        let name = self.builder().crate_of(step).unwrap_or_default();
        if step.verb.mutates() && self.foreign(&name) {
            return Err(End::NotApplicable(format!("it would change `{name}`, which this run did not make")));
        }
        if let Verb::Index(name) = &step.verb
            && !step.at_once
        {
            let name = name.fill(&self.bindings).map_err(|name| End::Inconclusive(format!("the run has no {name}")))?;
            return self.index(step, request, &name, role).await;
        }
        if let Verb::Call(call) = &step.verb {
            self.spend(call, &request);
        }
        let mut at = self.exchange(step, request.clone(), role, step.raw).await;
        if self.may_be_early(step, &name, at) && Box::pin(self.settled(&name)).await? {
            self.transcript.exchanges.truncate(at);
            at = self.exchange(step, request, role, step.raw).await;
        }
        if let Some(upload) = upload {
            self.uploaded(at, upload);
        }
        self.note(step, &name, at);
        if let Some(until) = &step.until {
            at = self.until(step, until, at, role).await?;
        }
        if let Verb::Call(call) = &step.verb {
            self.produced(call, at);
        }
        if matches!(step.verb, Verb::Search(_)) && role == Role::When {
            return self.found(step, at).await;
        }
        match step.verb {
            Verb::Config | Verb::Index(_) | Verb::Download(_) if !step.first_hop => self.hops(step, at, role).await,
            _ => Ok(at),
        }
    }

    /// Sends a request and keeps the exchange.
    pub(super) async fn exchange(&mut self, step: &Step, mut request: Request, role: Role, raw: bool) -> usize {
        self.sign(&mut request);
        let called = match &step.verb {
            Verb::Call(call) => Some(self.builder().called(call)),
            _ => None,
        };
        let started = Instant::now();
        let reply = self.session.send(&request, raw).await;
        if reply.as_ref().is_err_and(|failure| failure.kind == FailureKind::Timeout) {
            self.session.pace.timed_out(step.verb.name());
        }
        self.keep(Exchange {
            verb: step.verb.name().to_owned(),
            role,
            mark: step.mark.clone(),
            request,
            reply,
            elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
            shown: None,
            called,
        })
    }

    /// Keeps what an upload was made from.
    pub(super) fn uploaded(&mut self, exchange: usize, upload: Upload) {
        let text = |key: &str| upload.metadata.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        self.transcript.uploads.push(Uploaded {
            exchange,
            name: text("name"),
            version: text("vers"),
            metadata: upload.metadata,
            tarball: upload.tarball.into(),
            sha256: upload.sha256,
            open: upload.open,
        });
    }

    /// Says in User-Agent which run, case and exchange a request is of, for a search in a server's log.
    pub(super) fn sign(&self, request: &mut Request) {
        if request.headers.get("user-agent").is_some_and(|agent| agent.starts_with("regspec/")) {
            let agent = self.session.agent(&self.case.id, self.transcript.exchanges.len() + 1);
            request.headers.set("User-Agent", agent);
        }
    }

    /// Keeps an exchange, without secrets.
    pub(super) fn keep(&mut self, exchange: Exchange) -> usize {
        self.transcript.exchanges.push(self.session.redactor.exchange(exchange));
        self.transcript.exchanges.len() - 1
    }

    /// Follows redirects as a cargo does on index and downloads. Gives the index of the last exchange, which takes the
    /// step's mark and role; those before it stay as looks.
    pub(super) async fn hops(&mut self, step: &Step, first: usize, role: Role) -> Result<usize, End> {
        let mut at = first;
        for _ in 0..30 {
            let exchange = &self.transcript.exchanges[at];
            if !exchange.response().is_some_and(redirects) {
                break;
            }
            self.transcript.exchanges[at].mark = Some("hop".to_owned());
            self.transcript.exchanges[at].role = Role::After;
            let hop = Step {
                verb: Verb::Follow("hop".to_owned()),
                if_none_match: None,
                if_modified_since: None,
                ..step.clone()
            };
            let last = Transcript { exchanges: vec![self.transcript.exchanges[at].clone()], ..Transcript::default() };
            let builder = Builder { session: self.session, bindings: &self.bindings, transcript: &last };
            let Ok(Built { mut request, .. }) = builder.build(&Step { credential: None, ..hop.clone() }) else { break };
            let asked = &self.transcript.exchanges[at].request.headers;
            for condition in ["If-None-Match", "If-Modified-Since"] {
                if let Some(value) = asked.get(condition) {
                    request.headers.set(condition, value);
                }
            }
            at = self.exchange(&hop, request, role, step.raw).await;
            self.transcript.exchanges[at].verb = step.verb.name().to_owned();
        }
        Ok(at)
    }

    pub(super) fn builder(&self) -> Builder<'_> {
        Builder { session: self.session, bindings: &self.bindings, transcript: &self.transcript }
    }

    /// A crate that this run did not make may not be changed.
    fn foreign(&self, name: &str) -> bool {
        !self.case.publishes()
            && self.session.profile.sample.as_ref().is_some_and(|sample| sample.name == name && !sample.ours)
    }

    /// Notes what the target accepted.
    pub(super) fn note(&mut self, step: &Step, name: &str, at: usize) {
        if !self.transcript.exchanges[at].response().is_some_and(accepts) {
            return;
        }
        let filled = |text: &Text| text.fill(&self.bindings).unwrap_or_default();
        let uploads = match &step.verb {
            Verb::Publish(_) => true,
            Verb::Call(call) => call.upload.is_some(),
            _ => false,
        };
        let (name, version, yanked) = match &step.verb {
            _ if uploads => match self.transcript.uploads.last() {
                // Nobody knows what has to show.
                Some(upload) if upload.open => return,
                Some(upload) => (upload.name.clone(), upload.version.clone(), false),
                None => return,
            },
            Verb::Yank(version) => (name.to_owned(), filled(version), true),
            Verb::Unyank(version) => (name.to_owned(), filled(version), false),
            _ => return,
        };
        if uploads {
            self.bindings.bind("own-crate", &name);
            self.bindings.bind("own-version", &version);
        }
        let shared = self.adds;
        let known = self.crates.entry(name).or_default();
        known.shared = shared;
        known.change(&version.replace("%2B", "+"), yanked);
    }
}

/// An upload that nothing is wrong with.
pub(super) fn sound(name: &str, version: &str, mark: Option<&str>) -> Step {
    let publish = Publish::from(Text::from(version));
    Step { mark: mark.map(str::to_owned), ..Step::of(Verb::Publish(publish), Some(name.into())) }
}

/// A read of an index file.
pub(super) fn index_step(name: &str) -> Step {
    Step::of(Verb::Index(name.into()), None)
}
