use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
};

use super::{Bound, Handler, Server, Tls};
use crate::{
    exchange::{Request, Response},
    reference::{
        Config, Registry,
        testing::{envelope, tarball},
    },
};

fn bound() -> Bound {
    Server::bind("127.0.0.1:0").unwrap()
}

/// Sends bytes as they are and reads until the server closes.
fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

/// A server that remembers what it was asked.
fn recorder() -> (Server, Arc<Mutex<Vec<Request>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let handler: Handler = Arc::new(move |request| {
        log.lock().unwrap().push(request.clone());
        Response::new(200).header("x-latin", "\u{e9}")
    });
    (bound().serve(handler).unwrap(), seen)
}

fn registry() -> (Server, Arc<Registry>) {
    let bound = bound();
    let registry = Arc::new(Registry::new(Config::new(bound.origin()).token("main").max_upload(100_000)));
    let answering = registry.clone();
    (bound.largest_body(200_000).serve(Arc::new(move |request| answering.handle(request))).unwrap(), registry)
}

fn upload(length: usize) -> String {
    format!(
        "PUT /api/v1/crates/new HTTP/1.1\r\nHost: x\r\nAuthorization: main\r\nConnection: close\r\nContent-Length: {length}\r\n"
    )
}

#[test]
fn requests_arrive_as_they_were_spelled() {
    let (server, seen) = recorder();
    let target = "//a/../b/./%2e%2F+?q=a%2Bb&&x=%ff";
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nX-A: one\r\nX-A: \u{fc}\r\nConnection: close\r\n\r\n");
    let bytes: Vec<u8> = request.chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert!(raw(&server, &bytes).starts_with("HTTP/1.1 200"));
    let request = seen.lock().unwrap().pop().unwrap();
    assert_eq!(request.url, format!("{}{target}", server.origin()));
    assert_eq!(request.headers.all("x-a").collect::<Vec<_>>(), ["one", "\u{fc}"]);
}

#[test]
fn an_upload_that_breaks_off_changes_nothing() {
    let (server, registry) = registry();
    let body = envelope(br#"{"name":"a","vers":"1.0.0"}"#, &tarball("a", "1.0.0"));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(format!("{}\r\n", upload(body.len())).as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut reply = Vec::new();
    let _: std::io::Result<usize> = stream.read_to_end(&mut reply);
    assert_eq!(registry.get("/index/1/a").status, 404);
    let whole = [format!("{}\r\n", upload(body.len())).as_bytes(), &body].concat();
    assert!(raw(&server, &whole).starts_with("HTTP/1.1 200"));
}

#[test]
fn too_large_an_upload_is_answered_although_it_is_sent_to_its_end() {
    let (server, _) = registry();
    let length = 4_000_000;
    let reply = raw(&server, &[format!("{}\r\n", upload(length)).into_bytes(), vec![0; length]].concat());
    assert!(reply.starts_with("HTTP/1.1 413") && reply.contains("errors"), "{reply}");
}

#[test]
fn who_waits_for_a_hundred_gets_it() {
    let (server, _) = registry();
    let body = envelope(br#"{"name":"a","vers":"1.0.0"}"#, &tarball("a", "1.0.0"));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(format!("{}Expect: 100-continue\r\n\r\n", upload(body.len())).as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[test]
fn an_offer_to_change_the_protocol_is_passed_over() {
    let (server, _) = recorder();
    let upgrade =
        "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
    let reply = raw(&server, format!("GET / HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n").as_bytes());
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[tokio::test]
async fn http2_is_spoken_over_tls() {
    let tls = Tls::self_signed().unwrap();
    let authority = reqwest::Certificate::from_pem(tls.ca_pem().as_bytes()).unwrap();
    let bound = bound().tls(tls);
    let registry = Registry::new(Config::new(bound.origin()));
    let server = bound.serve(Arc::new(move |request| registry.handle(request))).unwrap();
    let _: Result<_, _> = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
    let reply = client.get(format!("{}/index/config.json", server.origin())).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.version()), (200, reqwest::Version::HTTP_2));
    assert!(reply.text().await.unwrap().contains(server.origin()));
}

#[test]
fn a_stopped_server_is_gone() {
    let (server, _) = recorder();
    let address = server.address();
    server.stop();
    assert!(TcpStream::connect(address).is_err());
}
