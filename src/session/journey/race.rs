//! What happens at once.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};

use super::super::{
    End, Session,
    builder::Built,
    perform::{Run, index_step, sound},
};
use crate::{
    exchange::{Exchange, Failure, Request, Response, Role},
    package::Upload,
    suite::{Publish, Step, Text, Verb},
};

type Sent = (Request, Result<Response, Failure>, Duration);

impl Run<'_> {
    /// Two different tarballs of one version.
    pub(super) async fn race_same_version(&mut self) -> Result<(), End> {
        let other = Publish { tarball: Some("other-bytes".into()), ..Publish::from(Text::from("1.0.0")) };
        let steps =
            [sound(&self.own(), "1.0.0", None), Step::of(Verb::Publish(other), Some(self.own().as_str().into()))];
        self.at_once(&steps, Duration::ZERO).await?;
        self.index_file("index", Role::When).await?;
        Ok(())
    }

    /// Eight versions of a crate that exists.
    pub(super) async fn race_versions(&mut self) -> Result<(), End> {
        self.given_publish("0.1.0", None).await?;
        let steps: Vec<_> = (1..=8).map(|minor| sound(&self.own(), &format!("1.{minor}.0"), None)).collect();
        self.at_once(&steps, Duration::ZERO).await?;
        self.index_file("index", Role::When).await?;
        Ok(())
    }

    /// A new version and a yank of the old one.
    pub(super) async fn publish_beside_yank(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", None).await?;
        self.index_file("before", Role::Given).await?;
        let publish = |version: &str| sound(&self.own(), version, Some("publish"));
        let yank = Step { mark: Some("yank".to_owned()), ..Step::of(Verb::Yank("1.0.0".into()), None) };
        // The yank is the quicker one: it has to begin a little later to fall into the time of a publish.
        let steps = [publish("1.1.0"), yank];
        self.at_once(&steps, Duration::from_millis(2)).await?;
        self.index_file("index", Role::When).await?;
        Ok(())
    }

    /// Reads of a file that grows meanwhile.
    pub(super) async fn reads_during_publish(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", None).await?;
        self.index_file("before", Role::Given).await?;
        let steps: Vec<_> = (1..=6).map(|minor| sound(&self.own(), &format!("1.{minor}.0"), None)).collect();
        let ready = steps.iter().map(|step| self.ready(step)).collect::<Result<Vec<_>, _>>()?;
        let (read, _) = self.ready(&index_step(&self.own()))?;
        let session = self.session;
        let writing = async {
            let mut sent = Vec::new();
            for (request, upload) in ready {
                sent.push((timed(session, request).await, upload));
            }
            sent
        };
        let reading = async {
            let mut sent = Vec::new();
            for _ in 0..24 {
                sent.push(timed(session, read.clone()).await);
            }
            sent
        };
        let (written, read) = join(writing, reading).await;
        for (step, (sent, upload)) in steps.iter().zip(written) {
            self.keep_sent(step, "publish", sent, upload);
        }
        let look = index_step(&self.own());
        for sent in read {
            self.keep_sent(&look, "read", sent, None);
        }
        self.index_file("index", Role::When).await?;
        Ok(())
    }

    /// Sixty reads at once, as a cargo sends them over one HTTP/2 connection.
    pub(super) async fn http2_streams(&mut self) -> Result<(), End> {
        let look = index_step(&self.own());
        let (read, _) = self.ready(&look)?;
        let session = self.session;
        for sent in join_all((0..60).map(|_| timed(session, read.clone()))).await {
            self.keep_sent(&look, "read", sent, None);
        }
        let last = Step { mark: Some("last".to_owned()), at_once: true, ..look };
        self.step(&last, Role::When).await?;
        Ok(())
    }

    /// Sends the requests of several steps at once, each so much later than the one before. Each keeps its own mark, or
    /// takes `race`.
    async fn at_once(&mut self, steps: &[Step], later: Duration) -> Result<(), End> {
        let ready = steps.iter().map(|step| self.ready(step)).collect::<Result<Vec<_>, _>>()?;
        let session = self.session;
        let send = async |(place, (request, upload)): (u32, (Request, Option<Upload>))| {
            if !later.is_zero() {
                tokio::time::sleep(later * place).await;
            }
            (timed(session, request).await, upload)
        };
        let sent = join_all((0..).zip(ready).map(send)).await;
        for (step, (sent, upload)) in steps.iter().zip(sent) {
            self.keep_sent(step, step.mark.as_deref().unwrap_or("race"), sent, upload);
        }
        Ok(())
    }

    fn ready(&self, step: &Step) -> Result<(Request, Option<Upload>), End> {
        let Built { mut request, upload } = self.builder().build(step)?;
        self.sign(&mut request);
        Ok((request, upload))
    }

    fn keep_sent(&mut self, step: &Step, mark: &str, (request, reply, elapsed): Sent, upload: Option<Upload>) {
        let at = self.keep(Exchange {
            verb: step.verb.name().to_owned(),
            role: Role::After,
            mark: Some(mark.to_owned()),
            request,
            reply,
            elapsed_ms: elapsed.as_secs_f64() * 1000.0,
            shown: None,
            called: None,
        });
        if let Some(upload) = upload {
            self.uploaded(at, upload);
        }
        let name = self.own();
        self.note(step, &name, at);
    }
}

async fn timed(session: &Session, request: Request) -> Sent {
    let started = Instant::now();
    let reply = session.send(&request, false).await;
    (request, reply, started.elapsed())
}
