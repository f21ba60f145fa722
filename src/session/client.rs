use std::{pin::pin, sync::Arc, time::Duration};

use bytes::BytesMut;
use futures_timer::Delay;
use futures_util::future::{Either, select};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::raw::Connection;
use crate::{
    exchange::{BODY_LIMIT, Failure, FailureKind, Headers, Request, Response},
    spec::LoadError,
    target::Options,
};

/// Sends requests and reads replies as they are: no redirects followed, no content decoded.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    tls: Arc<rustls::ClientConfig>,
    timeout: Duration,
}

impl Client {
    /// A client that trusts the certificates given and, where it is to speak TLS (`secure`), the system's.
    ///
    /// # Errors
    /// A certificate cannot be read.
    pub fn new(options: &Options, secure: bool, extra_roots: &[String]) -> Result<Self, LoadError> {
        let mut pem = extra_roots.to_vec();
        if let Some(path) = &options.cacert {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| LoadError::new(&name, format!("the certificate cannot be read: {error}")))?;
            if CertificateDer::pem_slice_iter(text.as_bytes()).next().is_none() {
                return Err(
                    LoadError::new(&name, "there is no certificate in it").hint("--cacert takes a file in PEM form")
                );
            }
            pem.push(text);
        }
        let tls = Arc::new(tls_config(secure, &pem));
        let http = reqwest::Client::builder()
            .use_preconfigured_tls((*tls).clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| LoadError::new("HTTP client", error.to_string()))?;
        Ok(Self { http, tls, timeout: options.timeout })
    }

    /// Sends a request; `raw` sends it over a connection of its own, byte for byte.
    ///
    /// # Errors
    /// No whole reply came in time.
    pub async fn send(&self, request: &Request, raw: bool) -> Result<Response, Failure> {
        let sent = async {
            match raw || !survives(request) {
                true => self.open(&request.url).await?.exchange(request).await,
                false => self.pooled(request).await,
            }
        };
        // The clock has a thread of its own: tokio's stands still while a reply keeps the thread busy that drives it.
        match select(pin!(sent), Delay::new(self.timeout)).await {
            Either::Left((reply, _)) => reply,
            Either::Right(_) => Err(self.timed_out()),
        }
    }

    /// A connection of one's own.
    ///
    /// # Errors
    /// There is nobody to talk to.
    pub(super) async fn open(&self, url: &str) -> Result<Connection, Failure> {
        Connection::open(url, &self.tls).await
    }

    /// The failure of an exchange that took longer than it may.
    pub(super) fn timed_out(&self) -> Failure {
        let message = format!("no whole reply within {} s", self.timeout.as_secs_f64());
        Failure { kind: FailureKind::Timeout, message }
    }

    /// How long one exchange may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn pooled(&self, request: &Request) -> Result<Response, Failure> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|error| Failure { kind: FailureKind::Withheld, message: error.to_string() })?;
        let mut builder = self.http.request(method, &request.url);
        for (name, value) in request.headers.iter() {
            builder = builder
                .header(name, value.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect::<Vec<u8>>());
        }
        if !request.body.is_empty() {
            builder = builder.body(bytes::Bytes::from(request.body.clone()));
        }
        let mut reply = builder.send().await.map_err(|error| failure(&error))?;
        let headers: Headers = reply
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), value.as_bytes().iter().map(|b| char::from(*b)).collect::<String>())
            })
            .collect();
        let mut response = Response::new(reply.status().as_u16());
        response.headers = headers;
        let mut body = BytesMut::new();
        while let Some(chunk) = reply.chunk().await.map_err(|error| failure(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_LIMIT {
                response.body = body.freeze().into();
                response.cut_short();
                return Ok(response);
            }
        }
        response.body = body.freeze().into();
        Ok(response)
    }
}

/// Whether the pooled client sends a request as it is spelled: it normalises paths and drops odd header values.
fn survives(request: &Request) -> bool {
    let path = request.target();
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'"' | b'<' | b'>'));
    let dots =
        path.split(['/', '?']).any(|segment| matches!(segment, "." | ".." | "%2e" | "%2E" | "%2e%2e" | "%2E%2E"));
    let empty_put = request.body.is_empty() && request.method == "PUT";
    let header = |(name, value): (&str, &str)| {
        name.eq_ignore_ascii_case("content-length")
            || !value.chars().all(|c| matches!(c, ' '..='~' | '\t' | '\u{80}'..='\u{ff}'))
    };
    plain && !dots && !empty_put && !request.headers.iter().any(header)
}

fn failure(error: &reqwest::Error) -> Failure {
    let kind = if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_connect() {
        FailureKind::Connect
    } else {
        FailureKind::Closed
    };
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = cause.to_string();
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
            return Failure { kind: FailureKind::Malformed, message: format!("not HTTP: {message}") };
        }
        source = cause.source();
    }
    Failure { kind, message }
}

fn tls_config(secure: bool, pem: &[String]) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    // Reading the system's certificates takes longer than listing every case.
    if secure {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for text in pem {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(text.as_bytes()).flatten());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        time::Instant,
    };

    use super::*;

    /// A server that says `100 Continue` for as long as somebody listens.
    fn continues() -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/", listener.local_addr()?);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                std::thread::spawn(move || {
                    let many = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(4096);
                    if stream.read(&mut [0; 1024]).is_ok() {
                        while stream.write_all(&many).is_ok() {}
                    }
                });
            }
        });
        Ok(url)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn interim_replies_without_an_end_run_out_of_time() {
        let options = Options { timeout: Duration::from_millis(500), ..Options::remote(true) };
        let client = Client::new(&options, false, &[]).expect("a client without a certificate");
        let url = continues().expect("a free port");
        for raw in [true, false] {
            let begun = Instant::now();
            let reply = client.send(&Request::new("GET", &url), raw).await;
            let took = begun.elapsed();
            assert_eq!(reply.err().map(|failure| failure.kind), Some(FailureKind::Timeout), "raw: {raw}");
            assert!(took < Duration::from_secs(2), "raw: {raw}: {took:?}");
        }
    }
}
