use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::Tls;

const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections ready to be served, with or without TLS. Handshakes run beside each other, so a slow one holds up nobody.
pub(super) struct Listener {
    address: io::Result<SocketAddr>,
    ready: mpsc::Receiver<(Connection, SocketAddr)>,
}

impl Listener {
    /// Begins to accept. Must be called within a runtime.
    pub(super) fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        let (sender, ready) = mpsc::channel(64);
        let address = listener.local_addr();
        let acceptor = tls.map(|tls| TlsAcceptor::from(tls.config()));
        tokio::spawn(async move {
            while !sender.is_closed() {
                let Ok((stream, peer)) = listener.accept().await else {
                    // Out of file descriptors, most likely: some will be given back.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                // Replies are small and whole; holding them back would only add 40 ms to each.
                let _: io::Result<()> = stream.set_nodelay(true);
                tokio::spawn(greet(stream, peer, acceptor.clone(), sender.clone()));
            }
        });
        Self { address, ready }
    }
}

async fn greet(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    ready: mpsc::Sender<(Connection, SocketAddr)>,
) {
    let connection = match acceptor {
        None => Connection::Plain(stream),
        Some(acceptor) => match tokio::time::timeout(LONGEST_HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Connection::Tls(Box::new(stream)),
            _ => return,
        },
    };
    // Nobody is left to serve it only when the server stops.
    let _: Result<_, _> = ready.send((connection, peer)).await;
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.address.as_ref().copied().map_err(|error| error.kind().into())
    }
}

/// One connection.
pub(super) enum Connection {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
