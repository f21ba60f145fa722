//! Requests over a connection of their own, byte for byte as written: where path spelling, framing or the timing of
//! the bytes matter, for reqwest rewrites those.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::exchange::{BODY_LIMIT, Failure, FailureKind, Headers, Request, Response};

/// A connection, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection for one request after another, and what was read beyond the last reply.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    rest: Vec<u8>,
}

/// Reads the first reply to a request of that method in recorded bytes, as it would be read from a connection that ends
/// behind them.
///
/// # Errors
/// They hold no whole reply.
pub async fn read_reply(bytes: Vec<u8>, method: &str) -> Result<Response, Failure> {
    let stream = tokio::io::join(std::io::Cursor::new(bytes), tokio::io::sink());
    Connection { stream: Box::new(stream), rest: Vec::new() }.read(method).await
}

fn failure(kind: FailureKind, message: impl std::fmt::Display) -> Failure {
    Failure { kind, message: message.to_string() }
}

impl Connection {
    /// Connects to the origin of a URL.
    pub(crate) async fn open(url: &str, tls: &Arc<rustls::ClientConfig>) -> Result<Self, Failure> {
        let parsed = url::Url::parse(url).map_err(|error| failure(FailureKind::Connect, error))?;
        let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = parsed.port_or_known_default().unwrap_or(80);
        let tcp =
            TcpStream::connect((host.as_str(), port)).await.map_err(|error| failure(FailureKind::Connect, error))?;
        tcp.set_nodelay(true).ok();
        let stream: Box<dyn Stream> = if parsed.scheme() == "https" {
            let name = ServerName::try_from(host).map_err(|error| failure(FailureKind::Connect, error))?;
            let mut config = (**tls).clone();
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            let connector = TlsConnector::from(Arc::new(config));
            Box::new(connector.connect(name, tcp).await.map_err(|error| failure(FailureKind::Connect, error))?)
        } else {
            Box::new(tcp)
        };
        Ok(Self { stream, rest: Vec::new() })
    }

    /// Writes bytes as they are.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|error| failure(FailureKind::Closed, error))
    }

    /// Ends the sending side.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.ok();
    }

    /// Sends a request and reads its reply. An early reply is read even where the rest of the request no longer goes
    /// out, before the connection counts as dropped.
    pub(crate) async fn exchange(&mut self, request: &Request) -> Result<Response, Failure> {
        let sent = self.write(&bytes(request)).await;
        match self.read(&request.method).await {
            Err(closed) if closed.kind == FailureKind::Closed => Err(sent.err().unwrap_or(closed)),
            reply => reply,
        }
    }

    /// Reads one reply.
    pub(crate) async fn read(&mut self, method: &str) -> Result<Response, Failure> {
        loop {
            let response = self.read_one(method).await?;
            if response.status >= 200 || response.status == 101 {
                return Ok(response);
            }
        }
    }

    /// Reads one reply, `100 Continue` and its like included.
    pub(crate) async fn read_one(&mut self, method: &str) -> Result<Response, Failure> {
        let (mut response, length) = self.head().await?;
        let framing = framing(method, &response, length);
        match framing {
            Framing::None => {}
            Framing::Length(length) => {
                let wanted = length.min(BODY_LIMIT);
                while self.rest.len() < wanted {
                    self.more().await?;
                }
                response.body = self.rest.drain(..wanted).collect::<Vec<u8>>().into();
                if wanted < length {
                    response.cut_short();
                }
            }
            Framing::Chunked => {
                let (body, cut) = self.chunks().await?;
                response.body = body.into();
                if cut {
                    response.cut_short();
                }
            }
            Framing::UntilClosed => {
                while self.rest.len() < BODY_LIMIT {
                    match self.more().await {
                        Ok(()) => {}
                        Err(end) if end.kind == FailureKind::Closed => break,
                        Err(error) => return Err(error),
                    }
                }
                let cut = self.rest.len() >= BODY_LIMIT;
                response.body = std::mem::take(&mut self.rest).into();
                if cut {
                    response.cut_short();
                }
            }
        }
        Ok(response)
    }

    async fn head(&mut self) -> Result<(Response, Option<usize>), Failure> {
        loop {
            let mut fields = vec![httparse::EMPTY_HEADER; 256];
            let mut parsed = httparse::Response::new(&mut fields);
            match parsed.parse(&self.rest) {
                Ok(httparse::Status::Complete(end)) => {
                    let headers: Headers = parsed
                        .headers
                        .iter()
                        .map(|field| {
                            (
                                field.name.to_ascii_lowercase(),
                                field.value.iter().map(|b| char::from(*b)).collect::<String>(),
                            )
                        })
                        .collect();
                    let mut response = Response::new(parsed.code.unwrap_or_default());
                    let length = headers.get("content-length").and_then(|value| value.trim().parse().ok());
                    response.headers = headers;
                    self.rest.drain(..end);
                    return Ok((response, length));
                }
                Ok(httparse::Status::Partial) if self.rest.len() > 1 << 20 => {
                    return Err(failure(FailureKind::Malformed, "a head of more than 1 MiB"));
                }
                Ok(httparse::Status::Partial) => self.more().await?,
                Err(error) => return Err(failure(FailureKind::Malformed, format!("not HTTP: {error}"))),
            }
        }
    }

    async fn chunks(&mut self) -> Result<(Vec<u8>, bool), Failure> {
        let mut body = Vec::new();
        loop {
            let size = match httparse::parse_chunk_size(&self.rest) {
                Ok(httparse::Status::Complete((start, size))) => {
                    self.rest.drain(..start);
                    usize::try_from(size).unwrap_or(usize::MAX)
                }
                // Its extension may go on for ever, and is read anew each time.
                Ok(httparse::Status::Partial) if self.rest.len() > 64 << 10 => {
                    return Err(failure(FailureKind::Malformed, "a chunk whose size does not end"));
                }
                Ok(httparse::Status::Partial) => {
                    self.more().await?;
                    continue;
                }
                Err(_) => return Err(failure(FailureKind::Malformed, "a chunk without a size")),
            };
            if size > BODY_LIMIT - body.len() {
                return Ok((body, true));
            }
            while self.rest.len() < size + 2 {
                self.more().await?;
            }
            body.extend(self.rest.drain(..size));
            self.rest.drain(..2);
            if size == 0 {
                return Ok((body, false));
            }
        }
    }

    async fn more(&mut self) -> Result<(), Failure> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer).await {
            Ok(0) => Err(failure(FailureKind::Closed, "the connection was closed before the reply was complete")),
            Ok(count) => {
                self.rest.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) => Err(failure(FailureKind::Closed, error)),
        }
    }
}

enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClosed,
}

fn framing(method: &str, response: &Response, length: Option<usize>) -> Framing {
    if method == "HEAD" || matches!(response.status, 100..=199 | 204 | 304) {
        return Framing::None;
    }
    if response.headers.all("transfer-encoding").any(|value| value.to_ascii_lowercase().contains("chunked")) {
        return Framing::Chunked;
    }
    length.map_or(Framing::UntilClosed, Framing::Length)
}

/// A request as it goes over HTTP/1.1, with Host, and Content-Length where it has a body and says nothing of framing.
pub(crate) fn bytes(request: &Request) -> Vec<u8> {
    let authority = request.origin().split("://").nth(1).unwrap_or_default();
    let mut out = format!("{} {} HTTP/1.1\r\nHost: {authority}\r\n", request.method, request.target()).into_bytes();
    for (name, value) in request.headers.iter() {
        out.extend(name.bytes());
        out.extend(b": ");
        out.extend(value.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
        out.extend(b"\r\n");
    }
    let framed = request.headers.has("content-length") || request.headers.has("transfer-encoding");
    if !framed && (!request.body.is_empty() || matches!(request.method.as_str(), "PUT" | "POST")) {
        out.extend(format!("Content-Length: {}\r\n", request.body.len()).bytes());
    }
    out.extend(b"\r\n");
    out.extend_from_slice(&request.body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(text: &str) -> Result<Response, FailureKind> {
        read_reply(text.as_bytes().to_vec(), "GET").await.map_err(|failure| failure.kind)
    }

    #[tokio::test]
    async fn a_reply_ends_where_its_framing_says() {
        let body = async |text: &str| read(text).await.map(|reply| reply.body.lossy().into_owned());
        assert_eq!(body("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabc").await.as_deref(), Ok("ab"));
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n";
        assert_eq!(body(chunked).await.as_deref(), Ok("abc"));
        assert_eq!(body("HTTP/1.0 200 OK\r\n\r\nall of it").await.as_deref(), Ok("all of it"));
        assert_eq!(body("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\n\r\nx").await.as_deref(), Ok(""));
    }

    #[tokio::test]
    async fn what_is_no_whole_reply_is_told_apart() {
        assert_eq!(read("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await, Err(FailureKind::Closed));
        assert_eq!(read("HTTP/1.1 20").await, Err(FailureKind::Closed));
        assert_eq!(read("SSH-2.0-OpenSSH\r\n").await, Err(FailureKind::Malformed));
        let giant = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffff\r\n";
        assert!(read(giant).await.is_ok_and(|reply| reply.cut && reply.body.is_empty()));
        let extended = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;{}", "x".repeat(1 << 20));
        assert_eq!(read(&extended).await, Err(FailureKind::Malformed));
    }
}
