//! What a target claims, asked once: from its config.json, and where that is silent from one bounded look at each action.

use std::fmt;

use serde_json::Value;

use super::{
    Session,
    ends::in_words,
    perform::{Run, index_step},
    sample::{BEYOND, NoSample, own_case, why},
};
use crate::{
    exchange::{BODY_LIMIT, Endpoints, Request, Response, Role, accepts},
    suite::{Credential, Search, Step, Text, Verb},
    target::{Action, Profile, Sample, Writers},
};

/// How it is known that an action is not offered which the user says so of.
pub(super) const BY_WORD: &str = "by your word";

/// Why a target cannot be tested at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// What was tried and what came of it.
    pub message: String,
    /// The way out.
    pub hint: String,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhint: {}", self.message, self.hint)
    }
}

impl std::error::Error for Unreachable {}

impl Session {
    /// Sets the profile of a registry that is known to offer everything, so that nothing need be asked.
    pub fn assume(&mut self, endpoints: Endpoints, kind: impl FnOnce(&mut Profile)) {
        self.profile = Profile { endpoints, ownership: true, writers: Some(Writers::Token), ..Profile::default() };
        self.profile.hold(&self.credentials, &self.options);
        kind(&mut self.profile);
        self.guard.allow_reading(self.profile.endpoints.dl.as_deref());
        self.profile.sample = Some(self.future_sample("sample"));
    }

    /// Sets the profile of a registry that is seeded with all that its contract is about, and that may answer few requests a second.
    pub fn assume_seeded(&mut self, endpoints: Endpoints, throttles: bool) {
        self.profile =
            Profile { endpoints, ownership: true, writers: Some(Writers::Token), throttles, ..Profile::default() };
        self.profile.hold(&self.credentials, &self.options);
    }

