use std::collections::{BTreeSet, HashMap};

use crate::{
    spec::{Foundation, Level, RequirementId, Spec},
    verdict::{Finding, Record, Verdict},
};

/// Blocks what only echoes the violation of another requirement.
///
/// A finding is an echo where three things come together: its requirement stands on another (specs/…/foundations.toml), a finding that is
/// no echo itself says that the other is broken, and its own exchange suffers from the same. Nothing is lost: the record keeps it as a note,
/// and names the requirement to mend first.
pub(super) fn settle(spec: &Spec, records: &mut [Record]) {
    let foundations = &spec.catalogue.foundations;
    let roots = {
        let findings = || records.iter().flat_map(|record| &record.findings);
        let broken = Broken::of(findings());
        Broken::of(findings().filter(|finding| broken.root(foundations, finding).is_none()))
    };
    for record in records.iter_mut().filter(|record| record.verdict == Verdict::Violates) {
        let mut roots_heard = Vec::new();
        for finding in std::mem::take(&mut record.findings) {
            match roots.root(foundations, &finding) {
                None => record.findings.push(finding),
                Some(root) => {
                    let Finding { requirement, expected, actual, .. } = finding;
                    record.notes.push(format!("echo of {root}: {requirement}: expected {expected}, actual {actual}"));
                    roots_heard.push(root);
                }
            }
        }
        match (record.findings.iter().map(|finding| finding.level).max(), roots_heard.first()) {
            (Some(level), _) => record.level = level,
            (None, Some(root)) => {
                let stated = record.requirements.first().and_then(|id| spec.catalogue.get(id.as_str()));
                record.verdict = Verdict::Blocked;
                record.level = stated.map_or(Level::Must, |row| row.level);
                record.reason = Some(format!("what it looks at is wrong in another way already (builds on {root})"));
                record.blocked_by = Some((*root).clone());
            }
            (None, None) => {}
        }
    }
}

/// The requirements that findings say are broken, each with all that these findings suffer from.
struct Broken(HashMap<RequirementId, BTreeSet<String>>);

impl Broken {
    fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut broken: HashMap<_, BTreeSet<String>> = HashMap::new();
        for finding in findings {
            broken.entry(finding.requirement.clone()).or_default().extend(finding.symptoms.iter().cloned());
        }
        Self(broken)
    }

    /// The foundation that a finding echoes, the most basic one first.
    fn root<'s>(&self, foundations: &'s [Foundation], finding: &Finding) -> Option<&'s RequirementId> {
        // Who shows a violation by its own signs can echo only what is more basic still.
        let own = foundations.iter().position(|foundation| foundation.id == finding.requirement);
        let own = own.filter(|own| finding.symptoms.iter().any(|symptom| foundations[*own].shows_by(symptom)));
        let heard = |foundation: &&Foundation| {
            let suffered = self.0.get(&foundation.id).filter(|_| foundation.carries(&finding.requirement));
            suffered.is_some_and(|suffered| {
                finding.symptoms.intersection(suffered).any(|symptom| foundation.shows_by(symptom))
            })
        };
        foundations[..own.unwrap_or(foundations.len())].iter().find(heard).map(|foundation| &foundation.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foundation(id: &str, under: &[&str], by: &[&str]) -> Foundation {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Foundation { id: id.into(), under: texts(under), but: Vec::new(), by: texts(by) }
    }

    fn record(findings: &[(&str, &[&str])]) -> Record {
        let finding = |(id, symptoms): &(&str, &[&str])| Finding {
            requirement: (*id).into(),
            level: Level::Must,
            expected: "sound".to_owned(),
            actual: "unsound".to_owned(),
            exchange: 1,
            of: 1,
            request: String::new(),
            curl: String::new(),
            check: String::new(),
            data: false,
            symptoms: symptoms.iter().map(ToString::to_string).collect(),
        };
        Record {
            requirements: vec![findings[0].0.into()],
            findings: findings.iter().map(finding).collect(),
            ..Record::bare(&format!("suite::{}", findings[0].0), Verdict::Violates)
        }
    }

    /// Which requirement blocks each record; nothing where it violates.
    fn settled(mut records: Vec<Record>) -> Vec<Option<String>> {
        let mut spec = Spec::default();
        spec.catalogue.foundations = vec![
            foundation("dl/status", &["*"], &["download: status *"]),
            foundation("dl/bytes", &["*"], &["download: other bytes"]),
            foundation("line/cksum", &["dl/*"], &[]),
        ];
        settle(&spec, &mut records);
        for record in &records {
            assert_eq!(record.findings.is_empty(), record.verdict == Verdict::Blocked);
            assert_eq!(record.findings.is_empty(), !record.notes.is_empty());
        }
        records.into_iter().map(|record| record.blocked_by.map(|id| id.to_string())).collect()
    }

    const GONE: &[&str] = &["download: status 404"];

    #[test]
    fn an_echo_shares_the_symptom_of_what_it_stands_on() {
        let both = |symptoms| settled(vec![record(&[("dl/status", GONE)]), record(&[("yank/kept", symptoms)])]);
        assert_eq!(both(GONE), [None, Some("dl/status".to_owned())]);
        assert_eq!(both(&["download: status 500"]), [None, None]);
        assert_eq!(both(&[]), [None, None]);
    }

    #[test]
    fn nothing_is_excused_by_what_conforms() {
        assert_eq!(settled(vec![record(&[("yank/kept", GONE)])]), [None]);
    }

    #[test]
    fn one_that_is_an_echo_itself_excuses_nothing() {
        let bytes: &[&str] = &["download: status 404", "download: other bytes"];
        let records = vec![record(&[("dl/status", GONE)]), record(&[("dl/bytes", bytes)]), record(&[("x/y", bytes)])];
        let root = || Some("dl/status".to_owned());
        assert_eq!(settled(records), [None, root(), root()]);
    }

    #[test]
    fn a_line_excuses_by_its_own_fault_only() {
        let own: &[&str] = &["line/cksum"];
        let other: &[&str] = &["line/pubtime"];
        let both = |symptoms| settled(vec![record(&[("line/cksum", symptoms)]), record(&[("dl/bytes", symptoms)])]);
        assert_eq!(both(own), [None, Some("line/cksum".to_owned())]);
        assert_eq!(both(other), [None, None]);
    }

    #[test]
    fn what_is_no_echo_stays_beside_one() {
        let mut records = vec![record(&[("dl/status", GONE)]), record(&[("x/y", GONE), ("x/z", &[])])];
        let mut spec = Spec::default();
        spec.catalogue.foundations = vec![foundation("dl/status", &["*"], &["download: status *"])];
        settle(&spec, &mut records);
        let left: Vec<_> = records[1].findings.iter().map(|finding| finding.requirement.as_str()).collect();
        assert_eq!((left, records[1].verdict), (vec!["x/z"], Verdict::Violates));
        assert_eq!(records[1].notes, ["echo of dl/status: x/y: expected sound, actual unsound"]);
    }
}
