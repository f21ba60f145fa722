use std::sync::Mutex;

use crate::{
    exchange::Request,
    target::{Options, Remote},
};

/// The safety rules: what may leave the session, and for where.
#[derive(Debug)]
pub(super) struct Guard {
    write: bool,
    /// Origins that the user typed or accepted: requests and tokens may go there.
    trusted: Vec<String>,
    /// Origins that the target named: they are read, without a token.
    read: Mutex<Vec<String>>,
}

impl Guard {
    pub(super) fn new(remote: &Remote, options: &Options) -> Self {
        let bases = remote.index.iter().chain(&remote.api).chain(&options.allow_origins);
        Self { write: options.write, trusted: bases.map(|base| origin(base)).collect(), read: Mutex::default() }
    }

    /// Lets the origin of a URL that the target names be read.
    pub(super) fn allow_reading(&self, url: Option<&str>) {
        if let Some(url) = url {
            self.read.lock().expect("no holder of this lock panics").push(origin(url));
        }
    }

    /// Tokens may go to the origin of this URL.
    pub(super) fn trusts(&self, url: &str) -> bool {
        self.trusted.contains(&origin(url))
    }

    /// Why a request may not leave; nothing if it may.
    pub(super) fn passes(&self, request: &Request) -> Result<(), String> {
        let reads = matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if !reads && !self.write {
            return Err(format!("{} is not sent without --write", request.method));
        }
        if self.trusts(&request.url) {
            return Ok(());
        }
        let origin = origin(&request.url);
        let hint = format!("accept it with --allow-origin {origin}");
        if !reads || request.headers.has("authorization") {
            return Err(format!("{origin} is not an origin that you named; {hint}"));
        }
        match self.read.lock().expect("no holder of this lock panics").contains(&origin) {
            true => Ok(()),
            false => Err(format!("{origin} is neither named by you nor by the registry's config.json; {hint}")),
        }
    }
}

/// Scheme, host and port, the default port left out.
pub(super) fn origin(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(write: bool) -> Guard {
        let remote = Remote { index: Some("http://127.0.0.1:1/index".into()), ..Remote::default() };
        Guard::new(&remote, &Options { write, ..Options::remote(true) })
    }

    #[test]
    fn nothing_but_reads_leaves_without_write() {
        for method in ["PUT", "DELETE", "POST", "PATCH"] {
            assert!(guard(false).passes(&Request::new(method, "http://127.0.0.1:1/x")).is_err());
            assert!(guard(true).passes(&Request::new(method, "http://127.0.0.1:1/x")).is_ok());
        }
    }

    #[test]
    fn an_origin_that_the_target_names_is_read_without_a_token() {
        let guard = guard(true);
        let request = Request::new("GET", "http://127.0.0.1:2/x");
        assert!(guard.passes(&request).is_err());
        guard.allow_reading(Some("http://127.0.0.1:2/dl"));
        assert!(guard.passes(&request).is_ok());
        assert!(guard.passes(&request.header("Authorization", "t")).is_err());
    }
}
