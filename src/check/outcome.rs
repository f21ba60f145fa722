//! `accepted`, `refused`, `outcome`.

use super::{Evidence, Fault, Faults, Judged, Unjudged, aftermath, show};
use crate::{
    exchange::{FailureKind, accepts, refuses},
    suite::{Check, Expect, Outcome},
};

pub(super) fn accepted(seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if accepts(reply) {
        return Ok(Vec::new());
    }
    Ok(vec![seen.fault("accepted: status 2xx without errors", show::reply(reply))])
}

/// The reply refuses, and nothing changed. Which status says so is the business of other checks.
///
/// A connection that the target ended may have been a refusal: what changed all the same shows that it was none. That
/// the reply is missing has a requirement of its own. After any other failure nobody knows what became of the request.
pub(super) fn refused(seen: &Evidence<'_>) -> Judged {
    let reply = match &seen.exchange().reply {
        Ok(reply) => reply,
        Err(failure) => {
            return match aftermath::faults(seen)? {
                faults if !faults.is_empty() => Ok(faults),
                _ if failure.kind == FailureKind::Closed => Ok(hung_up(seen).into_iter().collect()),
                _ => Err(Unjudged(show::outcome(seen.exchange()))),
            };
        }
    };
    if refuses(reply) {
        return aftermath::faults(seen);
    }
    Ok(vec![seen.fault("refused: status 400 or above, or errors in the body", show::reply(reply))])
}

/// A refusal is said, not shown by hanging up. Where the case asks for a reply anyway, that expectation tells it.
fn hung_up(seen: &Evidence<'_>) -> Option<Fault> {
    let asked =
        seen.case.decl.then.iter().any(|expect| matches!(expect.check, Check::Answered(_)) && expect.at.is_none());
    (!asked).then(|| seen.fault("a reply that refuses", show::outcome(seen.exchange())).of("api/connection-kept"))
}

/// The checks of the side that came about. A refusal that changes something is none on either side.
pub(super) fn outcome(both: &Outcome, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if accepts(reply) {
        return all(&both.accepted, seen, Ok(Vec::new()));
    }
    if refuses(reply) {
        return all(&both.refused, seen, aftermath::faults(seen));
    }
    Ok(vec![seen.fault("accepted with 2xx, or refused with 400 or above", show::reply(reply))])
}

fn all(expects: &[Expect], seen: &Evidence<'_>, first: Judged) -> Judged {
    let judged = expects.iter().map(|expect| {
        let seen = expect.at.as_deref().map_or(Ok(*seen), |mark| seen.at_mark(mark))?;
        let faults = super::judge(&expect.check, &seen)?.into_iter();
        Ok(faults
            .map(|fault| match (&fault.requirement, &expect.requirement) {
                (None, Some(requirement)) => fault.of(requirement.clone()),
                _ => fault,
            })
            .collect())
    });
    settle(std::iter::once(first).chain(judged))
}

/// All faults; if there is none, the first reason why something could not be looked at.
pub(super) fn settle(judged: impl IntoIterator<Item = Judged>) -> Judged {
    let (mut faults, mut unjudged) = (Faults::new(), None);
    for judged in judged {
        match judged {
            Ok(more) => faults.extend(more),
            Err(reason) => unjudged = unjudged.or(Some(reason)),
        }
    }
    faults.dedup();
    match unjudged {
        Some(reason) if faults.is_empty() => Err(reason),
        _ => Ok(faults),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;
    use crate::exchange::FailureKind;

    #[test]
    fn errors_refuse_whatever_the_status() {
        let errors = json!({"errors": [{"detail": "no"}]});
        let refusal = Scene::new().get("/", json_reply(200, errors));
        assert_eq!(refusal.judge("refused = {}"), Ok(vec![]));
        assert_eq!(only(refusal.judge("accepted = {}")).actual, "status 200: no");
        let success = Scene::new().get("/", json_reply(200, json!({"errors": []})));
        assert_eq!(success.judge("accepted = {}"), Ok(vec![]));
        assert_eq!(only(success.judge("refused = {}")).actual, "status 200");
        assert_eq!(only(Scene::new().get("/", reply(302)).judge("refused = {}")).actual, "status 302");
    }

    #[test]
    fn a_dropped_connection_is_no_refusal_and_breaks_none() {
        let mut dropped = Scene::new().dropped(FailureKind::Closed);
        for check in ["accepted = {}", "outcome = {}"] {
            assert!(dropped.judge(check).is_err(), "{check}");
        }
        // The scene's own case asks for a reply, and tells so itself.
        assert_eq!(dropped.judge("refused = {}"), Ok(vec![]));
        dropped.case.decl = decl("[{ refused = {} }]");
        let fault = only(dropped.judge("refused = {}"));
        assert_eq!(fault.requirement, Some("api/connection-kept".into()));
        assert_eq!(fault.actual, "no reply: connection closed");
        for kind in [FailureKind::Timeout, FailureKind::Connect, FailureKind::Malformed, FailureKind::Withheld] {
            assert!(Scene::new().dropped(kind).judge("refused = {}").is_err(), "{kind:?}");
        }
    }

    #[test]
    fn only_the_side_that_came_about_is_judged() {
        let check = "outcome = { accepted = [{ status = [200] }], refused = [{ status = [404], for = \"x/y\" }] }";
        assert_eq!(Scene::new().get("/", reply(200)).judge(check), Ok(vec![]));
        assert_eq!(only(Scene::new().get("/", reply(201)).judge(check)).requirement, None);
        assert_eq!(Scene::new().get("/", reply(404)).judge(check), Ok(vec![]));
        assert_eq!(only(Scene::new().get("/", reply(403)).judge(check)).requirement, Some("x/y".into()));
        assert_eq!(only(Scene::new().get("/", reply(302)).judge(check)).actual, "status 302");
    }

    #[test]
    fn a_mark_within_is_looked_up() {
        let check = "outcome = { accepted = [{ status = [404], at = \"look\" }] }";
        let case = |status| Scene::new().get("/look", reply(status)).mark("look").get("/", reply(200));
        assert_eq!(case(404).judge(check), Ok(vec![]));
        assert_eq!(only(case(200).judge(check)).exchange, 0);
        assert!(Scene::new().get("/", reply(200)).judge(check).is_err());
    }
}
