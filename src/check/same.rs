//! `same`: what stayed as it was in another reply of the case.

mod lines;
mod look;

use super::{Evidence, Judged, show};
use crate::suite::{Same, SameWhat};

pub(super) fn same(same: &Same, seen: &Evidence<'_>) -> Judged {
    let other = seen.at_mark(&same.r#as)?;
    let (before, now) = (other.reply()?, seen.reply()?);
    let as_in = format!("as in the reply `{}`", same.r#as);
    let differ = |what: &str, was: String, is: String| vec![seen.fault(format!("{what} {as_in}: {was}"), is)];
    Ok(match same.what {
        SameWhat::Status if before.status != now.status => differ("the status", show::reply(before), show::reply(now)),
        SameWhat::Body => {
            let (was, is) = (other.content()?, seen.content()?);
            if was == is { Vec::new() } else { differ("the body", told(was), told(is)) }
        }
        SameWhat::Json => match (other.content_json()?, seen.content_json()?) {
            (Ok(was), Ok(is)) if was == is => Vec::new(),
            (Ok(was), Ok(is)) => differ("the JSON", show::value(was), show::value(is)),
            (was, is) => was.err().into_iter().chain(is.err()).collect(),
        },
        SameWhat::Etag => {
            let (was, is) = (before.headers.get("etag"), now.headers.get("etag"));
            let told = |etag: Option<&str>| etag.map_or_else(|| "no ETag".to_owned(), show::clip);
            if was == is { Vec::new() } else { differ("the ETag", told(was), told(is)) }
        }
        SameWhat::Lines => lines::lines(same, &other, seen)?,
        SameWhat::Look => look::look(&other, seen)?,
        SameWhat::Status => Vec::new(),
    })
}

fn told(content: &[u8]) -> String {
    format!("{} bytes, {}", content.len(), show::bytes(content))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    fn pair(before: crate::exchange::Response, now: crate::exchange::Response) -> Scene {
        Scene::new().get("/a", before).mark("before").get("/a", now)
    }

    #[test]
    fn each_part_is_compared_alone() {
        let full = |status, body: &str, etag: &str| reply(status).header("etag", etag).body(body);
        let judge = |what: &str, now| {
            let check = format!("same = {{ as = \"before\", what = \"{what}\" }}");
            pair(full(200, "{\"a\":1,\"b\":2}", "\"1\""), now).judge(&check)
        };
        assert_eq!(judge("status", full(200, "x", "x")), Ok(vec![]));
        assert_eq!(only(judge("status", full(404, "x", "x"))).actual, "status 404");
        assert_eq!(judge("body", full(404, "{\"a\":1,\"b\":2}", "x")), Ok(vec![]));
        assert_eq!(only(judge("body", full(200, "{}", "\"1\""))).actual, "2 bytes, `{}`");
        assert_eq!(judge("json", full(200, "{\"b\":2, \"a\":1}", "x")), Ok(vec![]));
        assert_eq!(only(judge("json", full(200, "{}", "\"1\""))).actual, "{}");
        assert_eq!(only(judge("json", full(200, "x", "\"1\""))).expected, "a JSON body");
        assert_eq!(judge("etag", full(404, "x", "\"1\"")), Ok(vec![]));
        assert_eq!(only(judge("etag", full(200, "x", "\"2\""))).expected, "the ETag as in the reply `before`: \"1\"");
    }

    #[test]
    fn without_the_other_reply_nothing_is_judged() {
        let check = "same = { as = \"before\", what = \"status\" }";
        assert!(Scene::new().get("/", reply(200)).judge(check).is_err());
    }
}
