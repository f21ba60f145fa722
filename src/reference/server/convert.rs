use std::{sync::Arc, time::Duration};

use axum::{
    body::Body as Stream,
    extract,
    http::{HeaderName, HeaderValue, StatusCode, header::HeaderMap},
    response::Response as Reply,
};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::json;

use super::Handler;
use crate::exchange::{Headers, Request, Response};

/// How much of a body that is too large is still read: a client that is cut off while it sends may never see the answer.
const MOST_DISCARDED: usize = 128 << 20;
const LONGEST_DISCARDING: Duration = Duration::from_secs(10);

/// A handler with what the server must know to ask it.
pub(super) struct Service {
    pub(super) handler: Handler,
    pub(super) origin: String,
    pub(super) largest_body: usize,
}

impl Service {
    pub(super) async fn answer(self: Arc<Self>, request: extract::Request) -> Reply {
        let (parts, stream) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let mut request = Request::new(parts.method.as_str(), format!("{}{target}", self.origin));
        request.headers = headers(&parts.headers);
        let Ok(body) = self.read(stream).await else {
            return reply(refusal(400, "the body broke off"));
        };
        request.body = body.into();
        // Unpacking a tarball takes its time, and the threads that serve connections have none.
        let response = if request.body.is_empty() {
            (self.handler)(&request)
        } else {
            let answer = tokio::task::spawn_blocking(move || (self.handler)(&request));
            answer.await.unwrap_or_else(|_| refusal(500, "the handler panicked"))
        };
        reply(response)
    }

    /// The body, up to one byte more than the largest, which says that there was more.
    async fn read(&self, mut stream: Stream) -> Result<Vec<u8>, axum::Error> {
        let mut body = Vec::new();
        while body.len() <= self.largest_body {
            let Some(frame) = stream.frame().await else { return Ok(body) };
            if let Ok(data) = frame?.into_data() {
                let room = self.largest_body + 1 - body.len();
                body.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
        let _: Result<_, _> = tokio::time::timeout(LONGEST_DISCARDING, discard(stream)).await;
        Ok(body)
    }
}

async fn discard(mut stream: Stream) {
    let mut discarded = 0;
    while discarded < MOST_DISCARDED {
        let Some(Ok(frame)) = stream.frame().await else { return };
        discarded += frame.data_ref().map_or(0, |data| data.len());
    }
}

/// One char for each byte, as [`Headers`] has them.
fn headers(map: &HeaderMap) -> Headers {
    let text = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect::<String>();
    map.iter().map(|(name, value)| (name.as_str(), text(value))).collect()
}

fn refusal(status: u16, detail: &str) -> Response {
    let body = json!({ "errors": [{ "detail": detail }] });
    Response::new(status).header("content-type", "application/json").body(&body)
}

/// A field that HTTP cannot carry is left out; what cannot be a status is the handler's mistake. Status 0 hangs up, as a
/// server does that gives up in the middle of a request.
fn reply(response: Response) -> Reply {
    if response.status == 0 {
        let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("hung up")) });
        return Reply::new(Stream::from_stream(broken));
    }
    let mut reply = Reply::new(Stream::from(Bytes::from(response.body)));
    *reply.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers.iter() {
        let bytes: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
        let value = bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
            reply.headers_mut().append(name, value);
        }
    }
    reply
}
