//! `status`, `not-status`, `answered`.

use super::{Evidence, Judged, Unjudged, show};
use crate::{exchange::FailureKind, suite::Status};

pub(super) fn status(wanted: &[Status], seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if wanted.iter().any(|status| status.covers(reply.status)) {
        return Ok(Vec::new());
    }
    Ok(vec![seen.fault(show::statuses(wanted), show::reply(reply))])
}

pub(super) fn not_status(unwanted: &[Status], seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if !unwanted.iter().any(|status| status.covers(reply.status)) {
        return Ok(Vec::new());
    }
    Ok(vec![seen.fault(format!("anything but {}", show::statuses(unwanted)), show::reply(reply))])
}

/// A reply came. That no connection came about, or that we did not send, says nothing of how a request is answered; nor
/// does a time-out, for who waits longer may still get one.
pub(super) fn answered(seen: &Evidence<'_>) -> Judged {
    match &seen.exchange().reply {
        Ok(_) => Ok(Vec::new()),
        Err(failure) if matches!(failure.kind, FailureKind::Connect | FailureKind::Withheld) => {
            Err(Unjudged(format!("nothing was sent: {failure}")))
        }
        Err(failure) if failure.kind == FailureKind::Timeout => Err(Unjudged(show::outcome(seen.exchange()))),
        Err(_) => Ok(vec![seen.fault("a reply", show::outcome(seen.exchange()))]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::exchange::FailureKind;

    #[test]
    fn a_status_is_one_of_those_wanted() {
        let case = Scene::new().get("/", reply(404).header("server", "nginx"));
        assert_eq!(case.judge("status = [200, \"4xx\"]"), Ok(vec![]));
        let fault = only(case.judge("status = [200, 304]"));
        assert_eq!((&*fault.expected, &*fault.actual), ("status 200 or 304", "status 404 (server: nginx)"));
        assert_eq!(case.judge("not-status = [\"5xx\"]"), Ok(vec![]));
        assert_eq!(only(case.judge("not-status = [\"4xx\"]")).expected, "anything but status 4xx");
    }

    #[test]
    fn no_reply_is_judged_by_answered_alone() {
        let closed = Scene::new().dropped(FailureKind::Closed);
        assert_eq!(only(closed.judge("answered = {}")).actual, "no reply: connection closed");
        assert!(closed.judge("status = [200]").is_err());
        assert!(closed.judge("not-status = [500]").is_err());
        for kind in [FailureKind::Connect, FailureKind::Timeout] {
            assert!(Scene::new().dropped(kind).judge("answered = {}").is_err(), "{kind:?}");
        }
        assert_eq!(Scene::new().get("/", reply(500)).judge("answered = {}"), Ok(vec![]));
    }
}
