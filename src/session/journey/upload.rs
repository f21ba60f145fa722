//! Uploads whose bytes do not go out in one piece.

use std::time::{Duration, Instant};

use super::super::{End, builder::Built, perform::Run, perform::sound, raw};
use crate::{
    exchange::{Exchange, Failure, FailureKind, Response, Role},
    suite::{Publish, Step, Text, Verb},
};

/// How long a server may take to say `100 Continue`; cargo's HTTP library waits as long and then sends all the same.
const CONTINUE: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// Edge case 13: half of the announced bytes, then the end of the stream; then the same upload whole.
    pub(super) async fn cut_upload(&mut self) -> Result<(), End> {
        let cut = sound(&self.own(), "0.1.0", Some("cut"));
        let Built { mut request, .. } = self.builder().build(&cut)?;
        self.sign(&mut request);
        let bytes = raw::bytes(&request);
        let half = bytes.len() - request.body.len() + request.body.len() / 2;
        let started = Instant::now();
        let reply = self.half(&request.url, &bytes[..half]).await;
        self.keep(Exchange {
            verb: "publish".to_owned(),
            role: Role::Given,
            mark: cut.mark.clone(),
            request,
            reply,
            elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
            shown: None,
            called: None,
        });
        self.step(&sound(&self.own(), "0.1.0", Some("whole")), Role::When).await?;
        self.index_file("index", Role::After).await?;
        Ok(())
    }

    async fn half(&self, url: &str, bytes: &[u8]) -> Result<Response, Failure> {
        let sent = async {
            let mut connection = self.session.client.open(url).await?;
            connection.write(bytes).await?;
            connection.finish().await;
            connection.read("PUT").await
        };
        // A server may wait for the rest as long as it likes: only what it keeps of the upload counts.
        match tokio::time::timeout(CONTINUE.min(self.session.client.timeout()), sent).await {
            Ok(reply) => reply,
            Err(_) => Err(Failure {
                kind: FailureKind::Closed,
                message: "we ended the connection without a reply".to_owned(),
            }),
        }
    }

    /// More than 1 MiB behind `Expect: 100-continue`, as cargo up to 1.95 sends it.
    pub(super) async fn expect_continue(&mut self) -> Result<(), End> {
        let publish = Publish { tarball: Some("medium".into()), ..Publish::from(Text::from("1.0.0")) };
        let mut step = Step { mark: Some("publish".to_owned()), ..Step::of(Verb::Publish(publish), None) };
        step.headers.insert("Expect".to_owned(), "100-continue".into());
        let Built { mut request, upload } = self.builder().build(&step)?;
        self.sign(&mut request);
        let bytes = raw::bytes(&request);
        let (head, body) = bytes.split_at(bytes.len() - request.body.len());
        let started = Instant::now();
        let sent = async {
            let mut connection = self.session.client.open(&request.url).await?;
            connection.write(head).await?;
            match tokio::time::timeout(CONTINUE, connection.read_one("PUT")).await {
                Ok(Ok(reply)) if reply.status >= 200 => return Ok(reply),
                Ok(Err(failure)) => return Err(failure),
                Ok(Ok(_)) | Err(_) => {}
            }
            let sent = connection.write(body).await;
            connection.read("PUT").await.map_err(|failure| sent.err().unwrap_or(failure))
        };
        let reply = tokio::time::timeout(self.session.client.timeout(), sent).await;
        let reply = reply.unwrap_or_else(|_| Err(self.session.client.timed_out()));
        let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
        let mark = step.mark.clone();
        let at = self.keep(Exchange {
            verb: "publish".to_owned(),
            role: Role::When,
            mark,
            request,
            reply,
            elapsed_ms,
            shown: None,
            called: None,
        });
        if let Some(upload) = upload {
            self.uploaded(at, upload);
        }
        let name = self.own();
        self.note(&step, &name, at);
        self.index_file("index", Role::After).await?;
        Ok(())
    }
}
