use std::{
    collections::HashMap,
    fmt, io,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
};

use super::{Wire, fault};
use crate::{
    exchange::{Headers, Request, Response},
    reference::{Config, Registry},
};

/// A registry behind a broken wire, with threads of its own. It stops when it is dropped.
pub struct Wired {
    front: Arc<Front>,
    runtime: Option<Runtime>,
}

/// What every connection knows.
pub(super) struct Front {
    pub(super) wire: &'static Wire,
    origin: String,
    /// A second origin, at which the same files lie open.
    pub(super) elsewhere: String,
    registry: Registry,
    token: Option<String>,
    /// The first ETag of each path.
    pub(super) etags: Mutex<HashMap<String, String>>,
    /// How many requests ended before their end.
    pub(super) cut: AtomicUsize,
    struck: AtomicUsize,
    elsewhere_asked: AtomicUsize,
    elsewhere_tokens: AtomicUsize,
}

impl fmt::Debug for Wired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wired").field("wire", &self.front.wire.id).field("origin", &self.front.origin).finish()
    }
}

impl Wired {
    pub(super) fn start(wire: &'static Wire, configure: impl FnOnce(Config) -> Config) -> io::Result<Self> {
        let (here, elsewhere) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let origin = |listener: &TcpListener| Ok::<_, io::Error>(format!("http://{}", listener.local_addr()?));
        let config = configure(Config::new(origin(&here)?));
        let front = Arc::new(Front {
            wire,
            origin: origin(&here)?,
            elsewhere: origin(&elsewhere)?,
            token: config.users.iter().find_map(|user| user.token.clone()),
            registry: Registry::new(config),
            etags: Mutex::default(),
            cut: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
            elsewhere_asked: AtomicUsize::new(0),
            elsewhere_tokens: AtomicUsize::new(0),
        });
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("wire").build()?;
        for (listener, is_elsewhere) in [(here, false), (elsewhere, true)] {
            listener.set_nonblocking(true)?;
            let entered = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            drop(entered);
            let front = Arc::clone(&front);
            runtime.spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let front = Arc::clone(&front);
                    tokio::spawn(async move {
                        // What ends a connection early is what is tried here, from either side.
                        let _: io::Result<()> = front.connection(stream, is_elsewhere).await;
                    });
                }
            });
        }
        Ok(Self { front, runtime: Some(runtime) })
    }

    /// Scheme and authority.
    pub fn origin(&self) -> &str {
        &self.front.origin
    }

    /// How many requests met the fault.
    pub fn struck(&self) -> usize {
        self.front.struck.load(Ordering::Relaxed)
    }

    /// How many requests came to the second origin, and how many of them with a token.
    pub fn elsewhere(&self) -> (usize, usize) {
        (self.front.elsewhere_asked.load(Ordering::Relaxed), self.front.elsewhere_tokens.load(Ordering::Relaxed))
    }
}

impl Drop for Wired {
    /// In the background: the drop of a runtime waits, and may not wait inside another.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Front {
    async fn connection(&self, mut stream: TcpStream, elsewhere: bool) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut rest = Vec::new();
        while let Some(request) = self.request(&mut stream, &mut rest).await? {
            if elsewhere {
                self.elsewhere_asked.fetch_add(1, Ordering::Relaxed);
                let token = request.headers.has("authorization");
                self.elsewhere_tokens.fetch_add(usize::from(token), Ordering::Relaxed);
                let mut open = request.clone();
                open.headers.set("authorization", self.token.clone().unwrap_or_default());
                stream.write_all(&whole(&request, self.answer(&open))).await?;
            } else if self.wire.on.strikes(&request) {
                self.struck.fetch_add(1, Ordering::Relaxed);
                if !fault::strike(self, &mut stream, &request).await? {
                    return stream.shutdown().await;
                }
            } else {
                stream.write_all(&whole(&request, self.answer(&request))).await?;
            }
        }
        Ok(())
    }

    /// What the registry says.
    pub(super) fn answer(&self, request: &Request) -> Response {
        self.registry.handle(request)
    }

    /// The next request; nothing at the end of the connection, or where it is none.
    async fn request(&self, stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<Option<Request>> {
        let (mut request, length) = loop {
            let mut fields = vec![httparse::EMPTY_HEADER; 128];
            let mut parsed = httparse::Request::new(&mut fields);
            match parsed.parse(rest) {
                Ok(httparse::Status::Complete(end)) => {
                    let target = parsed.path.unwrap_or("/");
                    let mut request =
                        Request::new(parsed.method.unwrap_or_default(), format!("{}{target}", self.origin));
                    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
                    request.headers = parsed
                        .headers
                        .iter()
                        .map(|field| (field.name.to_ascii_lowercase(), text(field.value)))
                        .collect::<Headers>();
                    rest.drain(..end);
                    let length =
                        request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
                    break (request, length);
                }
                Ok(httparse::Status::Partial) if more(stream, rest).await? => {}
                _ => return Ok(None),
            }
        };
        if request.headers.has("expect") {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        while rest.len() < length {
            if !more(stream, rest).await? {
                self.cut.fetch_add(1, Ordering::Relaxed);
                return Ok(None);
            }
        }
        request.body = rest.drain(..length).collect::<Vec<u8>>().into();
        Ok(Some(request))
    }
}

async fn more(stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<bool> {
    Ok(stream.read_buf(rest).await? > 0)
}

/// Status line and header fields, with the length given unless the reply says something of its framing.
pub(super) fn head(reply: &Response, length: Option<u64>) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} reply\r\n", reply.status).into_bytes();
    for (name, value) in reply.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length")) {
        out.extend(format!("{name}: ").bytes());
        out.extend(value.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
        out.extend(b"\r\n");
    }
    if let Some(length) = length {
        out.extend(format!("content-length: {length}\r\n").bytes());
    }
    out.extend(b"\r\n");
    out
}

/// The whole reply.
pub(super) fn whole(request: &Request, reply: Response) -> Vec<u8> {
    let bodyless = matches!(reply.status, 204 | 304);
    let mut out = head(&reply, (!bodyless).then_some(reply.body.len() as u64));
    if !bodyless && request.method != "HEAD" {
        out.extend_from_slice(&reply.body);
    }
    out
}
