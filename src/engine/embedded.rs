use std::{fmt, io, sync::Arc};

use crate::{
    exchange::{Endpoints, Request},
    reference::{Clock, Config, Handler, Registry, Server, Tls, Validators},
    suite::Variant,
    target::{Credentials, Profile},
};

/// The token of the main account of an embedded registry.
pub const MAIN_TOKEN: &str = "embedded-Main-token-1";
/// The token of its second account.
pub const OTHER_TOKEN: &str = "embedded-Other-token-2";

/// The moment at which the clock of an embedded registry stands, so that its replies can be snapped: 2026-01-01.
const MOMENT: u64 = 1_767_225_600;

/// How many bytes an upload to an embedded registry may have.
const LARGEST: u64 = 8 << 20;

/// How many requests a second the embedded registry that throttles answers.
const BUDGET: u32 = 4;

/// Registries inside this process: one for each variant that a plan needs.
pub struct Embedded {
    seed: u64,
    contract: String,
    configure: Arc<dyn Fn(Config) -> Config + Send + Sync>,
    handler: Arc<dyn Fn(Arc<Registry>) -> Handler + Send + Sync>,
    servers: Vec<Server>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded")
            .field("seed", &self.seed)
            .field("servers", &self.servers.len())
            .finish_non_exhaustive()
    }
}

/// A variant that was started.
#[derive(Debug)]
pub struct Started {
    variant: Variant,
    /// The base of the index.
    pub index: String,
    /// The base of the web API.
    pub api: String,
    /// What to trust to reach it.
    pub certificates: Vec<String>,
    dl: Option<String>,
}

impl Started {
    /// Where it is reached.
    pub fn endpoints(&self) -> Endpoints {
        Endpoints { index: Some(self.index.clone()), api: Some(self.api.clone()), dl: self.dl.clone() }
    }

    /// What is special about it.
    pub fn kind(&self, profile: &mut Profile) {
        profile.private = matches!(self.variant, Variant::Private | Variant::Redirect);
        profile.largest_crate = Some(LARGEST);
        profile.throttles = self.variant == Variant::Throttling;
        profile.redirect = self.variant == Variant::Redirect;
        profile.etag = self.variant != Variant::Dated;
        profile.last_modified = self.variant == Variant::Dated;
    }
}

impl Embedded {
    /// The reference registry.
    pub fn reference(seed: u64) -> Self {
        Self::spoilt(seed, |config| config, |registry| Arc::new(move |request| registry.handle(request)))
    }

    /// A registry that is broken on purpose, in its configuration or in what it says.
    pub fn spoilt(
        seed: u64,
        configure: impl Fn(Config) -> Config + Send + Sync + 'static,
        handler: impl Fn(Arc<Registry>) -> Handler + Send + Sync + 'static,
    ) -> Self {
        let (configure, handler) = (Arc::new(configure), Arc::new(handler));
        Self { seed, contract: "cargo".to_owned(), configure, handler, servers: Vec::new() }
    }

    /// The same, with the policy and the content that a contract is about.
    #[must_use]
    pub fn about(mut self, contract: &str) -> Self {
        contract.clone_into(&mut self.contract);
        self
    }

    /// What is held to show to it.
    pub fn credentials(&self) -> Credentials {
        if self.contract != "cargo" {
            // The same file that `serve --credentials` writes, for a run elsewhere is to hold no less.
            let text = toml::to_string(&self.seeded("http://127.0.0.1").access()).unwrap_or_default();
            return toml::from_str(&text).unwrap_or_default();
        }
        Credentials {
            token: Some(MAIN_TOKEN.to_owned()),
            login: Some("alice".to_owned()),
            other_token: Some(OTHER_TOKEN.to_owned()),
            other_login: Some("bob".to_owned()),
            third_login: Some("carol".to_owned()),
            revoked_token: Some("embedded-Revoked-token-3".to_owned()),
            ..Credentials::default()
        }
    }

    /// A registry of crates.io's policy, with crates, accounts and all else that its operations are about.
    fn seeded(&self, origin: &str) -> Config {
        let config = Config::new(origin).crates_io(self.seed);
        if self.contract == "legacy" { config.removed_operations() } else { config }
    }

    /// Starts the registry of a contract other than cargo's on a free port. Of its variants there is the one that throttles.
    ///
    /// # Errors
    /// No port is free.
    pub fn start_seeded(&mut self, variant: Variant) -> io::Result<Started> {
        let bound = Server::bind("127.0.0.1:0")?;
        let origin = bound.origin();
        let seeded = self.seeded(&origin);
        let config = (self.configure)(if variant == Variant::Throttling { seeded.throttle(BUDGET) } else { seeded });
        let handler = (self.handler)(Arc::new(Registry::new(config)));
        self.servers.push(bound.serve(handler)?);
        let (index, api) = (format!("{origin}/index"), origin);
        Ok(Started { variant, index, api, certificates: Vec::new(), dl: None })
    }

    /// Starts one variant on a free port.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(&mut self, variant: Variant) -> io::Result<Started> {
        let bound = Server::bind("127.0.0.1:0")?;
        let tls = if variant == Variant::Tls { Some(Tls::self_signed()?) } else { None };
        let bound = match &tls {
            Some(tls) => bound.tls(tls.clone()),
            None => bound,
        };
        let origin = bound.origin();
        let now = MOMENT + self.seed % 100_000;
        let mut config = Config::new(origin.clone())
            .token(MAIN_TOKEN)
            .other_token(OTHER_TOKEN)
            .clock(Clock::fixed(now))
            .max_upload(usize::try_from(LARGEST).expect("a few megabytes"));
        let mut downloads = None;
        match variant {
            Variant::Any | Variant::Tls => {}
            Variant::Private => config = config.private(),
            Variant::Markers => {
                let template = format!(
                    "{origin}/files/{{prefix}}/{{lowerprefix}}/{{crate}}/{{crate}}-{{version}}-{{sha256-checksum}}.crate"
                );
                config = config.dl(template);
            }
            Variant::Redirect => {
                let files = Server::bind("127.0.0.1:0")?;
                config = config.private().downloads_at(files.origin());
                downloads = Some(files);
            }
            Variant::Dated => config = config.validators(Validators::LastModified),
            Variant::Throttling => config = config.throttle(BUDGET),
        }
        let config = (self.configure)(config);
        let handler = (self.handler)(Arc::new(Registry::new(config)));
        let (api, dl) = named(&handler, &origin);
        if let Some(files) = downloads {
            self.servers.push(files.serve(Arc::clone(&handler))?);
        }
        self.servers.push(bound.serve(handler)?);
        let certificates = tls.iter().map(|tls| tls.ca_pem().to_owned()).collect();
        Ok(Started { variant, index: format!("{origin}/index"), api: api.unwrap_or(origin), certificates, dl })
    }
}

/// The web API and `dl` that config.json names, as far as they are URLs on this origin: a registry that is broken on
/// purpose may be broken there.
fn named(handler: &Handler, origin: &str) -> (Option<String>, Option<String>) {
    let request = Request::new("GET", format!("{origin}/index/config.json")).header("Authorization", MAIN_TOKEN);
    let config = handler(&request).body.json().unwrap_or_default();
    let url = |key: &str| {
        let text = config.get(key)?.as_str()?;
        url::Url::parse(text).is_ok().then(|| text.to_owned())
    };
    (url("api").filter(|api| api.starts_with(origin)).map(|api| api.trim_end_matches('/').to_owned()), url("dl"))
}
