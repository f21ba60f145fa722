//! What every request and every reply of the web API has in common, whatever it is about.

use super::{OPERATIONS, legacy, oanor, route};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule, reply::Refusal},
};

/// A body at least this long may be compressed, so its reply says what that would depend on. In bytes.
const COMPRESSIBLE: usize = 32;

/// Statuses whose replies tell browsers what they may do with them.
const GUARDED: &[u16] = &[200, 201, 203, 204, 206, 301, 303, 304, 307, 308];

const NO_AGENT: &str = "We require that all requests include a `User-Agent` header.  To allow us to determine the impact your bot has on our \
     service, we ask that your user agent actually identify your bot, and not just report the HTTP client library you're using.  Including \
     contact information will also reduce the chance that we will need to take action against your bot.\n\nBad:\n  User-Agent: \
     reqwest/0.9.1\n\nBetter:\n  User-Agent: my_crawler\n\nBest:\n  User-Agent: my_crawler (my_crawler.com/info)\n  User-Agent: my_crawler \
     (help@my_crawler.com)\n\nIf you believe you've received this message in error, please email help@crates.io and include the request id ";

impl Registry {
    /// Answers a request as crates.io and the hosts beside it do.
    pub(in crate::reference) fn crates_io(&self, request: &Request) -> Response {
        let path = request.path();
        let below = |base: &str| path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match (below("/api"), below(oanor::BASE)) {
            (Some(_), _) => self.web_api(request),
            (None, Some(rest)) => self.oanor(request, rest),
            (None, None) => self.files(request),
        }
    }

    /// Answers a request below `/api`.
    fn web_api(&self, request: &Request) -> Response {
        if let Some(refusal) = self.anonymous(request) {
            return compressible(refusal.into());
        }
        let normal = normal(request);
        let request = normal.as_ref().unwrap_or(request);
        let mut reply = self.answer_or_not(request);
        let set = |reply: &mut Response, name: &str, value: &str| reply.headers.push(name, value);
        set(&mut reply, "access-control-allow-origin", "*");
        set(&mut reply, "strict-transport-security", "max-age=31536000");
        if GUARDED.contains(&reply.status) {
            set(&mut reply, "x-content-type-options", "nosniff");
            set(&mut reply, "x-frame-options", "SAMEORIGIN");
            set(&mut reply, "x-xss-protection", "0");
        }
        compressible(reply)
    }

    /// Of a path that leads nowhere HEAD learns the status alone, and so does everybody at the root.
    fn answer_or_not(&self, request: &Request) -> Response {
        let old: &[_] = if self.config.removed_operations { &[legacy::OPERATIONS] } else { &[] };
        let tables: Vec<_> = OPERATIONS.iter().chain(old).copied().collect();
        match route::find(&tables, request) {
            Ok((action, call)) => action(self, &call).unwrap_or_else(Response::from),
            Err(refusal) => match Response::from(refusal) {
                reply if reply.status == 404 && (request.method == "HEAD" || request.path() == "/api") => {
                    Response::new(404)
                }
                reply => reply,
            },
        }
    }

    /// The refusal of a request that does not say who sends it. Downloads are served to anybody.
    fn anonymous(&self, request: &Request) -> Option<Refusal> {
        let named = request.headers.get("user-agent").is_some_and(|agent| !agent.is_empty());
        if named || request.path().ends_with("download") || !self.upholds(Rule::UserAgent) {
            return None;
        }
        let id = request.headers.get("x-request-id").unwrap_or_default();
        Some(Refusal::exact(403, format!("{NO_AGENT}{id}.\n")))
    }
}

fn compressible(mut reply: Response) -> Response {
    if reply.body.len() >= COMPRESSIBLE {
        reply.headers.push("vary", "accept-encoding");
    }
    reply
}

/// The request without double slashes, `.` and `..` in its path, if it has any: these are resolved before anything is looked at. A slash at
/// the end goes with them.
fn normal(request: &Request) -> Option<Request> {
    let path = request.path();
    if !path.contains("//") && !path.contains("/.") {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let query = request.target().split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
    let url = format!("{}/{}{query}", request.origin(), segments.join("/"));
    Some(Request { url, ..request.clone() })
}
