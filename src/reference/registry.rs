use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Config, Policy, Route, Rule, State, reply::Refusal, seed, throttle::Throttle};
use crate::exchange::{Request, Response};

/// A registry that conforms, save for the rules it was told to break.
#[derive(Debug)]
pub struct Registry {
    pub(super) config: Config,
    state: Mutex<State>,
    throttle: Throttle,
}

impl Registry {
    /// A registry at its start: an empty one, or under the policy of crates.io one with people and crates.
    pub fn new(config: Config) -> Self {
        let state = match config.policy {
            Policy::Cargo => State::default(),
            Policy::CratesIo => seed::state(&config),
        };
        Self { config, state: Mutex::new(state), throttle: Throttle::default() }
    }

    /// What kind of registry this is.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether a rule holds here.
    pub fn upholds(&self, rule: Rule) -> bool {
        self.config.upholds(rule)
    }

    /// A copy of all that the registry remembers now.
    pub fn snapshot(&self) -> State {
        self.state().clone()
    }

    /// Forgets what it remembers for what it remembered then.
    pub fn restore(&self, state: State) {
        *self.state() = state;
    }

    /// Answers one request. Never with 5xx, and a refusal changes nothing.
    pub fn handle(&self, request: &Request) -> Response {
        let mut response = self.answer(request).unwrap_or_else(Response::from);
        if self.config.private && self.upholds(Rule::PrivateCaching) {
            response.headers.set("cache-control", "private, no-store");
        }
        if request.method == "HEAD" {
            if response.status != 304 {
                response.headers.set("content-length", response.body.len().to_string());
            }
            response.body = Vec::new().into();
        }
        response
    }

    fn answer(&self, request: &Request) -> Result<Response, Refusal> {
        if let Some(budget) = self.config.budget {
            self.throttle.admit(budget)?;
        }
        if self.config.policy == Policy::CratesIo {
            return Ok(self.crates_io(request));
        }
        if request.body.len() > self.config.max_upload && self.upholds(Rule::UploadLimit) {
            return Err(Refusal::too_large(self.config.max_upload));
        }
        let route = self.route(request);
        self.admit(&route, request)?;
        match route {
            Route::Config => self.config_json(request),
            Route::IndexFile(path) => self.index_file(request, &path),
            Route::Publish => self.publish(request),
            Route::Yank { name, version } => self.yank(request, &name, &version),
            Route::Unyank { name, version } => self.unyank(request, &name, &version),
            Route::Owners { name } => self.owners(request, &name),
            Route::Search => Ok(self.search(request)?),
            Route::Download { name, version } => self.download(&name, &version),
            Route::File { checksum } => self.file(&checksum),
            Route::Me => Ok(self.me()),
            Route::WrongMethod { allow } if self.upholds(Rule::MethodKnown) => Err(Refusal::wrong_method(allow)),
            Route::WrongMethod { .. } | Route::Unknown => Err(Refusal::missing("there is nothing at this address")),
        }
    }

