//! `secrets`: no reply repeats a secret that the run holds.

use super::{Evidence, Faults, Judged, encoding, show};

/// What the session puts in place of a token, in each form in which one may come back.
const MARK: &str = "‹token:";

/// Whether there was a secret in a text before it was recorded.
pub(super) fn holds_secret(text: &str) -> bool {
    text.contains(MARK)
}

/// Every reply of the case is looked at, whichever the check is about: a secret may come back later.
pub(super) fn secrets(seen: &Evidence<'_>) -> Judged {
    let mut faults = Faults::new();
    for (at, exchange) in seen.transcript.exchanges.iter().enumerate() {
        let Some(reply) = exchange.response() else { continue };
        let seen = Evidence { at, ..*seen };
        if let Some((name, value)) = reply.headers.iter().find(|(_, value)| holds_secret(value)) {
            faults.push(seen.fault("no secret in a reply", format!("header {name}: {}", show::clip(value))));
        }
        let content = encoding::decode(reply).unwrap_or_else(|_| (&reply.body[..]).into());
        let text = String::from_utf8_lossy(&content);
        if let Some(found) = text.find(MARK) {
            let start = text[..found].char_indices().rev().nth(20).map_or(0, |(start, _)| start);
            faults.push(seen.fault("no secret in a reply", format!("in the body: {}", show::clip(&text[start..]))));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn headers_and_bodies_of_all_replies_are_looked_at() {
        let sound = Scene::new()
            .get("/", reply(403).header("x", "token").body("bad token"))
            .sent("authorization", "‹token:main›");
        assert_eq!(sound.judge("secrets = \"absent\""), Ok(vec![]));
        let header = Scene::new().get("/", reply(403).header("x-echo", "‹token:main›")).get("/", reply(200));
        let fault = only(header.judge("secrets = \"absent\""));
        assert_eq!((&*fault.actual, fault.exchange), ("header x-echo: ‹token:main›", 0));
        let body = Scene::new().get("/", reply(403).body("you sent the very long ‹token:other›, no"));
        assert_eq!(
            only(body.judge("secrets = \"absent\"")).actual,
            "in the body: u sent the very long ‹token:other›, no"
        );
    }
}
