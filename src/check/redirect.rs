//! `redirect`: one rule on redirects.

use url::Url;

use super::{Evidence, Judged, secrets, show};
use crate::suite::RedirectRule;

pub(super) fn redirect(rule: RedirectRule, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let redirects = matches!(reply.status, 301 | 302 | 303 | 307 | 308);
    let location = reply.headers.get("location");
    let fault = match rule {
        RedirectRule::None => {
            (reply.status / 100 == 3).then(|| seen.fault("an answer and no redirect", show::reply(reply)))
        }
        RedirectRule::Location if redirects => match location {
            None | Some("") => {
                Some(seen.fault("a redirect with a Location", format!("{}, no Location", show::reply(reply))))
            }
            Some(place) => unusable(&seen.exchange().request.url, place)
                .map(|why| seen.fault("a Location that is a URL", format!("`{}`: {why}", show::clip(place)))),
        },
        RedirectRule::NoValidators if redirects => {
            let validator = ["etag", "last-modified"].into_iter().find(|name| reply.headers.has(name));
            validator
                .map(|name| seen.fault("a redirect without validators", format!("{}, with {name}", show::reply(reply))))
        }
        RedirectRule::NoToken => location
            .filter(|place| secrets::holds_secret(place))
            .map(|place| seen.fault("a Location without the token", format!("location: {}", show::clip(place)))),
        RedirectRule::Location | RedirectRule::NoValidators => None,
    };
    Ok(fault.into_iter().collect())
}

/// Why a Location, absolute or relative, leads nowhere.
fn unusable(from: &str, location: &str) -> Option<String> {
    Url::parse(from).and_then(|base| base.join(location)).err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    fn to(status: u16, location: &str) -> Scene {
        Scene::new().get("/a/b", reply(status).header("location", location))
    }

    #[test]
    fn each_rule_holds_and_breaks() {
        assert_eq!(Scene::new().get("/", reply(404)).judge("redirect = \"none\""), Ok(vec![]));
        assert_eq!(only(to(302, "/x").judge("redirect = \"none\"")).actual, "status 302");
        for sound in [to(302, "../x"), to(308, "https://other/x?a=b"), Scene::new().get("/", reply(200))] {
            assert_eq!(sound.judge("redirect = \"location\""), Ok(vec![]));
        }
        assert_eq!(only(to(302, "").judge("redirect = \"location\"")).actual, "status 302, no Location");
        only(Scene::new().get("/", reply(307)).judge("redirect = \"location\""));
        only(to(302, "https://[bad").judge("redirect = \"location\""));
        assert_eq!(to(302, "/x").judge("redirect = \"no-validators\""), Ok(vec![]));
        let tagged = Scene::new().get("/", reply(301).header("ETag", "\"1\""));
        assert_eq!(only(tagged.judge("redirect = \"no-validators\"")).actual, "status 301, with etag");
        assert_eq!(to(302, "/x?sig=1").judge("redirect = \"no-token\""), Ok(vec![]));
        assert_eq!(
            only(to(302, "/x?t=‹token:main›").judge("redirect = \"no-token\"")).actual,
            "location: /x?t=‹token:main›"
        );
    }
}