    /// The state, for as long as the guard lives. A panic elsewhere leaves it whole, since every change is one assignment.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        exchange::Request,
        reference::{
            Clock, Config, Registry, Rule, Validators,
            testing::{ORIGIN, config, tarball},
        },
    };

    fn private(broken: &[Rule]) -> Registry {
        let registry = Registry::new(config().private().broken(broken.iter().copied()));
        assert_eq!(registry.upload("aaaa", "1.0.0"), 200);
        registry
    }

    #[test]
    fn a_private_registry_tells_strangers_nothing() {
        let registry = private(&[]);
        for token in ["", "wrong", "mai", "\u{ff}", &"x".repeat(100_000)] {
            for (here, missing, status) in [
                ("/index/aa/aa/aaaa", "/index/bb/bb/bbbb", 401),
                ("/api/v1/crates/aaaa/1.0.0/download", "/api/v1/crates/bbbb/1.0.0/download", 401),
                ("/api/v1/crates/aaaa/owners", "/api/v1/crates/bbbb/owners", 403),
                ("/api/v1/crates?q=aaaa", "/api/v1/crates?q=bbbb", 403),
            ] {
                let answer = registry.send("GET", here, token, b"");
                assert_eq!(answer.status, status, "{here}");
                assert_eq!(answer, registry.send("GET", missing, token, b""), "{here}");
            }
        }
        let config = registry.get("/index/config.json");
        assert_eq!(config.status, 401);
        assert_eq!(config.headers.get("WWW-Authenticate"), Some("Cargo login_url=\"http://127.0.0.1:1/me\""));
        assert_eq!(registry.get("/me").status, 200);
    }

    #[test]
    fn a_private_registry_serves_those_it_knows() {
        let registry = private(&[]);
        let config = registry.send("GET", "/index/config.json", "other", b"");
        assert_eq!(config.body.json().unwrap()["auth-required"], true);
        assert_eq!(config.headers.get("cache-control"), Some("private, no-store"));
        assert_eq!(registry.send("GET", "/index/aa/aa/aaaa", "main", b"").status, 200);
        assert_eq!(registry.send("GET", "/index/bb/bb/bbbb", "main", b"").status, 404);
        assert_eq!(registry.send("GET", "/api/v1/crates?q=a", "main", b"").status, 200);
        let open = private(&[Rule::IndexAuth]);
        assert_eq!((open.get("/index/aa/aa/aaaa").status, open.get("/index/config.json").status), (200, 401));
    }

    #[test]
    fn redirected_downloads_end_where_no_token_is_asked() {
        let other = "http://127.0.0.1:2";
        let registry = Registry::new(config().private().downloads_at(other));
        assert_eq!(registry.upload("aaaa", "1.0.0"), 200);
        let first = registry.send("GET", "/api/v1/crates/aaaa/1.0.0/download", "main", b"");
        let location = first.headers.get("location").unwrap();
        assert_eq!(first.status, 302);
        assert!(location.starts_with(other) && !location.contains("main"));
        assert_eq!(&*registry.handle(&Request::new("GET", location)).body, tarball("aaaa", "1.0.0"));
        assert_eq!(registry.get(&format!("/files/00/{}", location.rsplit('/').next().unwrap())).status, 404);
    }

    #[test]
    fn a_template_with_markers_is_answered() {
        let template = "/files/{prefix}/{lowerprefix}/{crate}/{crate}-{version}-{sha256-checksum}.crate";
        let registry = Registry::new(config().dl(format!("{ORIGIN}{template}")));
        assert_eq!(registry.upload("MyCrate", "1.0.0+b"), 200);
        let cksum = registry.lines("my/cr/mycrate")[0]["cksum"].as_str().unwrap().to_owned();
        for plus in ["+", "%2B"] {
            let path = format!("/files/My/Cr/my/cr/MyCrate/MyCrate-1.0.0{plus}b-{cksum}.crate");
            assert_eq!(registry.get(&path).status, 200);
        }
        assert_eq!(registry.get(&format!("/files/my/cr/my/cr/MyCrate/MyCrate-1.0.0+b-{cksum}.crate")).status, 404);
    }

    #[test]
    fn a_date_is_never_older_than_what_it_stands_for() {
        let config = config().validators(Validators::LastModified).clock(Clock::fixed(784_111_777));
        let registry = Registry::new(config.clone());
        let lax = Registry::new(config.broken([Rule::LastModifiedAdvances]));
        for (registry, expected) in [(&registry, 200), (&lax, 304)] {
            assert_eq!(registry.upload("a", "1.0.0"), 200);
            let get = |since: &str| {
                registry.handle(&Request::new("GET", format!("{ORIGIN}/index/1/a")).header("If-Modified-Since", since))
            };
            let first = registry.get("/index/1/a").headers.get("last-modified").unwrap().to_owned();
            assert_eq!(get(&first).status, 304);
            assert_eq!(registry.send("DELETE", "/api/v1/crates/a/1.0.0/yank", "main", b"").status, 200);
            assert_eq!(get(&first).status, expected);
        }
    }

    #[test]
    fn config_json_is_never_conditional() {
        let registry = Registry::new(config());
        let request = Request::new("GET", format!("{ORIGIN}/index/config.json"));
        let response = registry.handle(&request.header("If-None-Match", "*"));
        assert_eq!(response.status, 200);
        assert!(!response.headers.has("etag") && !response.headers.has("last-modified"));
        assert_eq!(response.body.json().unwrap()["dl"], format!("{ORIGIN}/api/v1/crates"));
    }

    #[test]
    fn head_is_get_without_a_body() {
        let registry = Registry::new(config());
        assert_eq!(registry.upload("a", "1.0.0"), 200);
        let get = registry.get("/index/1/a");
        let head = registry.send("HEAD", "/index/1/a", "", b"");
        assert!(head.body.is_empty());
        assert_eq!(head.headers.get("etag"), get.headers.get("etag"));
        assert_eq!(head.headers.get("content-length"), Some(get.body.len().to_string().as_str()));
    }

    #[test]
    fn refusals_are_client_errors_with_a_text() {
        let registry = Registry::new(config().max_upload(100));
        for (method, path, body, status) in [
            ("PUT", "/api/v1/crates/new", &[0; 101][..], 413),
            ("PUT", "/api/v1/crates/new", &[0; 8], 400),
            ("PUT", "/api/v1/crates/new", b"", 400),
            ("POST", "/api/v1/crates/new", b"", 405),
            ("GET", "/nowhere", b"", 404),
            ("BREW", "/index/1/a", b"", 405),
            ("GET", "/index/1/a", b"", 404),
        ] {
            let response = registry.send(method, path, "main", body);
            assert_eq!(response.status, status, "{method} {path}");
            assert!(response.body.json().unwrap()["errors"][0]["detail"].is_string());
        }
    }

    #[test]
    fn a_snapshot_brings_the_past_back() {
        let registry = Registry::new(config());
        let before = registry.snapshot();
        assert_eq!(registry.upload("a", "1.0.0"), 200);
        registry.restore(before);
        assert_eq!(registry.get("/index/1/a").status, 404);
    }

    #[test]
    fn another_base_is_named_everywhere() {
        let base = "https://example.test/a/b";
        let registry = Registry::new(Config::new(ORIGIN).public_url(base).private().token("main"));
        let config = registry.send("GET", "/index/config.json", "main", b"").body.json().unwrap();
        assert_eq!(config["api"], base);
        assert_eq!(config["dl"], format!("{base}/api/v1/crates"));
        let refused = registry.get("/index/config.json");
        assert!(refused.headers.get("www-authenticate").unwrap().contains("https://example.test/a/b/me"));
    }
}
