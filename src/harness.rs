//! The suite as libtest trials: for `cargo test`, `cargo nextest run`, and an implementer's own tests.
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     regspec::harness::main()
//! }
//! ```

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;

use crate::{
    engine::{Engine, Setup, StartError},
    plan::{Case, declared, draw},
    report::finding,
    spec::{LoadError, Spec},
    suite,
    target::{Inputs, Profile, Target},
    verdict::{Record, Verdict},
};

/// Runs the cargo contract as libtest would run tests: on the embedded registry, or on what `REGSPEC_TARGET` and the
/// other variables of `regspec run` name.
pub fn main() -> ExitCode {
    let inputs = match Inputs::from_env(|name| std::env::var(name).ok()) {
        Ok(inputs) => inputs,
        Err(error) => return refuse(&error),
    };
    harness(inputs)
}

/// Runs the cargo contract on a target of an implementer's choice, from a test of their own with `harness = false`.
pub fn harness(inputs: Inputs) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A thread waits for the network most of the time.
    arguments.test_threads.get_or_insert(16);
    match trials(&arguments, inputs) {
        Ok(trials) => {
            if let (true, Some(name)) = (arguments.exact, &arguments.filter)
                && !trials.iter().any(|trial| trial.name() == name)
            {
                return refuse(&LoadError::new(name, "there is no case of that name").hint("--list prints all"));
            }
            libtest_mimic::run(&arguments, trials).exit_code()
        }
        Err(error) => refuse(&error),
    }
}

#[expect(clippy::print_stderr, reason = "this is a front: it speaks to the person who runs the tests")]
fn refuse(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}

/// What the trials of one process share. The engine starts with the first trial that runs: listing needs no target.
struct Shared {
    spec: Arc<Spec>,
    setup: Setup,
    cases: Vec<Case>,
    engine: OnceLock<Result<Engine, String>>,
    runtime: Runtime,
    strict: bool,
}

