//! The only sender: requests as a cargo would make them, waits, the probe, and journeys that need control flow.

mod aftermath;
mod builder;
mod call;
mod client;
mod discover;
mod ends;
mod folder;
mod guard;
mod journey;
mod looks;
mod names;
mod pace;
mod perform;
mod policies;
mod probe;
mod raw;
mod sample;
mod secrets;
mod settle;
mod throttled;
mod turns;
mod wait;

pub use client::Client;
pub use names::Attempt;
pub use perform::{End, Performed};
pub use probe::Unreachable;
pub use raw::read_reply;
pub use turns::Held;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    exchange::{Failure, FailureKind, Redactor, Request, Response},
    spec::Spec,
    target::{Claims, Credentials, Options, Profile, Remote},
};

/// Everything that is needed to talk to one registry.
#[derive(Debug)]
pub struct Session {
    client: Client,
    options: Options,
    credentials: Credentials,
    redactor: Redactor,
    remote: Remote,
    claims: Claims,
    guard: guard::Guard,
    pace: pace::Pace,
    throttled: throttled::Throttled,
    profile: Profile,
    sent: AtomicUsize,
    prepared: tokio::sync::OnceCell<Result<(), End>>,
    spec: Arc<Spec>,
    /// What was found on the target, by kind of resource.
    discovered: tokio::sync::Mutex<discover::Found>,
    /// How many of the resources handed over were used up.
    taken: Mutex<BTreeMap<String, usize>>,
    turns: turns::Turns,
}

impl Session {
    /// A session with a registry whose profile is not known yet.
    pub fn new(client: Client, options: Options, credentials: Credentials, remote: Remote, claims: Claims) -> Self {
        let mut session = Self {
            redactor: secrets::redactor(&credentials, &options),
            guard: guard::Guard::new(&remote, &options),
            pace: pace::Pace::new(&options),
            throttled: throttled::Throttled::default(),
            profile: Profile::default(),
            sent: AtomicUsize::new(0),
            prepared: tokio::sync::OnceCell::new(),
            spec: Arc::default(),
            discovered: tokio::sync::Mutex::default(),
            taken: Mutex::default(),
            turns: turns::Turns::default(),
            client,
            options,
            credentials,
            remote,
            claims,
        };
        session.profile.policy = session.claims.policy.clone();
        session.profile.hold(&session.credentials, &session.options);
        session
    }

    /// Says which contract it is about, whose operations can then be called.
    #[must_use]
    pub fn about(mut self, spec: Arc<Spec>) -> Self {
        self.spec = spec;
        self
    }

    /// What the target claims and the run holds.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Takes a profile that another process has probed.
    pub fn set_profile(&mut self, profile: Profile) {
        self.guard.allow_reading(profile.endpoints.dl.as_deref());
        self.profile = profile;
    }

    /// How the run goes about its work.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What hides secrets in all that is written.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// How a request says whose it is.
    fn agent(&self, case: &str, exchange: usize) -> String {
        let (version, run) = (env!("CARGO_PKG_VERSION"), &self.options.run_id);
        format!("regspec/{version} (run {run}; case {case}; exchange {exchange})")
    }

    /// Sends a request if the safety rules let it pass; waits as the target asks when it throttles.
    async fn send(&self, request: &Request, raw: bool) -> Result<Response, Failure> {
        if !folder::is_file(&request.url)
            && let Err(message) = self.guard.passes(request)
        {
            return Err(Failure { kind: FailureKind::Withheld, message });
        }
        if let Some(folder) = self.remote.index_dir.clone()
            && folder::is_file(&request.url)
        {
            let url = request.url.clone();
            let read = tokio::task::spawn_blocking(move || folder::read(&folder, &url)).await;
            return read
                .unwrap_or_else(|error| Err(Failure { kind: FailureKind::Connect, message: error.to_string() }));
        }
        let mut waited = 0;
        loop {
            let reply = self.send_once(request, raw).await;
            match &reply {
                Ok(response) if response.throttles() && waited < pace::PATIENCE => {
                    let Some(delay) = self.pace.throttled(response) else { return reply };
                    self.throttled.note(request, response);
                    waited += 1;
                    tokio::time::sleep(delay).await;
                }
                _ => return reply,
            }
        }
    }

    /// Sends a request that may pass, however the target answers.
    async fn send_once(&self, request: &Request, raw: bool) -> Result<Response, Failure> {
        self.pace.turn().await;
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.client.send(request, raw).await
    }
}
