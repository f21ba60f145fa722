use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::target::{Action, Inputs, Secret, TargetTable};

/// Conformance suite for Cargo package registries
///
/// Point it at a registry and it says, rule by rule, where that registry breaks the protocol, what a real cargo does
/// about it, and how to see it again with one curl line. Without a target it runs against the reference registry inside.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXIT_STATUS)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) run: Run,
}

const EXIT_STATUS: &str = "\
Exit status: 0 conforms, 1 violates, 2 usage or load error or nothing ran, 3 could not be tested.
Each option of `run` is also an environment variable REGSPEC_<NAME> and a key of regspec.toml; the command line wins.

Examples:
  regspec                                                     the whole contract against the reference registry
  regspec run sparse+http://127.0.0.1:8080/index/             read-only, on crates that it finds
  regspec run sparse+http://127.0.0.1:8080/index/ --write --token T --report json=r.json
  regspec run --only yank --only '!owners'                    part of the suite
  regspec explain yank/download-kept                          what a requirement demands, and why";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the suite against a target
    Run(Box<Run>),
    /// List the cases without a target
    List(List),
    /// Explain a requirement, a case, a check, a step or a placeholder
    Explain(Explain),
    /// Show which requirements, operations and aspects of them have cases
    Coverage(Coverage),
    /// Ask a target what it claims, and write it as the target table of regspec.toml
    Probe(Box<Run>),
    /// Judge recorded transcripts again, or traffic of any kind, without a target
    Judge(Judge),
    /// Run the suite against registries that break one rule each
    Mutants(Mutants),
    /// Serve the reference registry
    Serve(Serve),
    /// Look at OpenAPI documents: their defects, their versions, each other
    Specs(Specs),
}

/// Which cases there are to run, to list or to count.
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// A bundled contract, or an OpenAPI file (cargo); several stand one beside the other
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) contract: Vec<String>,
    /// A file of declared cases to add, to the first contract
    #[arg(long, value_name = "FILE")]
    pub(super) suite: Vec<PathBuf>,
    /// Only cases whose id or requirement contains this; a leading ! excludes
    #[arg(long, value_name = "FILTER")]
    pub(super) only: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// `embedded` (default), sparse+http(s)://…/ (an index), or http(s)://… (a web API)
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) plan: Plan,
    /// The index, beside a web API given as target
    #[arg(long, value_name = "URL")]
    index: Option<String>,
    /// The web API, beside an index given as target
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// A clone of a git index, whose lines are judged
    #[arg(long, value_name = "DIR")]
    index_dir: Option<PathBuf>,
    /// A crate to read, without --write
    #[arg(long = "crate", value_name = "NAME")]
    crates: Vec<String>,
    /// An action that the target does not offer: publish, yank, owners or search
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    without: Vec<Action>,
    /// The whole value of Authorization (better given as REGSPEC_TOKEN)
    #[arg(long)]
    token: Option<Secret>,
    /// The token of a second account, which owns nothing
    #[arg(long, value_name = "TOKEN")]
    other_token: Option<Secret>,
    /// The login of the main account
    #[arg(long)]
    login: Option<String>,
    /// The login of a second account
    #[arg(long, value_name = "LOGIN")]
    other_login: Option<String>,
    /// The login of a third account
    #[arg(long, value_name = "LOGIN")]
    third_login: Option<String>,
    /// A session cookie
    #[arg(long)]
    cookie: Option<Secret>,
    /// A TOML file with all of these
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A header field to add to every request
    #[arg(long, value_name = "K: V")]
    header: Vec<Secret>,
    /// Let requests change the target: it will keep the crates that the run makes
    #[arg(long)]
    write: bool,
    /// Do not ask before writing to a host that is not loopback
    #[arg(long)]
    yes: bool,
    /// Also send what may hurt a weak target: traversing names, bombs, giant lengths
    #[arg(long)]
    hostile: bool,
    /// Fail on warnings, too
    #[arg(long)]
    strict: bool,
    /// An input without which cases are inconclusive instead of skipped
    #[arg(long, value_name = "INPUT")]
    require: Vec<String>,
    /// What is known to be broken and lived with
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// An origin beside the target's to which requests and tokens may go
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<String>,
    /// Make at most so many crates: cases share them, or are skipped
    #[arg(long, value_name = "N")]
    max_new_crates: Option<usize>,
    /// Show at most so many wrong tokens
    #[arg(long, value_name = "N")]
    max_denied: Option<usize>,
    /// Cases at once
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Requests a second, such as 5/s
    #[arg(long, value_name = "N/s")]
    rate: Option<String>,
    /// Seconds that one exchange may take (10)
    #[arg(long, value_name = "S")]
    timeout: Option<f64>,
    /// Seconds that a change may take to show (60; embedded 2)
    #[arg(long, value_name = "S")]
    settle: Option<f64>,
    /// The seed of what is drawn by chance
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Values that a case of the suite `property` draws (32; 8 where it uploads to a URL)
    #[arg(long, value_name = "N")]
    cases: Option<usize>,
    /// The folder for drawn values that failed on the target, tried first (regspec-found)
    #[arg(long, value_name = "DIR")]
    found: Option<PathBuf>,
    /// The name of the run, shared by shards
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// Judge by the documents as of this day
    #[arg(long, value_name = "DATE")]
    edition: Option<String>,
    /// Certificates, in PEM, to trust beside the system's
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Write a transcript of each case into this folder
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Reports to write: json=PATH, junit=PATH
    #[arg(long, value_name = "KIND=PATH", value_delimiter = ',')]
    pub(super) report: Vec<String>,
}

