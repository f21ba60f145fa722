//! What depends on the connection.

use std::time::Instant;

use super::super::{
    End,
    builder::Built,
    perform::{Run, index_step, sound},
};
use crate::{
    exchange::{Exchange, Role},
    suite::{Step, Verb},
};

/// What cargo's HTTP library sends over plain HTTP, in the hope of HTTP/2.
const UPGRADE: [(&str, &str); 3] =
    [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA")];

impl Run<'_> {
    /// Two reads, one after the other, over one connection.
    pub(super) async fn keep_alive(&mut self) -> Result<(), End> {
        let step = index_step(&self.own());
        let Built { mut request, .. } = self.builder().build(&step)?;
        self.sign(&mut request);
        self.session.guard.passes(&request).map_err(End::Inconclusive)?;
        let timeout = self.session.client.timeout();
        let opened = self.session.client.open(&request.url).await;
        let mut connection = opened.map_err(|failure| End::Inconclusive(failure.message))?;
        for role in [Role::After, Role::When] {
            let started = Instant::now();
            let reply = tokio::time::timeout(timeout, connection.exchange(&request)).await;
            let reply = reply.unwrap_or_else(|_| Err(self.session.client.timed_out()));
            self.keep(Exchange {
                verb: "index".to_owned(),
                role,
                mark: Some("read".to_owned()),
                request: request.clone(),
                reply,
                elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
                shown: None,
                called: None,
            });
        }
        Ok(())
    }

    /// The same replies come to a client that would rather speak HTTP/2.
    pub(super) async fn upgrade_h2c(&mut self) -> Result<(), End> {
        let offering = |mark: &str, step: Step| {
            let mut step = Step { mark: Some(mark.to_owned()), raw: true, first_hop: true, ..step };
            step.headers.extend(UPGRADE.map(|(name, value)| (name.to_owned(), value.into())));
            step
        };
        self.step(&offering("config", Step::of(Verb::Config, None)), Role::After).await?;
        let publish = offering("publish", sound(&self.own(), "1.0.0", None));
        self.step(&publish, Role::When).await?;
        self.index_file("shown", Role::After).await?;
        let index = Step { at_once: true, ..offering("index", index_step(&self.own())) };
        self.step(&index, Role::After).await?;
        self.step(&offering("download", Step::of(Verb::Download("1.0.0".into()), None)), Role::After).await?;
        Ok(())
    }
}
