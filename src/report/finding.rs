use std::fmt::Write;

use crate::{
    spec::Spec,
    verdict::{Finding, Record},
};

/// A finding in the form that it has everywhere.
pub fn finding(spec: &Spec, record: &Record, finding: &Finding) -> String {
    let row = spec.catalogue.get(finding.requirement.as_str());
    let text = row.map_or("", |row| row.text.as_str()).trim_end_matches('.');
    let mut out = format!("violates {} {}: {}\n", finding.level, finding.requirement, uncapitalised(text));
    let _ = write!(out, "  --> {}", record.declared);
    if let Some(row) = row {
        let _ = write!(out, "    source: {}", row.source);
    }
    let _ = write!(out, "\n  expected: {}\n  actual:   {}\n", finding.expected, finding.actual);
    let _ = writeln!(out, "  at exchange {} of {} of {}: {}", finding.exchange, finding.of, record.id, finding.request);
    if let Some(breaks) = row.and_then(|row| row.breaks.as_ref()) {
        let _ = writeln!(out, "  breaks:   {breaks}");
    }
    if finding.data {
        out.push_str("  note:     the run did not publish this crate; its content is judged at most as a warning\n");
    }
    let _ = writeln!(out, "  {}", finding.curl);
    out
}

/// The sentence as it continues behind a colon. A word in capitals, such as DELETE, stays as it is.
fn uncapitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().collect::<String>() + chars.as_str()
        }
        (Some('A'), Some(' ')) => format!("a{}", chars.as_str()),
        _ => sentence.to_owned(),
    }
}
