use std::{io, sync::atomic::Ordering, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    super::spoil::{gzip, lock, refusal},
    listener::{Front, head, whole},
};
use crate::exchange::{Request, Response};

/// How the wire breaks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// The connection stays open, and nothing comes.
    Silence,
    /// The connection ends before the reply begins.
    ClosedBefore,
    /// It ends within the header fields.
    ClosedInHead,
    /// It ends in the middle of the body.
    ClosedInBody,
    /// Content-Length promises more than comes, and the connection stays open.
    LengthTooLong,
    /// Content-Length says half of what comes.
    LengthTooShort,
    /// Nothing says how long the body is; it ends with the connection.
    Unframed,
    /// A request that was cut off counts as one that is still under way, and keeps the next ones out.
    LockedByACut,
    /// One byte now and then.
    Trickle,
    /// Chunk after chunk, without an end.
    Endless,
    /// Whoever asks on a condition is told that nothing has changed.
    Stale304,
    /// `Content-Encoding: gzip` on a body that is plain.
    GzipAnnounced,
    /// A body in gzip without a word of it.
    GzipUnannounced,
    /// A redirect to the very same URL.
    RedirectLoop,
    /// A redirect to another origin, where the file lies open.
    RedirectElsewhere,
    /// One header field of so many bytes.
    LongField(usize),
    /// Header fields without an end.
    EndlessHead,
    /// A body of so many bytes.
    LongBody(u64),
    /// A chunk that says it is as large as a number can be.
    GiantChunk,
    /// `100 Continue` without an end.
    EndlessContinue,
    /// Another protocol.
    NotHttp,
}

/// Between the bytes of a reply that trickles.
const DRIP: Duration = Duration::from_millis(50);

/// Answers one request. Says whether the connection lives on.
pub(super) async fn strike(front: &Front, stream: &mut TcpStream, request: &Request) -> io::Result<bool> {
    let reply = match front.wire.fault {
        Fault::LockedByACut if front.cut.load(Ordering::Relaxed) > 0 => {
            refusal(409, "another upload of this crate is under way")
        }
        _ => front.answer(request),
    };
    let length = reply.body.len() as u64;
    let headed = head(&reply, Some(length));
    match front.wire.fault {
        Fault::Silence => until_gone(stream).await?,
        Fault::ClosedBefore => {}
        Fault::ClosedInHead => stream.write_all(&headed[..headed.len() / 2]).await?,
        Fault::ClosedInBody => {
            stream.write_all(&headed).await?;
            stream.write_all(&reply.body[..reply.body.len() / 2]).await?;
        }
        Fault::LengthTooLong => {
            stream.write_all(&head(&reply, Some(length + 100))).await?;
            stream.write_all(&reply.body).await?;
            until_gone(stream).await?;
        }
        Fault::LengthTooShort => {
            stream.write_all(&head(&reply, Some(length / 2))).await?;
            stream.write_all(&reply.body).await?;
            return Ok(true);
        }
        Fault::Unframed => {
            stream.write_all(&head(&reply.clone().header("connection", "close"), None)).await?;
            stream.write_all(&reply.body).await?;
        }
        Fault::LockedByACut => {
            stream.write_all(&whole(request, reply)).await?;
            return Ok(true);
        }
        Fault::Trickle => {
            for byte in whole(request, reply) {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(DRIP).await;
            }
        }
        Fault::Endless => {
            stream.write_all(&head(&reply.header("transfer-encoding", "chunked"), None)).await?;
            loop {
                stream.write_all(b"1\r\n\n\r\n").await?;
                tokio::time::sleep(DRIP).await;
            }
        }
        Fault::Stale304 => {
            let reply = stale(front, request, reply);
            stream.write_all(&whole(request, reply)).await?;
            return Ok(true);
        }
        Fault::GzipAnnounced => {
            stream.write_all(&whole(request, reply.header("content-encoding", "gzip"))).await?;
            return Ok(true);
        }
        Fault::GzipUnannounced => {
            let body = gzip(&reply.body);
            stream.write_all(&whole(request, reply.body(body))).await?;
            return Ok(true);
        }
        Fault::RedirectLoop => {
            let reply = Response::new(302).header("location", request.url.clone());
            stream.write_all(&whole(request, reply)).await?;
            return Ok(true);
        }
        Fault::RedirectElsewhere => {
            let there = format!("{}{}", front.elsewhere, request.target());
            stream.write_all(&whole(request, Response::new(302).header("location", there))).await?;
            return Ok(true);
        }
        Fault::LongField(bytes) => {
            stream.write_all(&whole(request, reply.header("x-filler", "x".repeat(bytes)))).await?;
            return Ok(true);
        }
        Fault::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 reply\r\n").await?;
            loop {
                stream.write_all(b"x-filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n").await?;
            }
        }
        Fault::LongBody(bytes) => {
            stream.write_all(&head(&reply, Some(bytes))).await?;
            let piece = [b'\n'; 64 << 10];
            for _ in 0..bytes / piece.len() as u64 {
                stream.write_all(&piece).await?;
            }
        }
        Fault::GiantChunk => {
            stream.write_all(&head(&reply.header("transfer-encoding", "chunked"), None)).await?;
            stream.write_all(b"ffffffffffffffff\r\n{}").await?;
            until_gone(stream).await?;
        }
        Fault::EndlessContinue => loop {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        },
        Fault::NotHttp => stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n\0\0\x03\xdc\x08\x14").await?,
    }
    Ok(false)
}

/// The state that the path had first, for whoever names any.
fn stale(front: &Front, request: &Request, reply: Response) -> Response {
    let Some(etag) = reply.headers.get("etag").map(str::to_owned) else { return reply };
    let first = lock(&front.etags).entry(request.path().to_owned()).or_insert(etag).clone();
    match request.headers.has("if-none-match") {
        true => Response::new(304).header("etag", first),
        false => reply,
    }
}

/// Waits until the other side has enough.
async fn until_gone(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
