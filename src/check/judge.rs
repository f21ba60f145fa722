use super::{Evidence, Fault, Readings, judge};
use crate::{
    exchange::{Exchange, Transcript},
    plan::Case,
    spec::{RequirementId, Spec},
    suite::Expect,
};

/// What a case came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Each fault with the requirement that it breaks.
    pub findings: Vec<(RequirementId, Fault)>,
    /// What could not be looked at, and why.
    pub unjudged: Vec<String>,
}

/// Judges every expectation of a case.
///
/// A fault speaks for the requirement that its check names, else for that of the expectation, else for the case's first.
pub fn judge_case(spec: &Spec, case: &Case, transcript: &Transcript) -> Judgement {
    let mut judgement = Judgement::default();
    let readings = Readings::of(transcript);
    let seen = Evidence { spec, case, transcript, readings: &readings, at: 0 };
    for expect in &case.decl.then {
        match look(expect, &seen) {
            Ok(faults) => {
                for fault in faults {
                    let of =
                        fault.requirement.as_ref().or(expect.requirement.as_ref()).unwrap_or(&case.decl.requirement);
                    let finding = (of.clone(), fault);
                    if !judgement.findings.contains(&finding) {
                        judgement.findings.push(finding);
                    }
                }
            }
            Err(why) => {
                let told = format!("{}: {why}", expect.check.name());
                if !judgement.unjudged.contains(&told) {
                    judgement.unjudged.push(told);
                }
            }
        }
    }
    told_by_the_status(&mut judgement.findings, transcript);
    judgement
}

/// What is no success has one fault and not two: that of the status tells what its body lacks.
fn told_by_the_status(findings: &mut Vec<(RequirementId, Fault)>, transcript: &Transcript) {
    let of_status = |fault: &Fault| matches!(fault.check, "status" | "accepted");
    let told: Vec<_> = findings.iter().filter(|(_, fault)| of_status(fault)).cloned().collect();
    let refused = |fault: &Fault| {
        let reply = transcript.exchanges.get(fault.exchange).and_then(Exchange::response);
        reply.is_some_and(|reply| reply.status >= 400)
    };
    findings.retain(|(of, fault)| {
        let shape = matches!(fault.check, "schema" | "json") && refused(fault);
        let same = |(known, first): &(RequirementId, Fault)| {
            first.exchange == fault.exchange && (shape || (known == of && first.actual == fault.actual))
        };
        of_status(fault) || !told.iter().any(same)
    });
}

fn look(expect: &Expect, seen: &Evidence<'_>) -> super::Judged {
    let transcript = seen.transcript;
    let at = match &expect.at {
        Some(mark) => transcript.marked(mark).ok_or_else(|| format!("no exchange is marked `{mark}`")),
        None => transcript.when().ok_or_else(|| "what is judged was not sent".to_owned()),
    };
    judge(&expect.check, &Evidence { at: at.map_err(super::Unjudged)?, ..*seen })
}

#[cfg(test)]
mod tests {
    use super::{super::testing::*, *};
    use crate::exchange::Role;

    fn judged(scene: Scene, then: &str) -> Judgement {
        let case = Case { decl: decl(then), ..scene.case };
        judge_case(&SPEC, &case, &scene.transcript)
    }

    #[test]
    fn each_finding_has_a_requirement() {
        let scene = Scene::new().get("/given", reply(500)).role(Role::Given).mark("g").get("/", reply(404));
        let then = "[{ status = [200] }, { status = [401], for = \"a/second\" }, { status = [200], at = \"g\" }]";
        let judgement = judged(scene, then);
        let told: Vec<_> = judgement.findings.iter().map(|(id, fault)| (id.as_str(), fault.exchange)).collect();
        assert_eq!(told, [("a/first", 1), ("a/second", 1), ("a/first", 0)]);
        assert!(judgement.unjudged.is_empty());
    }

    #[test]
    fn the_same_is_told_once() {
        let judgement = judged(Scene::new().get("/", reply(404)), "[{ status = [200] }, { status = [200] }]");
        assert_eq!(judgement.findings.len(), 1);
    }

    #[test]
    fn a_missing_body_is_told_by_its_status() {
        let judgement = judged(Scene::new().get("/", reply(404)), "[{ status = [200] }, { body = \"published\" }]");
        let told: Vec<_> = judgement.findings.iter().map(|(_, fault)| &*fault.expected).collect();
        assert_eq!(told, ["status 200"]);
        let then = "[{ status = [200], for = \"a/second\" }, { accepted = {} }]";
        assert_eq!(judged(Scene::new().get("/", reply(404)), then).findings.len(), 2);
    }

    #[test]
    fn an_error_of_the_wrong_status_is_not_told_to_lack_the_shape_of_a_success() {
        let then = "[{ status = [200], for = \"a/second\" }, { schema = \"owners-list\" }]";
        let told =
            |status| judged(Scene::new().get("/", reply(status).body("Invalid character in name")), then).findings;
        let of = |findings: Vec<(RequirementId, Fault)>| findings.into_iter().map(|(of, _)| of.to_string());
        assert_eq!(of(told(400)).collect::<Vec<_>>(), ["a/second"]);
        assert!(of(told(203)).any(|of| of != "a/second"), "a success has to have its shape");
    }

    #[test]
    fn what_was_not_seen_is_told() {
        let then = "[{ status = [200], at = \"x\" }, { status = [200], at = \"x\" }, { answered = {} }]";
        let judgement = judged(Scene::new(), then);
        let told = ["status: no exchange is marked `x`", "answered: what is judged was not sent"];
        assert_eq!(judgement.unjudged, told);
    }
}
