//! Faults below the message: the reference registry behind a listener that breaks the wire.
//!
//! No state function can say these, for a [`Response`](crate::exchange::Response) is always whole. They try the engine more than the
//! rules: whatever a registry does to the connection, a run ends in bounded time and memory, and says what it saw.

mod bank;
mod fault;
mod listener;

pub use listener::Wired;

use std::{io, time::Duration};

use self::fault::Fault;
use crate::{exchange::Request, reference::Config};

/// The reference registry behind a wire that is broken in one way.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    /// Its name, in kebab-case.
    pub id: &'static str,
    /// The requirements that it breaks; none where only the engine is tried.
    pub breaks: &'static [&'static str],
    /// Which requests it strikes.
    pub on: On,
    /// The registry asks everybody for a token.
    pub private: bool,
    /// How a run against it rightly ends.
    pub ends: Ends,
    /// Parts of the ids of the cases that meet it.
    pub only: &'static [&'static str],
    /// What a run of these cases may take, with time-outs of [`Wire::TIMEOUT`].
    pub bounds: Bounds,
    fault: Fault,
}

/// The requests that a broken wire strikes; all others are answered soundly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// `config.json`.
    Config,
    /// Index files.
    Index,
    /// Downloads.
    Download,
    /// Publishes.
    Publish,
}

/// How a run rightly ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// One of the requirements that it breaks is found broken.
    Violates,
    /// Nothing can be judged, for the reason of which this is a part: exit status 3.
    Inconclusive(&'static str),
    /// The target cannot be tested at all, for the reason of which this is a part: exit status 3.
    Unreachable(&'static str),
    /// No source forbids it, and nothing comes of it.
    Conforms,
}

/// What a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From start to report.
    pub time: Duration,
    /// Most bytes resident at once.
    pub memory: u64,
}

/// Every broken wire.
pub fn all() -> impl Iterator<Item = &'static Wire> {
    bank::WIRES.iter()
}

impl Wire {
    /// How long one exchange may take in the runs for which the bounds are meant.
    pub const TIMEOUT: Duration = Duration::from_secs(1);

    /// Starts the registry behind the broken wire. `configure` is told the configuration, which knows no token yet.
    ///
    /// # Errors
    /// No port is free, or no thread can be started.
    pub fn serve(&'static self, configure: impl FnOnce(Config) -> Config) -> io::Result<Wired> {
        let private = self.private;
        Wired::start(self, move |config| configure(if private { config.private() } else { config }))
    }
}

impl On {
    fn strikes(self, request: &Request) -> bool {
        let path = request.path();
        let config = path == "/index/config.json";
        match self {
            Self::Config => config,
            Self::Index => path.starts_with("/index/") && !config,
            Self::Download => path.ends_with("/download"),
            Self::Publish => path.ends_with("/crates/new"),
        }
    }
}
