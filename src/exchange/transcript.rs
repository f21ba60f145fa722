use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Bindings, Body, Request, Response};

/// Everything that one case sent and received: all that judgement may see.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// Where the requests went.
    pub target: Endpoints,
    /// What the placeholders of the case stood for.
    pub bindings: Bindings,
    /// The crate read was not published by this run: its content is data, judged at most as a warning.
    #[serde(default)]
    pub foreign_data: bool,
    /// Requests with their replies, in the order sent.
    pub exchanges: Vec<Exchange>,
    /// The uploads, in the order sent.
    #[serde(default)]
    pub uploads: Vec<Uploaded>,
}

/// The bases of a target, each without a slash at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The sparse index.
    pub index: Option<String>,
    /// The web API: the part before `/api/v1`.
    pub api: Option<String>,
    /// `dl` of `config.json`, as it stands there.
    pub dl: Option<String>,
}

/// The part of a case that an exchange belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Done first; it must succeed.
    Given,
    /// What is judged.
    When,
    /// A look at the outcome.
    After,
    /// What `refused` does to see that nothing changed.
    Aftermath,
}

/// A request with its reply.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// The verb of the step, such as `publish`.
    pub verb: String,
    /// The part of the case that it belongs to.
    pub role: Role,
    /// The name by which checks refer to it. Requests of a race share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub reply: Result<Response, Failure>,
    /// From the first byte sent to the last byte received, in milliseconds.
    pub elapsed_ms: f64,
    /// The operation that was called, where the step called one by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Called>,
    /// How the wait for a change ended, where the step waited for one. Only its last reply is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

/// A call of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// Its id.
    pub operation: String,
    /// Its path and query parameters, as they were meant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
}

impl Exchange {
    /// The reply, if one came.
    pub fn response(&self) -> Option<&Response> {
        self.reply.as_ref().ok()
    }
}

/// Why no reply came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// What the transport said.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A kind of failure to get a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection.
    Connect,
    /// Nothing, or not all, within `--timeout`.
    Timeout,
    /// The connection ended before the reply did.
    Closed,
    /// The reply is not HTTP.
    Malformed,
    /// We did not send: a safety rule forbids it.
    Withheld,
}

/// How the wait for a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum Shown {
    /// The change was there.
    InTime {
        /// So many seconds after the reply that accepted it.
        after_s: f64,
    },
    /// It was not there although a later publish was, or in a file that is wrong in other ways: no matter of time.
    Lost {
        /// So many seconds were waited.
        after_s: f64,
    },
    /// It was not there, nor was a later publish.
    NotInTime {
        /// So many seconds were waited.
        after_s: f64,
    },
}

/// An upload and what it was made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Uploaded {
    /// The index of its exchange.
    pub exchange: usize,
    /// The crate's name, as the metadata spells it.
    pub name: String,
    /// The version, as the metadata spells it.
    pub version: String,
    /// The metadata.
    pub metadata: Map<String, Value>,
    /// The bytes that a registry has to store.
    pub tarball: Body,
    /// Their SHA-256 in lower-case hex.
    pub sha256: String,
    /// No source says what a registry that takes it has to store.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

/// A transcript as `--record` writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The case.
    pub case: String,
    /// Its contract.
    pub contract: String,
    /// What it sent and received.
    pub transcript: Transcript,
}

impl Transcript {
    /// The first exchange with that mark.
    pub fn marked(&self, mark: &str) -> Option<usize> {
        self.all_marked(mark).next()
    }

    /// Every exchange with that mark.
    pub fn all_marked<'a>(&'a self, mark: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.exchanges.iter().enumerate().filter(move |(_, e)| e.mark.as_deref() == Some(mark)).map(|(index, _)| index)
    }

    /// The exchange that is judged unless a check names another.
    pub fn when(&self) -> Option<usize> {
        self.exchanges.iter().rposition(|exchange| exchange.role == Role::When)
    }
}

/// Whether a reply says that the request was refused: a status of 400 or more, or success with `errors`.
///
/// Cargo takes a non-empty or empty `errors` array for a failure (crates-io `lib.rs`); an empty one refuses nothing.
pub fn refuses(reply: &Response) -> bool {
    reply.status >= 400 || (reply.is_success() && lists_errors(reply))
}

/// Whether a reply sends the caller elsewhere, which neither accepts nor refuses.
pub fn redirects(reply: &Response) -> bool {
    (300..400).contains(&reply.status) && reply.status != 304
}

/// Whether a refusal may be a decision of the registry: a failure of the server is none.
pub fn declines(reply: &Response) -> bool {
    refuses(reply) && reply.status < 500
}

/// Whether a reply says that the request was accepted: 2xx without errors.
pub fn accepts(reply: &Response) -> bool {
    reply.is_success() && !lists_errors(reply)
}

fn lists_errors(reply: &Response) -> bool {
    let Ok(json) = reply.body.json() else { return false };
    json.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_registry_declines_with_a_status_or_with_errors() {
        let errors = json!({"errors": [{"detail": "no capitals here"}]});
        let declined = [Response::new(403), Response::new(200).body(&errors)];
        let not = [Response::new(500), Response::new(500).body(&errors), Response::new(200), Response::new(302)];
        assert!(declined.iter().all(declines));
        assert!(!not.iter().any(declines));
    }
}
