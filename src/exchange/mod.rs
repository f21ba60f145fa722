//! What went over the wire: the only words that the session, the checks and the reference registry share.

mod bindings;
mod body;
mod curl;
/// HTTP archives.
pub mod har;
mod headers;
mod redact;
mod transcript;

pub use bindings::Bindings;
pub use body::Body;
pub use curl::curl;
pub use headers::Headers;
pub use redact::Redactor;
pub use transcript::{
    Called, Endpoints, Exchange, Failure, FailureKind, Recorded, Role, Shown, Transcript, Uploaded, accepts, declines,
    redirects, refuses,
};

use serde::{Deserialize, Serialize};

/// One HTTP request, spelled exactly as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The absolute URL. Its path and query are sent as they stand here, without normalisation.
    pub url: String,
    /// Header fields in the order sent.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// The body; empty for none.
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub body: Body,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Headers::default(), body: Body::default() }
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Path and query as sent, beginning with `/`; the whole URL where it has no authority.
    pub fn target(&self) -> &str {
        let rest = self.url.find("://").map_or(self.url.as_str(), |at| &self.url[at + 3..]);
        rest.find('/').map_or("/", |at| &rest[at..])
    }

    /// The part of [`Request::target`] before the first `?`.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The part of [`Request::target`] behind the first `?`, empty for none.
    pub fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    /// Scheme and authority, as in `http://127.0.0.1:8080`.
    pub fn origin(&self) -> &str {
        let start = self.url.find("://").map_or(0, |at| at + 3);
        let end = self.url[start..].find(['/', '?']).map_or(self.url.len(), |at| start + at);
        &self.url[..end]
    }
}

/// Bytes of a body that are read; a reply whose body is longer cannot be judged by it.
pub const BODY_LIMIT: usize = 16 << 20;

/// Bytes that are kept of a body which is longer than [`BODY_LIMIT`]: a run may meet many.
const KEPT_OF_CUT: usize = 64 << 10;

/// One HTTP reply as it arrived, before any decoding of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header fields in the order received, names in lower case.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// The body after transfer decoding; content encodings are left as they are.
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub body: Body,
    /// The body was longer than the session reads and stops here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Response {
    /// A reply without headers and body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Headers::default(), body: Body::default(), cut: false }
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Notes that the body is longer than [`BODY_LIMIT`], and keeps its beginning alone.
    pub fn cut_short(&mut self) {
        self.cut = true;
        // A copy, for a slice would keep the whole.
        self.body = self.body[..self.body.len().min(KEPT_OF_CUT)].to_vec().into();
    }

    /// It asks for a pause rather than that it answers: a 429, or a 503 that says how long. A server that fails and says
    /// nothing of a pause throttles nobody.
    pub fn throttles(&self) -> bool {
        self.status == 429 || self.status == 503 && self.headers.has("retry-after")
    }

    /// The status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
