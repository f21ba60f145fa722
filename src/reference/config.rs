use std::fmt;

use super::{Clock, Rule};

/// Someone the registry knows.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The opaque name by which owners are added and removed.
    pub login: String,
    /// The whole value of the `Authorization` header that speaks for this user; none for a login that never calls.
    pub token: Option<String>,
}

impl User {
    /// A user who cannot call.
    pub fn new(login: impl Into<String>) -> Self {
        Self { login: login.into(), token: None }
    }
}

impl fmt::Debug for User {
    /// Leaves the token out, for this ends up in test output.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("login", &self.login).field("token", &self.token.as_ref().map(|_| "…")).finish()
    }
}

/// Which validator index files carry; the book lets a registry choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Validators {
    /// A strong `ETag` made from the content.
    #[default]
    ETag,
    /// A `Last-Modified` that moves by at least one second with each change of the file.
    LastModified,
}

/// Whose rules a registry follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// What the Cargo book asks for, and nothing beyond.
    #[default]
    Cargo,
    /// The rules of crates.io, with the whole of its web API.
    CratesIo,
}

/// What kind of registry this is. Fields are public; the methods of the same names make a chain.
#[derive(Debug, Clone)]
pub struct Config {
    /// Scheme and authority the registry is reached at, without a slash at the end.
    pub origin: String,
    /// The base that `config.json` names instead of [`Config::origin`], for a reverse proxy that takes a path prefix away.
    pub public_url: Option<String>,
    /// Known users. The first is whom the main token speaks for.
    pub users: Vec<User>,
    /// `auth-required`: everything but `/me` wants a token.
    pub private: bool,
    /// The `dl` of `config.json`, with or without markers; the web API's own download route if not given.
    pub dl: Option<String>,
    /// Origin of a second port: downloads answer 302 to a file there.
    pub downloads_at: Option<String>,
    /// Which validator index files carry.
    pub validators: Validators,
    /// The clock.
    pub clock: Clock,
    /// Rules that are not upheld.
    pub broken: Vec<Rule>,
    /// The largest request body in bytes.
    pub max_upload: usize,
    /// Whose rules it follows.
    pub policy: Policy,
    /// What the secrets that it hands out are drawn from.
    pub seed: u64,
    /// It answers operations that crates.io took away.
    pub removed_operations: bool,
}

impl Config {
    /// A public registry at an origin, which knows `alice`, `bob` and `carol` and has no token yet.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            public_url: None,
            users: ["alice", "bob", "carol"].map(User::new).into(),
            private: false,
            dl: None,
            downloads_at: None,
            validators: Validators::default(),
            clock: Clock::system(),
            broken: Vec::new(),
            max_upload: 20 << 20,
            policy: Policy::default(),
            seed: 0,
            removed_operations: false,
        }
    }

    /// Gives the first user a token.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        self.token_of(0, token.into())
    }

    /// Gives the second user a token.
    #[must_use]
    pub fn other_token(self, token: impl Into<String>) -> Self {
        self.token_of(1, token.into())
    }

    fn token_of(mut self, user: usize, token: String) -> Self {
        if let Some(user) = self.users.get_mut(user) {
            user.token = Some(token);
        }
        self
    }

    /// Adds a user.
    #[must_use]
    pub fn user(mut self, login: impl Into<String>, token: Option<String>) -> Self {
        self.users.push(User { login: login.into(), token });
        self
    }

    /// Asks a token for everything.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Names another base in `config.json`.
    #[must_use]
    pub fn public_url(mut self, base: impl Into<String>) -> Self {
        self.public_url = Some(base.into());
        self
    }

    /// Sets the `dl` of `config.json`.
    #[must_use]
    pub fn dl(mut self, template: impl Into<String>) -> Self {
        self.dl = Some(template.into());
        self
    }

    /// Redirects downloads to a second port.
    #[must_use]
    pub fn downloads_at(mut self, origin: impl Into<String>) -> Self {
        self.downloads_at = Some(origin.into());
        self
    }

    /// Chooses the validator of index files.
    #[must_use]
    pub fn validators(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Stops upholding rules.
    #[must_use]
    pub fn broken(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.broken.extend(rules);
        self
    }

    /// Bounds request bodies.
    #[must_use]
    pub fn max_upload(mut self, bytes: usize) -> Self {
        self.max_upload = bytes;
        self
    }

    /// Follows the rules of crates.io. Its users and what they log in with are drawn from a seed.
    #[must_use]
    pub fn crates_io(mut self, seed: u64) -> Self {
        self.policy = Policy::CratesIo;
        self.seed = seed;
        self
    }

    /// Answers operations that crates.io took away, as it did before 2024.
    #[must_use]
    pub fn removed_operations(mut self) -> Self {
        self.removed_operations = true;
        self
    }

    /// Whether a rule holds here.
    pub fn upholds(&self, rule: Rule) -> bool {
        !self.broken.contains(&rule)
    }

    /// What every URL that the registry hands out begins with.
    pub(super) fn base(&self) -> &str {
        self.public_url.as_deref().unwrap_or(&self.origin).trim_end_matches('/')
    }

    /// The `dl` of `config.json`. Without markers and slash at the end, for cargo appends `/{crate}/{version}/download`.
    pub(super) fn dl_template(&self) -> String {
        self.dl.clone().unwrap_or_else(|| format!("{}/api/v1/crates", self.base()))
    }
}
