//! The reference registry with something before it, and a list of all that it was asked.

use std::sync::{Arc, Mutex};

use regspec::{
    exchange::{Request, Response},
    reference::{Config, Registry, Server},
};

pub const TOKEN: &str = "Main-Token/of+alice-4711";
pub const OTHER: &str = "Other-Token/of+bob-0815";

/// A registry that is served.
pub struct Served {
    server: Server,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Served {
    /// What answers is told the request and the registry that it may ask.
    pub fn new(
        configure: impl FnOnce(Config) -> Config,
        answer: impl Fn(&Request, &Registry) -> Response + Send + Sync + 'static,
    ) -> Self {
        let bound = Server::bind("127.0.0.1:0").unwrap();
        let config = configure(Config::new(bound.origin()).token(TOKEN).other_token(OTHER));
        let registry = Registry::new(config);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handler = move |request: &Request| {
            log.lock().unwrap().push(request.clone());
            answer(request, &registry)
        };
        Self { server: bound.serve(Arc::new(handler)).unwrap(), seen }
    }

    pub fn origin(&self) -> &str {
        self.server.origin()
    }

    /// The target that leads to its index.
    pub fn index(&self) -> String {
        format!("sparse+{}/index/", self.origin())
    }

    /// Everything that it was asked so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}