    /// Asks whether anybody answers at all, which is enough where a document says what is offered.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn meet(&mut self) -> Result<(), Unreachable> {
        self.endpoints().await
    }

    /// Asks a target what it is.
    ///
    /// # Errors
    /// Nobody answers, or not as a registry would.
    pub async fn probe(&mut self) -> Result<(), Unreachable> {
        self.endpoints().await?;
        for action in Action::ALL {
            if self.claims.offers(action) == Some(false) {
                self.profile.not_offered.push((action, BY_WORD.to_owned()));
            }
        }
        self.profile.writers = self.claims.writers;
        self.profile.largest_crate = self.claims.largest_crate;
        self.profile.private = self.claims.private.unwrap_or(self.profile.private);
        self.offers().await
    }

    /// Asks what can be seen once there is a crate to read.
    ///
    /// # Errors
    /// None may be published.
    pub(super) async fn offers(&mut self) -> Result<(), Unreachable> {
        self.samples().await?;
        if self.profile.sample.is_some() {
            self.habits().await;
        }
        if self.profile.endpoints.api.is_some() {
            self.actions().await;
        }
        if let Some(ownership) = self.claims.ownership {
            self.profile.ownership = ownership;
        }
        Ok(())
    }

    async fn endpoints(&mut self) -> Result<(), Unreachable> {
        self.profile.endpoints = Endpoints { index: self.remote.index.clone(), api: self.remote.api.clone(), dl: None };
        self.profile.index_dir = self.remote.index_dir.is_some();
        let config = match (&self.remote.index, &self.remote.index_dir) {
            (Some(index), _) => self.config(&index.clone()).await?,
            (None, Some(folder)) => {
                let path = folder.join("config.json");
                let text = std::fs::read_to_string(&path).map_err(|error| Unreachable {
                    message: format!("{} cannot be read: {error}", path.display()),
                    hint: "--index-dir takes the folder of a clone of the git index, with config.json at its root"
                        .to_owned(),
                })?;
                serde_json::from_str(&text).unwrap_or_default()
            }
            (None, None) => {
                self.answers(&self.remote.api.clone().unwrap_or_default()).await?;
                Value::Null
            }
        };
        let text = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
        let api =
            text("api").filter(|api| url::Url::parse(api).is_ok()).map(|api| api.trim_end_matches('/').to_owned());
        match (&self.profile.endpoints.api, api) {
            (None, Some(api)) if self.guard.trusts(&api) => self.profile.endpoints.api = Some(api),
            (None, Some(api)) => {
                self.profile.api_missing = Some(format!(
                    "config.json names the web API {api}, whose origin you did not name: accept it with --allow-origin or --api"
                ));
            }
            _ => {}
        }
        self.profile.private |= config.get("auth-required") == Some(&Value::Bool(true));
        let by_convention =
            self.profile.endpoints.api.as_ref().filter(|_| config.is_null()).map(|api| format!("{api}/api/v1/crates"));
        self.profile.endpoints.dl = text("dl").filter(|dl| url::Url::parse(dl).is_ok()).or(by_convention);
        self.guard.allow_reading(self.profile.endpoints.dl.as_deref());
        Ok(())
    }

    /// Reads config.json, first as a cargo without a token would.
    async fn config(&mut self, index: &str) -> Result<Value, Unreachable> {
        let url = format!("{index}/config.json");
        let unreachable = |message: String, hint: &str| Unreachable { message, hint: hint.to_owned() };
        let mut reply = self.ask(&url, false).await.map_err(|message| {
            unreachable(message, "is the registry running, and does the index URL end where config.json lies?")
        })?;
        if matches!(reply.status, 401 | 403) {
            self.profile.private = true;
            if self.credentials.token.is_none() {
                return Err(unreachable(
                    format!("{url} answered {}: the registry asks for a token", self.in_words(&reply)),
                    "give the whole value of the Authorization header with --token or REGSPEC_TOKEN",
                ));
            }
            reply = self
                .ask(&url, true)
                .await
                .map_err(|message| unreachable(message, "the same request without a token was answered"))?;
            if matches!(reply.status, 401 | 403) {
                return Err(unreachable(
                    format!(
                        "{url} answered {} although a token was sent: the token was refused",
                        self.in_words(&reply)
                    ),
                    "--token is the whole value of the Authorization header, scheme included if the registry wants one",
                ));
            }
        }
        if reply.cut {
            return Err(unreachable(
                format!("{url} is longer than {} MiB", BODY_LIMIT >> 20),
                "an index URL is the folder in which config.json lies: what lies there is no such file",
            ));
        }
        match reply.body.json() {
            Ok(value) if reply.status == 200 => Ok(value),
            _ if matches!(reply.status, 429 | 503) => Err(unreachable(
                format!("{url} answered {}: the target throttles this run", self.in_words(&reply)),
                "try again later, or slower with --rate 1/s and --jobs 1",
            )),
            _ if reply.status != 200 => Err(unreachable(
                format!("{url} answered {}", self.in_words(&reply)),
                "an index URL is the folder in which config.json lies; a web API is given without `sparse+`",
            )),
            Ok(_) => unreachable!("the status is 200 or not"),
            Err(error) if reply.body.trim_ascii_start().starts_with(b"<") => Err(unreachable(
                format!("{url} is a page of HTML, not JSON ({error})"),
                "an index URL is the folder in which config.json lies; is a web server's fallback page in the way?",
            )),
            Err(error) => Err(unreachable(
                format!("{url} is not JSON: {error}"),
                "cargo gives up here as well: config.json has to be strict JSON",
            )),
        }
    }

    /// A reply in words, without the token that it may repeat.
    fn in_words(&self, reply: &Response) -> String {
        in_words(&self.redactor.response(reply))
    }

    /// Somebody answers at a web API.
    async fn answers(&self, api: &str) -> Result<(), Unreachable> {
        let url = format!("{api}/api/v1/crates?q=regspec&per_page=1");
        match self.ask(&url, self.credentials.token.is_some()).await {
            Ok(reply) if !reply.is_success() && self.is_git(api).await => Err(Unreachable {
                message: format!("{api} is a git index, which is not read over the wire"),
                hint: "clone it, and give --index-dir CLONE together with the web API".to_owned(),
            }),
            Ok(_) => Ok(()),
            Err(message) => Err(Unreachable { message, hint: "is the registry running at that URL?".to_owned() }),
        }
    }

    /// What `git clone` asks first is answered as git does.
    async fn is_git(&self, base: &str) -> bool {
        let reply = self.ask(&format!("{base}/info/refs?service=git-upload-pack"), false).await;
        reply.is_ok_and(|reply| {
            reply.headers.get("content-type").is_some_and(|kind| kind.starts_with("application/x-git-"))
        })
    }

    async fn ask(&self, url: &str, token: bool) -> Result<Response, String> {
        let mut request = Request::new("GET", url)
            .header("Accept", "text/plain")
            .header("User-Agent", self.agent("regspec::probe", 1));
        if let (true, Some(token)) = (token, &self.credentials.token) {
            request.headers.push("Authorization", token.clone());
        }
        for (name, value) in &self.options.headers {
            request.headers.set(name, value.reveal());
        }
        self.send(&request, false).await.map_err(|failure| format!("{url}: {failure}"))
    }

    async fn samples(&mut self) -> Result<(), Unreachable> {
        let may_publish = self.options.write
            && self.profile.endpoints.api.is_some()
            && self.claims.offers(Action::Publish) != Some(false);
        if !may_publish {
            match self.find_sample().await {
                Ok(sample) => self.profile.sample = Some(sample),
                Err(why) => self.profile.sample_missing = Some(why),
            }
            return Ok(());
        }
        let mut some_accepted = false;
        for name in ["sample", "plain-sample"] {
            match self.publish_sample(name).await {
                Ok(no_yank) => {
                    let sample = self.future_sample(name);
                    let yanked = sample.yanked.clone().filter(|_| no_yank.is_none());
                    self.profile.sample = Some(Sample { yanked, ..sample });
                    self.profile.not_offered.extend(no_yank.map(|how| (Action::Yank, how)));
                    self.profile.no_upload = None;
                    self.prepared.set(Ok(())).ok();
                    return Ok(());
                }
                Err(NoSample { why, refused, accepted }) => {
                    some_accepted |= accepted;
                    self.profile.no_upload = refused.filter(|_| !some_accepted).map(|_| why.clone());
                    self.profile.sample_missing = Some(why.clone());
                    if let (Some(401 | 403), "plain-sample") = (refused, name) {
                        return Err(self.denied(&why));
                    }
                    // A plainer one helps where a rich one is refused, not where nothing shows.
                    if refused.is_none() && why != BEYOND {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Where nothing may be published, refusals prove nothing and acceptances never come.
    fn denied(&self, why: &str) -> Unreachable {
        let (what, hint) = match self.credentials.token {
            Some(_) => (
                "the token was refused",
                "--token is the whole value of the Authorization header, scheme included if the registry wants one, of an account that may publish new crates; without --write the run only reads",
            ),
            None => (
                "the registry asks for a token",
                "give the whole value of the Authorization header with --token or REGSPEC_TOKEN; without --write the run only reads",
            ),
        };
        Unreachable { message: format!("a sound crate cannot be published, {why}: {what}"), hint: hint.to_owned() }
    }

    /// Validators and redirects, as the sample shows them.
    async fn habits(&mut self) {
        let case = own_case("probe");
        let mut run = Run::new(self, &case, false, 1.into());
        let Some(sample) = self.profile.sample.clone() else { return };
        let mut seen = (false, false, false);
        let look = Step { at_once: true, ..index_step(&sample.name) };
        if let Ok(at) = run.step(&look, Role::When).await
            && let Some(reply) = run.transcript.exchanges[at].response()
        {
            seen = (reply.headers.has("etag"), reply.headers.has("last-modified"), false);
        }
        let download = Step {
            first_hop: true,
            ..Step::of(Verb::Download(sample.version.as_str().into()), Some(sample.name.as_str().into()))
        };
        if let Ok(at) = run.step(&download, Role::When).await
            && let Some(reply) = run.transcript.exchanges[at].response()
        {
            seen.2 = (300..400).contains(&reply.status) && reply.status != 304;
        }
        (self.profile.etag, self.profile.last_modified, self.profile.redirect) = seen;
    }

    /// Which actions have a route, and whether anyone may write.
    async fn actions(&mut self) {
        let case = own_case("probe");
        let mut run = Run::new(self, &case, false, 1.into());
        let missing = |reply: Option<&Response>, what: &str| {
            let reply = reply.filter(|reply| matches!(reply.status, 404 | 405 | 501))?;
            Some(format!("{what} answered {}", in_words(reply)))
        };
        let mut not_offered = Vec::new();
        if self.claims.offers(Action::Search).is_none()
            && let Ok(at) = run
                .step(&Step::of(Verb::Search(Search::from(Text::from("regspec"))), Some("regspec".into())), Role::When)
                .await
        {
            not_offered.extend(
                missing(run.transcript.exchanges[at].response(), "GET /api/v1/crates").map(|how| (Action::Search, how)),
            );
        }
        let mut ownership = false;
        if let Some(sample) = &self.profile.sample
            && self.claims.offers(Action::Owners) != Some(false)
            && let Ok(at) = run.step(&Step::of(Verb::Owners, Some(sample.name.as_str().into())), Role::When).await
        {
            let reply = run.transcript.exchanges[at].response();
            if self.claims.offers(Action::Owners).is_none() {
                not_offered.extend(missing(reply, "GET …/owners").map(|how| (Action::Owners, how)));
            }
            ownership = reply.is_some_and(|reply| self.names_owners(reply));
        }
        let mut writers = self.profile.writers;
        let may = self.options.write && self.claims.offers(Action::Publish) != Some(false);
        if writers.is_none() && may && self.pace.may_make(1) {
            let publish = Step { credential: Some(Credential::None), ..case.decl.given[0].clone() };
            writers = match run.step(&publish, Role::When).await.map_err(why) {
                Ok(at) if run.transcript.exchanges[at].response().is_some_and(accepts) => Some(Writers::Anyone),
                _ => Some(Writers::Token),
            };
        }
        self.profile.not_offered.extend(not_offered);
        self.profile.ownership = ownership && writers != Some(Writers::Anyone);
        self.profile.writers = writers;
    }

    /// A list of owners with somebody in it, and without the account that shall own nothing, claims that owners matter.
    fn names_owners(&self, reply: &Response) -> bool {
        let json = reply.body.json().unwrap_or_default();
        let users = json.get("users").and_then(Value::as_array).cloned().unwrap_or_default();
        let logins: Vec<_> = users.iter().filter_map(|user| user.get("login")?.as_str()).collect();
        let stranger = self.credentials.other_login.as_deref();
        accepts(reply) && !logins.is_empty() && !stranger.is_some_and(|stranger| logins.contains(&stranger))
    }
}