impl From<Run> for Inputs {
    fn from(args: Run) -> Self {
        let flag = |set: bool| set.then_some(true);
        Self {
            target: args.target.map(|url| TargetTable { url: Some(url), ..TargetTable::default() }),
            contract: args.plan.contract,
            suite: args.plan.suite,
            only: args.plan.only,
            index: args.index,
            api: args.api,
            index_dir: args.index_dir,
            crates: args.crates,
            without: args.without,
            token: args.token,
            other_token: args.other_token,
            login: args.login,
            other_login: args.other_login,
            third_login: args.third_login,
            cookie: args.cookie,
            credentials: args.credentials,
            header: args.header,
            write: flag(args.write),
            yes: flag(args.yes),
            hostile: flag(args.hostile),
            strict: flag(args.strict),
            require: args.require,
            baseline: args.baseline,
            allow_origin: args.allow_origin,
            max_new_crates: args.max_new_crates,
            max_denied: args.max_denied,
            jobs: args.jobs,
            rate: args.rate,
            timeout: args.timeout,
            settle: args.settle,
            seed: args.seed,
            cases: args.cases,
            found: args.found,
            run_id: args.run_id,
            edition: args.edition,
            cacert: args.cacert,
            record: args.record,
            report: args.report,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Coverage {
    /// An operation, all of whose cells are shown
    pub(super) operation: Option<String>,
    #[command(flatten)]
    pub(super) plan: Plan,
    /// Show every cell with its cases rather than how many there are
    #[arg(long)]
    pub(super) full: bool,
    /// Write JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Reports to write: json=PATH
    #[arg(long, value_name = "KIND=PATH", value_delimiter = ',')]
    pub(super) report: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) plan: Plan,
    /// Tell what the cases cost a target that keeps everything
    #[arg(long)]
    pub(super) cost: bool,
    /// Values that a case of the suite `property` draws, for --cost (8)
    #[arg(long, value_name = "N")]
    pub(super) cases: Option<usize>,
    /// Write JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A bundled contract, or an OpenAPI file
    #[arg(long, value_name = "NAME|FILE", default_value = "cargo")]
    pub(super) contract: String,
    /// The id or name, such as yank/download-kept, yank::download-kept, refused or {crate}
    pub(super) id: String,
}

#[derive(Debug, Args)]
pub(super) struct Judge {
    /// A bundled contract, or an OpenAPI file
    #[arg(long, value_name = "NAME|FILE", default_value = "cargo")]
    pub(super) contract: String,
    /// The folder that `regspec run --record` wrote, or an HTTP archive (.har)
    pub(super) path: PathBuf,
    /// A file of declared cases to add
    #[arg(long, value_name = "FILE")]
    pub(super) suite: Vec<PathBuf>,
    /// Fail on warnings, too
    #[arg(long)]
    pub(super) strict: bool,
    /// Reports to write: json=PATH, junit=PATH
    #[arg(long, value_name = "KIND=PATH", value_delimiter = ',')]
    pub(super) report: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Mutants {
    /// Only mutants whose name contains this
    #[arg(long, value_name = "FILTER")]
    pub(super) only: Vec<String>,
    /// A file of declared cases to add
    #[arg(long, value_name = "FILE")]
    pub(super) suite: Vec<PathBuf>,
    /// Run every case against each, not only those of the requirements that it breaks
    #[arg(long)]
    pub(super) all: bool,
    /// The kill matrix to write: json=PATH, markdown=PATH
    #[arg(long, value_name = "FORM=PATH")]
    pub(super) report: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: String,
    /// The contract whose policy it has
    #[arg(long, value_name = "NAME", default_value = "cargo")]
    pub(super) contract: String,
    /// The token of the main account, alice
    #[arg(long, env = "REGSPEC_TOKEN", hide_env_values = true)]
    pub(super) token: Option<Secret>,
    /// The token of a second account, bob
    #[arg(long, value_name = "TOKEN", env = "REGSPEC_OTHER_TOKEN", hide_env_values = true)]
    pub(super) other_token: Option<Secret>,
    /// What tokens, cookies and the rest are drawn from, under the policy of crates.io
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Write what a run has to hold into this file, for `run --credentials`
    #[arg(long, value_name = "FILE")]
    pub(super) credentials: Option<PathBuf>,
    /// Ask for a token on every request
    #[arg(long)]
    pub(super) private: bool,
    /// The template of download URLs; {origin} stands for the server's own
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) dl: Option<String>,
    /// The base that config.json names, where a reverse proxy stands in front
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Break exactly one rule
    #[arg(long, value_name = "ID")]
    pub(super) mutant: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Specs {
    #[command(subcommand)]
    pub(super) command: SpecsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum SpecsCommand {
    /// Tell the defects of a document
    Lint {
        /// An OpenAPI 3.0 or 3.1 document in JSON or YAML, or a bundled contract
        #[arg(value_name = "FILE|CONTRACT")]
        document: String,
        /// Fail on warnings, too
        #[arg(long)]
        strict: bool,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare two versions of a document, and sort the differences into breaking, additive and harmless ones
    Drift {
        /// The earlier version
        #[arg(value_name = "FILE|CONTRACT")]
        old: String,
        /// The later version
        #[arg(value_name = "FILE|CONTRACT")]
        new: String,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell where the bundled documents disagree on operations that several of them describe
    Compare {
        /// Only operations whose method and path contain this
        #[arg(long, value_name = "FILTER")]
        only: Option<String>,
        /// A report of `regspec run --report json=…`: which of the documents its target follows
        #[arg(long, value_name = "REPORT")]
        run: Option<PathBuf>,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a document in the form of the bundled ones: its facts without its prose
    Import {
        /// An OpenAPI 3.0 or 3.1 document in JSON or YAML
        file: PathBuf,
    },
}
