use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::{Report, finding::finding};
use crate::{
    spec::{Contracts, Level, Spec},
    verdict::{Record, Verdict},
};

/// The report as JUnit XML, with failures, errors, skips and properties in the elements that GitHub, GitLab and Jenkins read.
pub fn junit(contracts: &Contracts, report: &Report, strict: bool) -> String {
    let mut junit = Junit::new("regspec");
    let mut suites: Vec<TestSuite> = Vec::new();
    for record in &report.cases {
        let suite = record.id.split("::").next().unwrap_or_default();
        let name = if contracts.are_several() { format!("{} {suite}", record.contract) } else { suite.to_owned() };
        if suites.last().is_none_or(|suite| suite.name.as_str() != name) {
            suites.push(TestSuite::new(name.as_str()));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(contracts, record, strict));
        }
    }
    // A file without a test case would pass for a run without a fault.
    if let Some(why) = report.unreachable.as_ref().or(report.error.as_ref()) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(why.lines().next().unwrap_or_default()).set_description(why.as_str());
        let mut suite = TestSuite::new("regspec");
        suite.add_test_case(TestCase::new("regspec::start", status));
        suites.push(suite);
    }
    junit.add_test_suites(suites);
    // A string holds every XML document.
    junit.to_string().unwrap_or_default()
}

fn case(contracts: &Contracts, record: &Record, strict: bool) -> TestCase {
    let nobody = Spec::default();
    let spec = contracts.get(&record.contract).unwrap_or(&nobody);
    let texts: Vec<String> = record.findings.iter().map(|found| finding(spec, record, found)).collect();
    let failure = |kind: NonSuccessKind, message: String, text: String| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(message).set_description(text);
        status
    };
    let fails = record.level == Level::Must || strict;
    let reason = record.reason.clone().unwrap_or_default();
    let status = match record.verdict {
        _ if record.expected => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("expected by the baseline: {reason}"));
            status
        }
        Verdict::Violates if fails => {
            let broken: Vec<_> = record.findings.iter().map(|found| found.requirement.to_string()).collect();
            failure(
                NonSuccessKind::Failure,
                format!("violates {} {}", record.level, broken.join(", ")),
                texts.join("\n"),
            )
        }
        Verdict::Blocked | Verdict::Inconclusive => {
            failure(NonSuccessKind::Error, format!("{}: {reason}", record.verdict.name()), reason.clone())
        }
        Verdict::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.clone());
            status
        }
        Verdict::Conforms | Verdict::Violates => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(record.id.clone(), status);
    case.set_classname(format!("{}.{}", record.contract, record.id.split("::").next().unwrap_or_default()));
    case.set_time(Duration::from_millis(record.duration_ms));
    case.add_property(("level", record.level.to_string().as_str()));
    case.add_property(("verdict", record.verdict.name()));
    for requirement in &record.requirements {
        case.add_property(("requirement", requirement.as_str()));
    }
    if record.verdict == Verdict::Violates && !fails {
        case.set_system_out(format!("warnings:\n{}", texts.join("\n")));
    }
    case
}
