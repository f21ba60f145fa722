use serde_json::{Value, json};

use super::{Config, Rule};
use crate::exchange::Response;

/// Why a request is not carried out. Whatever it is, it leaves the state as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    /// None for a refusal without words.
    detail: Option<String>,
    field: Option<(&'static str, String)>,
}

/// Names and values of a request are quoted in the answer; a megabyte of them helps nobody.
const LONGEST_DETAIL: usize = 400;

impl Refusal {
    fn new(status: u16, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
            detail.truncate(end);
            detail.push('…');
        }
        Self::exact(status, detail)
    }

    /// Any status with exactly this text, for a policy that fixes the words.
    pub(super) fn exact(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: Some(detail.into()), field: None }
    }

    /// Adds a header field; there is room for one.
    pub(super) fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        Self { field: Some((name, value.into())), ..self }
    }

    /// The route exists, for other methods, and that is all that is said.
    pub(super) fn no_such_method(allow: String) -> Self {
        Self { status: 405, detail: None, field: Some(("allow", allow)) }
    }

    /// The request itself is wrong.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    /// The index or a download of a private registry wants a token: only 401 makes cargo look for one.
    pub(super) fn unauthorised(challenge: Option<String>) -> Self {
        let field = challenge.map(|challenge| ("www-authenticate", challenge));
        Self { field, ..Self::new(401, "a token is required") }
    }

    /// The token is missing or unknown, or its user may not do this.
    pub(super) fn denied(detail: impl Into<String>) -> Self {
        Self::new(403, detail)
    }

    /// There is no such thing.
    pub(super) fn missing(detail: impl Into<String>) -> Self {
        Self::new(404, detail)
    }

    /// The route exists, for other methods.
    pub(super) fn wrong_method(allow: &str) -> Self {
        Self { field: Some(("allow", allow.to_owned())), ..Self::new(405, "this address has no such method") }
    }

    /// More bytes than the registry takes.
    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(413, format!("a request may have at most {limit} bytes"))
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let mut response = match refusal.detail {
            Some(detail) => ok(&json!({ "errors": [{ "detail": detail }] })),
            None => Self::new(refusal.status),
        };
        response.status = refusal.status;
        if let Some((name, value)) = refusal.field {
            response.headers.push(name, value);
        }
        response
    }
}

impl Config {
    /// Refuses what a rule forbids, unless the rule is broken.
    pub(super) fn demand(&self, rule: Rule, holds: bool, detail: impl FnOnce() -> String) -> Result<(), Refusal> {
        if holds || !self.upholds(rule) { Ok(()) } else { Err(Refusal::invalid(detail())) }
    }
}

/// A JSON reply with status 200, the success that every cargo accepts.
pub(super) fn ok(value: &Value) -> Response {
    Response::new(200).header("content-type", "application/json").body(value)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, Response};

    #[test]
    fn refusals_are_short_errors_objects() {
        let response = Response::from(Refusal::invalid("ü".repeat(100_000)));
        assert_eq!(response.status, 400);
        let detail = response.body.json().unwrap()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail.chars().count(), 401);
    }
}
