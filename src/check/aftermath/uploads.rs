//! A refused upload leaves nothing behind.

use super::super::{Evidence, Judged, Unjudged, index, show, uploads};
use crate::exchange::{Shown, Uploaded, accepts};

const LEAVES_NOTHING: &str = "pub/failed-leaves-nothing";

fn made_by<'a>(seen: &Evidence<'a>) -> Option<&'a Uploaded> {
    seen.transcript.uploads.iter().find(|upload| upload.exchange == seen.at)
}

fn same_version(one: &Uploaded, other: &Uploaded) -> bool {
    one.version == other.version && one.name == other.name
}

/// A sound upload of what was refused is accepted afterwards.
pub(super) fn still_possible(refused: &Evidence<'_>, look: &Evidence<'_>) -> Judged {
    let reply = look.reply()?;
    if accepts(reply) {
        return Ok(Vec::new());
    }
    let blocked = made_by(refused).zip(made_by(look)).is_some_and(|(one, other)| same_version(one, other));
    // Throttling says nothing of what the refused upload left.
    if !blocked || matches!(reply.status, 429 | 503) {
        return Err(Unjudged(format!("the upload that shows what changed got {}", show::reply(reply))));
    }
    let expected = "the sound upload of the same version accepted after the refused one";
    Ok(vec![look.fault(expected, show::reply(reply)).of(LEAVES_NOTHING)])
}

/// The index lists what was accepted, and no more.
pub(super) fn listed(refused: &Evidence<'_>, look: &Evidence<'_>) -> Judged {
    let Some(upload) = made_by(refused).filter(|upload| uploads::is_about(look.exchange(), upload)) else {
        return Ok(Vec::new());
    };
    let listed = index::listed(look)?;
    if !listed.known {
        return Err(Unjudged(format!("the index file that shows what changed got {}", listed.told())));
    }
    let accepted: Vec<_> =
        uploads::accepted_before(look, look.at).filter(|other| uploads::is_about(look.exchange(), other)).collect();
    // What got no reply may have been stored.
    let possible = |version: &str| {
        let exchanges = &look.transcript.exchanges;
        let mut others = look.transcript.uploads.iter().filter(|other| other.exchange != refused.at);
        others.any(|other| other.version == version && exchanges[other.exchange].reply.is_err())
    };
    let before = uploads::accepted_before(refused, refused.at).any(|other| same_version(other, upload));
    let mut faults = Vec::new();
    for (version, line) in &listed.lines {
        let cksum = line.get("cksum").and_then(serde_json::Value::as_str).unwrap_or_default();
        let mut twins = accepted.iter().filter(|other| other.version == *version).peekable();
        if twins.peek().is_none() {
            // The sample and the work of others are not in the list of uploads.
            if *version == upload.version && !possible(version) {
                let expected = format!("no line of {version}, whose upload was refused");
                faults.push(look.fault(expected, listed.told()).of(LEAVES_NOTHING));
            }
        } else if *version == upload.version && cksum == upload.sha256 && twins.all(|other| other.sha256 != cksum) {
            let fault = look.fault(
                format!("the line of {version} with the checksum of the accepted upload"),
                format!("cksum {cksum}, that of the refused one"),
            );
            faults.push(if before { fault } else { fault.of(LEAVES_NOTHING) });
        }
    }
    let shown = !matches!(look.exchange().shown, None | Some(Shown::NotInTime { .. }));
    let earlier = accepted.iter().filter(|other| shown && other.exchange < refused.at);
    let gone = earlier.filter(|other| listed.line(&other.version).is_none());
    faults.extend(gone.map(|other| look.fault(format!("{} listed as before", other.version), listed.told())));
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::*;
    use crate::exchange::{Role, Shown};

    fn refused() -> Scene {
        Scene::new().publish("foo", "1.0.0", 400).role(Role::When)
    }

    fn judge(case: &Scene, at: usize) -> Result<Vec<String>, super::Unjudged> {
        let judged = super::super::super::judge(&check("refused = {}"), &case.at(at));
        judged.map(|faults| faults.into_iter().map(|f| format!("{}|{}", f.expected, f.actual)).collect())
    }

    #[test]
    fn the_same_version_can_be_published_afterwards() {
        let with = |status| refused().publish("foo", "1.0.0", status).role(Role::Aftermath);
        assert_eq!(judge(&with(200), 0), Ok(vec![]));
        let found = judge(&with(409), 0).unwrap();
        assert_eq!(found, ["the sound upload of the same version accepted after the refused one|status 409"]);
        assert_eq!(judge(&with(500), 0).unwrap().len(), 1);
        assert!(judge(&with(429), 0).is_err());
        assert!(judge(&refused().publish("foo", "99.0.0", 400).role(Role::Aftermath), 0).is_err());
    }

    #[test]
    fn the_index_lists_only_what_was_accepted() {
        let with = |lines: String| {
            let case = refused().publish("foo", "99.0.0", 200).role(Role::Aftermath);
            case.index(lines).role(Role::Aftermath)
        };
        let later = line("99.0.0", json!({}));
        assert_eq!(judge(&with(later.clone()), 0), Ok(vec![]));
        let found = judge(&with(line("1.0.0", json!({})) + &later), 0).unwrap();
        assert_eq!(found, ["no line of 1.0.0, whose upload was refused|versions: 1.0.0, 99.0.0"]);
    }

    #[test]
    fn a_duplicate_changes_neither_line_nor_list() {
        let with = |lines: String| {
            let case = Scene::new().publish("foo", "1.0.0", 200);
            let case = case.publish_with("foo", "1.0.0", 409, json!({"description": "other"})).role(Role::When);
            let case = case.publish("foo", "99.0.0", 200).role(Role::Aftermath).index(lines).role(Role::Aftermath);
            case.shown(Shown::InTime { after_s: 0.1 })
        };
        let later = line("99.0.0", json!({}));
        assert_eq!(judge(&with(line("1.0.0", json!({})) + &later), 1), Ok(vec![]));
        let other = with(String::new()).transcript.uploads[1].sha256.clone();
        let found = judge(&with(line("1.0.0", json!({ "cksum": other })) + &later), 1).unwrap();
        assert!(found[0].starts_with("the line of 1.0.0 with the checksum of the accepted upload|"), "{found:?}");
        assert_eq!(judge(&with(later), 1).unwrap(), ["1.0.0 listed as before|versions: 99.0.0"]);
    }

    #[test]
    fn a_dropped_connection_that_stored_the_upload_refused_nothing() {
        let mut case = refused();
        let failure = crate::exchange::FailureKind::Closed;
        case.last().reply = Err(crate::exchange::Failure { kind: failure, message: "closed".to_owned() });
        assert_eq!(judge(&case, 0), Ok(vec![]));
        let case = case.index(line("1.0.0", json!({}))).role(Role::Aftermath);
        assert_eq!(judge(&case, 0).unwrap().len(), 1);
    }
}
