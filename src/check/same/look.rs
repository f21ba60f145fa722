//! Whether two replies look alike to somebody who must not tell what is behind them.

use super::super::{Evidence, Judged, show, uploads};
use crate::suite::PLACEHOLDERS;

/// A run of hex digits that long with a decimal one in it is a time, an id of the request or a checksum.
const SHORTEST_ID: usize = 8;

pub(super) fn look(other: &Evidence<'_>, seen: &Evidence<'_>) -> Judged {
    let (before, now) = (other.reply()?, seen.reply()?);
    if before.status != now.status {
        let expected = format!("the status of {}: {}", other.exchange().request.target(), show::reply(before));
        return Ok(vec![seen.fault(expected, show::reply(now))]);
    }
    let (was, is) = (masked(other)?, masked(seen)?);
    if was == is {
        return Ok(Vec::new());
    }
    let expected = format!("the look of {}: {}", other.exchange().request.target(), show::bytes(was.as_bytes()));
    Ok(vec![seen.fault(expected, show::bytes(is.as_bytes()))])
}

/// The body with what belongs to its request taken out: names, versions, paths, and ids that differ by themselves.
fn masked(seen: &Evidence<'_>) -> Result<String, super::super::Unjudged> {
    let mut text = String::from_utf8_lossy(seen.content()?).into_owned();
    let bound = PLACEHOLDERS.iter().filter_map(|(name, _)| seen.transcript.bindings.get(name)).map(str::to_owned);
    let mut words: Vec<String> = bound.chain([seen.exchange().request.target().to_owned()]).collect();
    words.extend(uploads::segments(seen.exchange()).into_iter().filter(|segment| segment.len() > 2));
    words.retain(|word| word.len() > 1);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        text = text.replace(&word, "…");
    }
    Ok(without_ids(&text))
}

fn without_ids(text: &str) -> String {
    let belongs = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(belongs) {
        let end = rest[start..].find(|c| !belongs(c)).map_or(rest.len(), |length| start + length);
        let run = &rest[start..end];
        let is_id = run.len() >= SHORTEST_ID && run.contains(|c: char| c.is_ascii_digit());
        out.push_str(&rest[..start]);
        out.push_str(if is_id { "…" } else { run });
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;

    fn pair(before: (u16, &str), now: (u16, &str)) -> Scene {
        let get = |case: Scene, path: &str, (status, body): (u16, &str)| case.get(path, reply(status).body(body));
        let mut case = get(get(Scene::new(), "/3/f/foo", before).mark("before"), "/ni/x-/nix-da", now);
        case.transcript.bindings.bind("absent", "nix-da");
        case
    }

    #[test]
    fn names_and_ids_are_no_difference() {
        let check = "same = { as = \"before\", what = \"look\" }";
        let alike = pair((404, "no foo here (2f0c9a1e-77)"), (404, "no nix-da here (9e1d00aa-12)"));
        assert_eq!(alike.judge(check), Ok(vec![]));
        assert_eq!(only(pair((401, ""), (404, "")).judge(check)).actual, "status 404");
        let fault = only(pair((401, "hidden foo"), (401, "missing nix-da")).judge(check));
        assert_eq!((&*fault.expected, &*fault.actual), ("the look of /3/f/foo: `hidden …`", "`missing …`"));
    }
}
