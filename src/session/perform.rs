use std::{collections::BTreeMap, time::Instant};

use super::{
    Session,
    builder::{Builder, Built, Lack},
    names::{self, Attempt},
    wait::Expected,
};
use crate::{
    exchange::{
        Bindings, Exchange, FailureKind, Request, Response, Role, Shown, Transcript, Uploaded, accepts, declines,
        redirects, refuses,
    },
    package::Upload,
    plan::Case,
    spec::{Need, RequirementId},
    suite::{Check, Expect, Publish, Step, Text, Verb},
};

/// What a case sent and received, and whether it can be judged.
#[derive(Debug)]
pub struct Performed {
    /// Everything sent and received, without secrets.
    pub transcript: Transcript,
    /// How it ended.
    pub end: End,
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
        let mut run = Run::new(self, case, may_refuse, attempt);
        let limit = self.options.case_timeout;
        let end = match tokio::time::timeout(limit, Box::pin(run.all())).await {
            Ok(Ok(())) => End::Done,
            Ok(Err(end)) => end,
            Err(_) => End::Inconclusive(format!("it took longer than {} s", limit.as_secs())),
        };
        let mut transcript = run.transcript;
        transcript.bindings = run.bindings;
        Performed { transcript, end }
    }
}

/// One case on its way.
pub(super) struct Run<'a> {
    pub(super) session: &'a Session,
    pub(super) case: &'a Case,
    pub(super) bindings: Bindings,
    pub(super) transcript: Transcript,
    pub(super) crates: BTreeMap<String, Expected>,
    may_refuse: bool,
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

    async fn all(&mut self) -> Result<(), End> {
        if self.case.needs.contains(&Need::Throttled) {
            return self.throttled().await;
        }
        if self.case.needs.contains(&Need::Sample) {
            self.session.prepare().await.map_err(|why| End::Blocked { by: "env/layout".into(), why })?;
        }
        let denied = self.case.wrong_tokens();
        if denied > 0 && !self.session.pace.may_be_denied(denied) {
            return Err(End::NotApplicable("more wrong tokens than --max-denied allows would be shown".to_owned()));
        }
        if let Some(why) = &self.session.no_upload
            && self.case.publishes()
            && (self.case.decl.journey.is_some() || self.case.decl.then.iter().any(asks_refusal))
        {
            // Where nothing is accepted, a refusal proves nothing.
            let why = format!("no sound upload is accepted: {why}");
            return Err(End::Blocked { by: "env/layout".into(), why });
        }
        if self.case.publishes() && !self.adds && !self.session.pace.may_make(self.case.new_crates()) {
            return Err(End::NotApplicable("more crates than --max-new-crates allows would be made".to_owned()));
        }
        if let Some(journey) = self.case.decl.journey {
            return Box::pin(self.journey(journey)).await;
        }
        for step in &self.case.decl.given {
            let at = self.step(step, Role::Given).await?;
            self.succeeded(step, at)?;
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

    /// Does one step and notes what it changed. Gives the index of its exchange.
    pub(super) async fn step(&mut self, step: &Step, role: Role) -> Result<usize, End> {
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
        let mut at = self.exchange(step, request.clone(), role, step.raw).await;
        if self.may_be_early(step, &name, at) && Box::pin(self.settled(&name)).await? {
            self.transcript.exchanges.truncate(at);
            at = self.exchange(step, request, role, step.raw).await;
        }
        if let Some(upload) = upload {
            self.uploaded(at, upload);
        }
        self.note(step, &name, at);
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

    /// A step that the case builds on has to have succeeded.
    pub(super) fn succeeded(&self, step: &Step, at: usize) -> Result<(), End> {
        let exchange = &self.transcript.exchanges[at];
        let by = match &step.verb {
            Verb::Call(call) => RequirementId::from(format!("{}/reply", call.operation).as_str()),
            verb => relies_on(verb).map_or_else(|| self.case.requirements[0].clone(), RequirementId::from),
        };
        let reply = match &exchange.reply {
            Ok(reply) => reply,
            Err(failure) => return Err(End::Inconclusive(format!("{} got no reply: {failure}", step.verb.name()))),
        };
        let fine = match &step.verb {
            Verb::Index(_) => matches!(reply.status, 200 | 304 | 404 | 410 | 451),
            Verb::Request(_) | Verb::Follow(_) => reply.status < 500,
            _ => accepts(reply),
        };
        if fine && matches!(exchange.shown, Some(Shown::Lost { .. })) {
            let by = if matches!(step.verb, Verb::Index(_)) && self.yanked_something() {
                "yank/index-flag"
            } else {
                "pub/index-eventual"
            };
            return Err(End::Blocked {
                by: by.into(),
                why: "what was accepted before did not show in the index".to_owned(),
            });
        }
        if fine {
            return Ok(());
        }
        let why = format!("{} answered {}", step.verb.name(), in_words(reply));
        if matches!(reply.status, 429 | 503) && self.session.pace.was_throttled() {
            return Err(End::Inconclusive(format!("{why}: the target throttles this run")));
        }
        if self.may_refuse && special(step) && !self.took_before(step) && declines(reply) {
            return Err(End::NotApplicable(format!("the registry refuses it by policy: {}", in_words(reply))));
        }
        Err(End::Blocked { by, why })
    }

    /// The target took a crate of this odd name already, so that no policy against names can be why it refuses now.
    fn took_before(&self, step: &Step) -> bool {
        let Verb::Publish(publish) = &step.verb else { return false };
        let name = publish.name.as_ref().and_then(|name| name.fill(&self.bindings).ok());
        odd_by_name_alone(publish) && name.is_some_and(|name| self.crates.contains_key(&name))
    }

    fn yanked_something(&self) -> bool {
        self.case.steps().any(|step| matches!(step.verb, Verb::Yank(_) | Verb::Unyank(_)))
    }

    /// What is judged may itself be something that the target refuses by right, or that throttling kept from happening.
    fn judgeable(&self, step: &Step, at: usize) -> Result<(), End> {
        let exchange = &self.transcript.exchanges[at];
        let reply = match &exchange.reply {
            Ok(reply) => reply,
            Err(failure) if failure.kind == FailureKind::Withheld => {
                return Err(End::NotApplicable(failure.message.clone()));
            }
            Err(_) => return Ok(()),
        };
        if matches!(reply.status, 429 | 503) && self.session.pace.was_throttled() {
            return Err(End::Inconclusive(format!("the target throttles this run: {}", in_words(reply))));
        }
        let wants_refusal = self.case.decl.then.iter().any(asks_refusal);
        let may_refuse = self.may_refuse && !wants_refusal && !self.took_before(step);
        if may_refuse && matches!(step.verb, Verb::Publish(_)) && declines(reply) {
            return Err(End::NotApplicable(format!("the registry refuses it by policy: {}", in_words(reply))));
        }
        Ok(())
    }
}

fn asks_refusal(expect: &Expect) -> bool {
    matches!(&expect.check, Check::Refused(_) | Check::Outcome(_))
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

/// It is no plain upload, so that a policy may be against it.
fn special(step: &Step) -> bool {
    match &step.verb {
        Verb::Publish(publish) => publish.name.is_some() || !odd_by_name_alone(publish),
        _ => false,
    }
}

fn odd_by_name_alone(publish: &Publish) -> bool {
    publish.json.is_none()
        && publish.drop.is_empty()
        && publish.tarball.is_none()
        && !publish.beyond_limit
        && publish.envelope.is_none()
        && publish.edits.is_none()
}

/// The requirement without which a verb cannot be built upon.
fn relies_on(verb: &Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Publish(_) => "env/layout",
        Verb::Yank(_) => "yank/route",
        Verb::Unyank(_) => "unyank/route",
        Verb::Config => "cfg/exists",
        Verb::Index(_) => "http/status-200-only",
        Verb::Download(_) => "dl/status-200",
        Verb::Owners => "own/list-with-token",
        Verb::AddOwners(_) => "own/add-request",
        Verb::RemoveOwners(_) => "own/remove-request",
        Verb::Search(_) => "search/shape",
        Verb::Me | Verb::Request(_) | Verb::Follow(_) | Verb::Call(_) => return None,
    })
}

/// A reply in words: its status, and what it says of itself.
pub(super) fn in_words(reply: &Response) -> String {
    let text = reply
        .body
        .json()
        .ok()
        .and_then(|json| json.get("errors")?.as_array()?.first()?.get("detail")?.as_str().map(str::to_owned));
    let text = text.or_else(|| reply.body.text().filter(|text| !text.trim_start().starts_with('<')).map(str::to_owned));
    match text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty()) {
        Some(text) => format!("status {}: {}", reply.status, text.chars().take(160).collect::<String>()),
        None => format!("status {}", reply.status),
    }
}