fn trials(arguments: &Arguments, inputs: Inputs) -> Result<Vec<Trial>, LoadError> {
    let spec = Arc::new(Spec::bundled("cargo")?);
    let suites = match (arguments.exact, &arguments.filter) {
        // One test in a process of its own need not read every suite.
        (true, Some(name)) => suite::bundled_one(name.split("::").next().unwrap_or_default())?.into_iter().collect(),
        _ => suite::bundled("cargo")?,
    };
    let mut cases = declared(&spec, &suites, &suite::corpora()?)?;
    let target = inputs.target()?;
    draw(&mut cases, inputs.cases, target != Target::Embedded);
    let mut options = inputs.options(&target)?;
    if let (Target::Remote(_), None, Ok(shared)) = (&target, &inputs.run_id, std::env::var("NEXTEST_RUN_ID")) {
        // Every process of one nextest run has to find the same sample.
        options.run_id = crate::target::run_id_of(fold(&shared));
    }
    let setup = Setup {
        credentials: inputs.credentials()?,
        claims: inputs.claims(),
        require: inputs.required()?,
        record: inputs.record.clone(),
        profile: None,
        found: inputs.found.clone(),
        options,
        target,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .map_err(|error| LoadError::new("runtime", error.to_string()))?;
    let mut shared =
        Shared { spec, setup, cases, engine: OnceLock::new(), runtime, strict: inputs.strict.unwrap_or(false) };
    let profile = shared.known_profile()?;
    shared.setup.profile.clone_from(&profile);
    let shared = Arc::new(shared);
    let trial = |(index, case): (usize, &Case)| {
        // Under nextest only what is ignored when listed shows as skipped.
        let ignored = profile.as_ref().is_some_and(|profile| {
            crate::plan::applies(&shared.spec, case, profile, &shared.setup.options, false).is_some()
        });
        let shared = Arc::clone(&shared);
        Trial::ignorable_test(case.id.clone(), move || shared.run(index)).with_ignored_flag(ignored)
    };
    Ok(shared.cases.iter().enumerate().map(trial).collect())
}

impl Shared {
    /// The profile of a URL: probed once a run, and read by every later process of it. Embedded, none is needed.
    fn known_profile(&self) -> Result<Option<Profile>, LoadError> {
        if self.setup.target == Target::Embedded {
            return Ok(None);
        }
        let path = profile_path(&self.setup);
        if let Some(profile) = read_profile(&path) {
            return Ok(Some(profile));
        }
        let engine = self.runtime.block_on(Engine::start(Arc::clone(&self.spec), self.setup.clone(), &[]));
        let engine = engine.map_err(|error| LoadError::new("REGSPEC_TARGET", error.to_string()))?;
        let profile = engine.profile().clone();
        if let Ok(text) = serde_json::to_string(&profile) {
            // Without the file every process asks again, which is slower and no worse.
            std::fs::create_dir_all(path.parent().unwrap_or(&path)).ok();
            std::fs::write(&path, text).ok();
        }
        Ok(Some(profile))
    }

    fn engine(&self) -> Result<&Engine, Failed> {
        let start = || {
            let started = self.runtime.block_on(Engine::start(Arc::clone(&self.spec), self.setup.clone(), &self.cases));
            started.map_err(|error: StartError| error.to_string())
        };
        self.engine.get_or_init(start).as_ref().map_err(Failed::from)
    }

    fn run(self: &Arc<Self>, index: usize) -> Result<Completion, Failed> {
        self.engine()?;
        let shared = Arc::clone(self);
        // On a thread of the runtime, for libtest's own have small stacks.
        let running = self.runtime.spawn(async move { shared.record(index).await });
        let record = self.runtime.block_on(running).map_err(|error| Failed::from(error.to_string()))?;
        self.completion(&record?)
    }

    async fn record(&self, index: usize) -> Result<Record, Failed> {
        let engine = self.engine()?;
        let case = &self.cases[index];
        let (record, _) = engine.run_case(case, 1).await;
        if matches!(record.verdict, Verdict::Violates | Verdict::Blocked | Verdict::Inconclusive) {
            let (alone, _) = engine.run_case(case, 2).await;
            if alone.verdict == Verdict::Conforms {
                return Ok(alone);
            }
        }
        Ok(record)
    }

    fn completion(&self, record: &Record) -> Result<Completion, Failed> {
        let text =
            || record.findings.iter().map(|found| finding(&self.spec, record, found)).collect::<Vec<_>>().join("\n");
        match record.verdict {
            Verdict::Conforms => Ok(Completion::Completed),
            Verdict::NotApplicable => Ok(Completion::ignored_with(record.reason.clone().unwrap_or_default())),
            Verdict::Violates if record.violates() || self.strict => Err(Failed::from(text())),
            Verdict::Violates => {
                warn(&text());
                Ok(Completion::Completed)
            }
            Verdict::Blocked | Verdict::Inconclusive => {
                Err(Failed::from(format!("{}: {}", record.verdict.name(), record.reason.clone().unwrap_or_default())))
            }
        }
    }
}

#[expect(clippy::print_stderr, reason = "a warning passes the test and has to be seen all the same")]
fn warn(text: &str) {
    eprintln!("{text}");
}

/// Where the processes of one run share the profile: named by all that it depends on.
fn profile_path(setup: &Setup) -> PathBuf {
    let key = format!("{:?} {:?} {} {}", setup.target, setup.claims, setup.options.write, setup.options.run_id);
    let folder = std::env::var_os("NEXTEST_RUN_ID").map_or_else(
        // Without a run id to share, no other process is of this run.
        || std::env::temp_dir().join(format!("regspec-{}", std::process::id())),
        |_| std::env::temp_dir().join("regspec"),
    );
    folder.join(format!("profile-{:016x}.json", fold(&key)))
}

fn read_profile(path: &PathBuf) -> Option<Profile> {
    std::env::var_os("NEXTEST_RUN_ID")?;
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// A number that stands for a text.
fn fold(text: &str) -> u64 {
    let digest = crate::package::sha256_hex(text.as_bytes());
    u64::from_str_radix(&digest[..16], 16).expect("sixteen hex digits")
}
