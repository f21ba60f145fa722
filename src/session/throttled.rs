//! How a target says that requests come too fast: what it said in this run, or what a throttling one is made to say.

use std::{sync::Mutex, time::Instant};

use super::{End, builder::Built, perform::Run};
use crate::{
    exchange::{Exchange, Failure, Request, Response, Role},
    suite::Verb,
};

/// Requests on end after which a registry that is known to throttle has to have done so.
const HASTE: usize = 64;

/// The first throttled request of each kind.
#[derive(Debug, Default)]
pub(super) struct Throttled(Mutex<Vec<(Request, Response)>>);

impl Throttled {
    /// Keeps a throttled reply, if it is the first to a request of its kind.
    ///
    /// A 503 tells of no limit to what a client may change.
    pub(super) fn note(&self, request: &Request, reply: &Response) {
        if request.method != "GET" && reply.status != 429 {
            return;
        }
        let mut met = self.0.lock().expect("no holder of this lock panics");
        if !met.iter().any(|(known, _)| alike(known, request)) {
            met.push((request.clone(), reply.clone()));
        }
    }

    fn like(&self, request: &Request) -> Option<(Request, Response)> {
        let met = self.0.lock().expect("no holder of this lock panics");
        met.iter().find(|(known, _)| alike(known, request)).cloned()
    }
}

/// Both read something, or both do the same to the same.
fn alike(one: &Request, other: &Request) -> bool {
    one.method == other.method && (one.method == "GET" || one.url == other.url)
}

impl Run<'_> {
    /// Takes what the run met, for nobody shall be hurried to find out. Only the embedded registry is.
    pub(super) async fn throttled(&mut self) -> Result<(), End> {
        let Some(step) = self.case.decl.when.clone() else {
            return Err(End::Inconclusive("a journey meets no throttling".to_owned()));
        };
        let Built { mut request, upload } = self.builder().build(&step)?;
        self.sign(&mut request);
        let started = Instant::now();
        let met = match self.session.throttled.like(&request) {
            Some(met) => met,
            None if !self.session.profile.throttles => {
                return Err(End::NotApplicable("the target throttled nothing in this run".to_owned()));
            }
            None => self.hurry(request).await?,
        };
        let called = match &step.verb {
            Verb::Call(call) => Some(self.builder().called(call)),
            _ => None,
        };
        let at = self.keep(Exchange {
            called,
            verb: step.verb.name().to_owned(),
            role: Role::When,
            mark: step.mark.clone(),
            request: met.0,
            reply: Ok(met.1),
            elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
            shown: None,
        });
        if let Some(upload) = upload {
            self.uploaded(at, upload);
        }
        Ok(())
    }

    async fn hurry(&self, request: Request) -> Result<(Request, Response), End> {
        let lost = |failure: Failure| End::Inconclusive(format!("{} got no reply: {failure}", request.method));
        for _ in 0..HASTE {
            let reply = self.session.send_once(&request, false).await.map_err(lost)?;
            if matches!(reply.status, 429 | 503) {
                return Ok((request, reply));
            }
        }
        Err(End::Inconclusive(format!("{HASTE} requests on end were not throttled")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_is_kept() {
        let met = Throttled::default();
        let [publish, yank] =
            ["http://r/api/v1/crates/new", "http://r/api/v1/crates/a/1.0.0/unyank"].map(|url| Request::new("PUT", url));
        let [index, config] = ["http://r/3/a/abc", "http://r/config.json"].map(|url| Request::new("GET", url));
        assert_eq!(met.like(&publish), None);
        met.note(&yank, &Response::new(429));
        assert_eq!(met.like(&publish), None);
        met.note(&index, &Response::new(503));
        met.note(&config, &Response::new(429));
        met.note(&publish, &Response::new(503));
        assert_eq!(met.like(&publish), None);
        met.note(&publish, &Response::new(429));
        assert_eq!(met.like(&config), Some((index, Response::new(503))));
        assert_eq!(met.like(&publish).unwrap().0.url, publish.url);
    }
}
