//! A plain reverse proxy: a connection of its own to what it stands before, headers that are meant for one hop left out, all else as it
//! came.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
};

/// What one hop says to the next (RFC 9110, 7.6.1), and what is said anew.
const ONE_HOP: &[&str] =
    &["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length"];

/// A proxy that is taken and does not forward yet.
pub struct Proxy {
    listener: TcpListener,
    runtime: Runtime,
}

impl Proxy {
    pub fn bind() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap(), runtime }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// Forwards until it is dropped.
    pub fn before(self, back: SocketAddr) -> Forwarding {
        self.listener.set_nonblocking(true).unwrap();
        let entered = self.runtime.enter();
        let listener = tokio::net::TcpListener::from_std(self.listener).unwrap();
        drop(entered);
        let app = Router::new().fallback(move |request: Request| forward(back, request));
        self.runtime.spawn(async move { axum::serve(listener, app).await });
        Forwarding(Some(self.runtime))
    }
}

pub struct Forwarding(Option<Runtime>);

impl Drop for Forwarding {
    fn drop(&mut self) {
        let runtime = self.0.take().unwrap();
        thread::spawn(move || drop(runtime));
    }
}

async fn forward(back: SocketAddr, request: Request) -> Response {
    let answered = answered(back, request).await;
    answered.unwrap_or_else(|| {
        let mut reply = Response::new(Body::from("<h1>Bad gateway</h1>"));
        *reply.status_mut() = StatusCode::BAD_GATEWAY;
        reply
    })
}

async fn answered(back: SocketAddr, request: Request) -> Option<Response> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.ok()?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut head = format!("{} {target} HTTP/1.1\r\nConnection: close\r\n", parts.method).into_bytes();
    let had_length = parts.headers.contains_key("content-length") || !body.is_empty();
    for (name, value) in parts.headers.iter().filter(|(name, _)| !ONE_HOP.contains(&name.as_str()) && *name != "expect")
    {
        head.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if had_length {
        head.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    let mut stream = TcpStream::connect(back).await.ok()?;
    // Who refuses early may close before all was sent, and is read all the same.
    if stream.write_all(&head).await.is_ok() {
        stream.write_all(&body).await.ok();
    }
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok();
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    let length = match parsed.parse(&bytes).ok()? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return None,
    };
    let mut reply = Response::new(Body::from(bytes[length..].to_vec()));
    *reply.status_mut() = StatusCode::from_u16(parsed.code?).ok()?;
    for header in parsed.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        let length = name == "content-length" && parts.method == "HEAD";
        if length || !ONE_HOP.contains(&name.as_str()) {
            reply.headers_mut().append(name, HeaderValue::from_bytes(header.value).ok()?);
        }
    }
    Some(reply)
}
