//! The HTTP server around a handler.

mod convert;
mod listener;
#[cfg(test)]
mod tests;
mod tls;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract};
use tokio::runtime::{Builder, Runtime};

use self::convert::Service;
pub use self::tls::Tls;
use crate::exchange::{Request, Response};

/// What answers: a registry's [`handle`](super::Registry::handle), or that with something in between.
pub type Handler = Arc<dyn Fn(&Request) -> Response + Send + Sync>;

/// Enough beyond what a registry takes for it to see that it is too much.
const LARGEST_BODY: usize = 32 << 20;

/// An address that is taken and not served yet: a registry wants to know its origin before it begins.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    largest_body: usize,
}

impl Bound {
    /// The address, with the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Scheme and authority.
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves over TLS.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Hands over at most one byte more than this of a body, which shows the handler that there is more; 32 MiB unless told.
    #[must_use]
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Begins to answer.
    ///
    /// # Errors
    /// Those of starting threads and of handing the socket over.
    pub fn serve(self, handler: Handler) -> io::Result<Server> {
        let origin = self.origin();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("reference").build()?;
        self.listener.set_nonblocking(true)?;
        let service = Arc::new(Service { handler, origin: origin.clone(), largest_body: self.largest_body });
        let app = Router::new().fallback(move |request: extract::Request| service.clone().answer(request));
        let entered = runtime.enter();
        let listener = listener::Listener::new(tokio::net::TcpListener::from_std(self.listener)?, self.tls);
        drop(entered);
        // It ends only with the runtime.
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Server { address: self.address, origin, runtime: Some(runtime) })
    }
}

/// A running server, with threads of its own. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    origin: String,
    runtime: Option<Runtime>,
}

impl Server {
    /// Takes an address, such as `127.0.0.1:0`.
    ///
    /// # Errors
    /// Those of [`TcpListener::bind`].
    pub fn bind(listen: impl std::net::ToSocketAddrs) -> io::Result<Bound> {
        let listener = TcpListener::bind(listen)?;
        let address = listener.local_addr()?;
        Ok(Bound { listener, address, tls: None, largest_body: LARGEST_BODY })
    }

    /// Takes an address and begins to answer, for a handler that need not know its origin.
    ///
    /// # Errors
    /// Those of [`Server::bind`] and [`Bound::serve`].
    pub fn start(listen: impl std::net::ToSocketAddrs, handler: Handler, tls: Option<Tls>) -> io::Result<Self> {
        let mut bound = Self::bind(listen)?;
        bound.tls = tls;
        bound.serve(handler)
    }

    /// The address it answers at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Scheme and authority it answers at.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Closes the listener and every connection, and waits for it a moment. Not to be called on a thread of an async runtime.
    pub fn stop(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}

impl Drop for Server {
    /// In the background: the drop of a runtime waits, and may not wait inside another.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
