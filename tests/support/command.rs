//! The real binary, run as a user would: in an empty folder, with no variable of its own set.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// No run of these tests takes a tenth of it; longer than that, it hangs.
const BOUND: Duration = Duration::from_secs(180);

/// A command to come.
pub struct Regspec {
    folder: TempDir,
    command: Command,
}

/// What came of it.
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub folder: TempDir,
}

impl Regspec {
    pub fn new(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_regspec"));
        command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("REGSPEC_") {
                command.env_remove(name);
            }
        }
        command.env("COLUMNS", "120").env("NO_COLOR", "1");
        Self { folder, command }
    }

    /// A run against a target, with both reports.
    pub fn run(target: &str, arguments: &[&str]) -> Self {
        let mut regspec = Self::new(&["run", target, "--report", "json=report.json,junit=report.xml"]);
        regspec.command.args(arguments);
        regspec
    }

    /// Lays a file into the folder.
    pub fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    pub fn finish(self) -> Outcome {
        self.watched(|_| ())
    }

    /// Runs it, and hands its process id to a watcher every few milliseconds.
    pub fn watched(mut self, mut watch: impl FnMut(u32)) -> Outcome {
        let path = |name: &str| self.folder.path().join(name);
        let (out, err) = (path(".out"), path(".err"));
        let mut child =
            self.command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn().unwrap();
        let until = Instant::now() + BOUND;
        let status = loop {
            watch(child.id());
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > until {
                child.kill().unwrap();
                panic!("no end within {BOUND:?}; it said: {}", fs::read_to_string(&err).unwrap());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |path| String::from_utf8(fs::read(path).unwrap()).unwrap();
        let outcome = Outcome { code: status.code(), out: read(out), err: read(err), folder: self.folder };
        assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
        outcome
    }
}

impl Outcome {
    /// The report in JSON, which is always written, and beside it the one for JUnit.
    pub fn report(&self) -> Value {
        let text = |name: &str| {
            let path = self.folder.path().join(name);
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}; it said: {}", self.err))
        };
        assert!(text("report.xml").contains("</testsuites>") || text("report.xml").contains("<testsuites"));
        let report: Value = serde_json::from_str(&text("report.json")).unwrap();
        assert_eq!(report["exit_status"].as_i64(), self.code.map(i64::from), "{}", self.err);
        report
    }
}
