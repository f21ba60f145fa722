//! Listeners that are no registries.

use std::{
    io::Read,
    net::{TcpListener, TcpStream},
    thread,
};

/// A port at which nobody listens.
pub fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    target(&listener)
}

/// A server that accepts and never answers.
pub fn hanging() -> String {
    accepting(|stream| {
        // Until the other side goes away.
        let mut rest = Vec::new();
        (&stream).read_to_end(&mut rest).ok();
    })
}

/// A server that drops each connection once something was sent: what was not read makes it a reset.
pub fn resetting() -> String {
    accepting(|stream| {
        stream.peek(&mut [0]).ok();
    })
}

fn accepting(each: impl Fn(TcpStream) + Send + Sync + Copy + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = target(&listener);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || each(stream));
        }
    });
    target
}

fn target(listener: &TcpListener) -> String {
    format!("sparse+http://{}/index/", listener.local_addr().unwrap())
}
