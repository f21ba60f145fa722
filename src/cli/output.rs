use std::{
    fs::OpenOptions,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Failure;
use crate::{
    report::{Report, junit},
    spec::{Contracts, LoadError},
    verdict::{Record, Verdict},
};

/// Writes a line to standard output. A reader that has gone is no error of ours.
pub(super) fn line(text: &str) {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}").ok();
}

/// Writes an error in the form that all have.
pub(super) fn error(text: &str) {
    let mut err = anstream::stderr().lock();
    writeln!(err, "\u{1b}[1;31merror\u{1b}[0m: {text}").ok();
}

/// Writes something worth knowing beside the result.
pub(super) fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    writeln!(err, "\u{1b}[1;36mnote\u{1b}[0m: {text}").ok();
}

/// The text of a report, in colours where the terminal shows them.
pub(super) fn coloured(text: &str) -> String {
    let paint = |line: &str| {
        for (start, code) in [
            ("violates MUST", "1;31"),
            ("violates SHOULD", "1;33"),
            ("violates:", "1;31"),
            ("conforms:", "1;32"),
            ("inconclusive:", "1;33"),
            ("look first at", "1"),
            ("not tested", "1"),
            ("could not be tested", "1"),
            ("area ", "1"),
        ] {
            if let Some(rest) = line.strip_prefix(start) {
                return format!("\u{1b}[{code}m{start}\u{1b}[0m{rest}");
            }
        }
        line.to_owned()
    };
    text.lines().map(paint).collect::<Vec<_>>().join("\n")
}

/// Shows how far a run is, on a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    bad: Mutex<usize>,
}

impl Progress {
    pub(super) fn new(cases: usize) -> Self {
        Self::showing(Some(cases as u64), "{bar:32} {pos}/{len} {elapsed} {wide_msg}")
    }

    /// Before there are cases to count: a target may take as long to show a sample as a change of any case.
    pub(super) fn waiting(what: &str) -> Self {
        let progress = Self::showing(None, "{spinner} {elapsed} {wide_msg}");
        progress.bar.set_message(what.to_owned());
        progress
    }

    fn showing(cases: Option<u64>, template: &str) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(cases, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        // The clock goes on where no case ends for a minute.
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, bad: Mutex::new(0) }
    }

    pub(super) fn seen(&self, record: &Record) {
        let mut bad = self.bad.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *bad += usize::from(matches!(record.verdict, Verdict::Violates | Verdict::Blocked | Verdict::Inconclusive));
        let found = if *bad > 0 { format!("({} not conforming) ", *bad) } else { String::new() };
        self.bar.set_message(format!("{found}{}", record.id));
        self.bar.inc(1);
    }

    /// What is done once all are counted.
    pub(super) fn now(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// One more of whatever is counted, by its name.
    pub(super) fn step(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
    }

    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// A report to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReportTo {
    Json(PathBuf),
    Junit(PathBuf),
}

impl ReportTo {
    fn path(&self) -> &Path {
        match self {
            Self::Json(path) | Self::Junit(path) => path,
        }
    }

    /// Writes the text of the report.
    pub(super) fn write(&self, text: &str) -> Result<(), LoadError> {
        std::fs::write(self.path(), text).map_err(|error| unwritable(self.path(), &error))
    }
}

/// Reads `json=PATH` and `junit=PATH`, and sees that each can be written: later, a whole run would be lost.
pub(super) fn reports(given: &[String]) -> Result<Vec<ReportTo>, LoadError> {
    let read =
        |text: &String| match text.split_once('=') {
            Some(("json", path)) if !path.is_empty() => Ok(ReportTo::Json(path.into())),
            Some(("junit", path)) if !path.is_empty() => Ok(ReportTo::Junit(path.into())),
            _ => Err(LoadError::new("--report", format!("`{text}` is no report"))
                .hint("a report is json=PATH or junit=PATH")),
        };
    let reports: Vec<ReportTo> = given.iter().map(read).collect::<Result<_, _>>()?;
    for path in reports.iter().map(ReportTo::path) {
        OpenOptions::new().append(true).create(true).open(path).map_err(|error| unwritable(path, &error))?;
    }
    Ok(reports)
}

/// Writes the reports, all that can be written.
pub(super) fn write(reports: &[ReportTo], contracts: &Contracts, report: &Report, strict: bool) -> Result<(), Failure> {
    let mut done = Ok(());
    for to in reports {
        let text = match to {
            ReportTo::Json(_) => report.to_json(),
            ReportTo::Junit(_) => junit(contracts, report, strict),
        };
        if let Err(error) = to.write(&text) {
            done = Err(error.into());
        }
    }
    done
}

fn unwritable(path: &Path, error: &std::io::Error) -> LoadError {
    let name = path.display().to_string();
    let load = LoadError::new(name, format!("the report cannot be written: {error}"));
    match path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        Some(parent) => load.hint(format!("make the folder {} first", parent.display())),
        None => load,
    }
}
