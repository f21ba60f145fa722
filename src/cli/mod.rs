//! The command line: parse, dispatch, exit status. One file a command.

mod args;
mod coverage;
mod explain;
mod judge;
mod list;
mod mutants;
mod output;
mod plan;
mod probe;
mod run;
mod serve;
mod specs;
mod wires;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or_else(|| Command::Run(Box::new(cli.run)));
    let done = match command {
        Command::Run(args) => run::run(*args),
        Command::List(args) => list::list(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Coverage(args) => coverage::coverage(&args),
        Command::Probe(args) => probe::probe(*args),
        Command::Judge(args) => judge::judge(&args),
        Command::Mutants(args) => mutants::mutants(&args),
        Command::Serve(args) => serve::serve(args),
        Command::Specs(args) => specs::specs(&args),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::error(&error.to_string());
            ExitCode::from(error.code())
        }
    }
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Wrong use, or a file that does not load: exit status 2.
    #[error("{0}")]
    Usage(#[from] crate::spec::LoadError),
    /// The target does not answer as a registry would: exit status 3.
    #[error("{0}")]
    Unreachable(#[from] crate::session::Unreachable),
    /// A server of ours cannot be started: exit status 2.
    #[error("{0}")]
    Serve(String),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Serve(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }
}

impl From<crate::engine::StartError> for Failure {
    fn from(error: crate::engine::StartError) -> Self {
        match error {
            crate::engine::StartError::Load(error) => Self::Usage(error),
            crate::engine::StartError::Unreachable(error) => Self::Unreachable(error),
            serve @ crate::engine::StartError::Serve(_) => Self::Serve(serve.to_string()),
        }
    }
}

type Done = Result<u8, Failure>;

/// A runtime for the requests of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Serve(format!("no thread can be started: {error}")))
}
