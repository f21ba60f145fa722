//! `config`: one rule on `config.json` (Cargo book, Index configuration).

use serde_json::{Map, Value};
use url::Url;

use super::{Evidence, Fault, Judged, Unjudged, show};
use crate::{package::download_url, suite::ConfigRule};

const MARKERS: [&str; 5] = ["crate", "version", "prefix", "lowerprefix", "sha256-checksum"];

/// Longer than this and clients of one registry live with different configurations for days.
const MODEST_SECONDS: u64 = 24 * 60 * 60;

pub(super) fn config(rule: ConfigRule, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if reply.status != 200 {
        return Err(Unjudged(format!("no config.json: {}", show::reply(reply))));
    }
    if let Some(damage) = seen.damage().filter(|_| rule == ConfigRule::StrictJson) {
        return Ok(vec![damage]);
    }
    let content = seen.content()?;
    if rule == ConfigRule::ModestCaching {
        return Ok(modest_caching(seen).into_iter().collect());
    }
    let expected = "one JSON object in UTF-8, without byte order mark and comments";
    let config: Map<String, Value> = match serde_json::from_slice(content) {
        Ok(config) => config,
        Err(error) if rule == ConfigRule::StrictJson => {
            return Ok(vec![seen.fault(expected, format!("{} ({error})", show::bytes(content)))]);
        }
        Err(error) => return Err(Unjudged(format!("config.json is no JSON object: {error}"))),
    };
    let text = |key: &str| config.get(key).and_then(Value::as_str);
    let fault = match rule {
        ConfigRule::StrictJson | ConfigRule::ModestCaching => None,
        ConfigRule::DlAbsolute => {
            text("dl").filter(|dl| !is_absolute(&filled(dl), &["http", "https", "file"])).map(|dl| {
                seen.fault("dl is an absolute URL of http, https or file", format!("dl is `{}`", show::clip(dl)))
            })
        }
        ConfigRule::DlMarkerSet => text("dl").and_then(|dl| marker_set(seen, dl)),
        ConfigRule::DlNoTrailingSlash => {
            let slash = text("dl").filter(|dl| dl.ends_with('/') && !has_marker(dl));
            slash.map(|dl| seen.fault("dl without a slash at its end", format!("dl is `{}`", show::clip(dl))))
        }
        ConfigRule::ApiAbsolute => {
            let api = config.get("api").filter(|api| !api.is_null());
            let wrong = api.filter(|api| !api.as_str().is_some_and(|api| is_absolute(api, &["http", "https"])));
            wrong.map(|api| {
                seen.fault("api is an absolute URL of http or https", format!("api is {}", show::value(api)))
            })
        }
        ConfigRule::ApiNoTrailingSlash => {
            let slash = text("api").filter(|api| api.ends_with('/'));
            slash.map(|api| seen.fault("api without a slash at its end", format!("api is `{}`", show::clip(api))))
        }
        ConfigRule::AuthRequiredTrue => {
            let value = config.get("auth-required");
            let told =
                || value.map_or_else(|| "no such key".to_owned(), |value| format!("it is {}", show::value(value)));
            (value != Some(&Value::Bool(true))).then(|| seen.fault("auth-required is true", told()))
        }
        ConfigRule::AuthRequiredKey => (!config.contains_key("auth-required")).then(|| {
            let like = |key: &&String| key.to_lowercase().replace(['_', '-', ' '], "") == "authrequired";
            let found = config.keys().find(like).map(|key| format!(", but `{key}`"));
            seen.fault("the key auth-required", format!("no such key{}", found.unwrap_or_default()))
        }),
    };
    Ok(fault.into_iter().collect())
}

fn has_marker(dl: &str) -> bool {
    MARKERS.iter().any(|marker| dl.contains(&format!("{{{marker}}}")))
}

/// A download URL of that `dl`: the markers may stand where a URL can have no brace, as in the host.
fn filled(dl: &str) -> String {
    download_url(dl, "name", "1.0.0", &"0".repeat(64))
}

fn is_absolute(url: &str, schemes: &[&str]) -> bool {
    // The parser forgives `https:/host` and `https:///host`, curl does not.
    let spelled = url
        .split_once("://")
        .is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case("file") || !rest.starts_with('/'));
    spelled && Url::parse(url).is_ok_and(|url| schemes.contains(&url.scheme()))
}

/// Braces around anything else stay in the URL (cargo's `DownloadConfig`).
fn marker_set(seen: &Evidence<'_>, dl: &str) -> Option<Fault> {
    let braced = dl.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    let unknown: Vec<_> = braced.filter(|name| !MARKERS.contains(name)).map(|name| format!("{{{name}}}")).collect();
    let expected = || format!("no markers in dl but {{{}}}", MARKERS.join("}, {"));
    (!unknown.is_empty()).then(|| seen.fault(expected(), show::list(&unknown)))
}

fn modest_caching(seen: &Evidence<'_>) -> Option<Fault> {
    let reply = seen.reply().ok()?;
    let directives = reply.headers.all("cache-control").flat_map(|field| field.split(',')).map(str::trim);
    let long = directives.map(str::to_ascii_lowercase).find(|directive| {
        let age = directive.strip_prefix("max-age=").or_else(|| directive.strip_prefix("s-maxage="));
        let age = age.and_then(|age| age.trim_matches('"').parse::<u64>().ok());
        directive == "immutable" || age.is_some_and(|age| age > MODEST_SECONDS)
    });
    long.map(|directive| seen.fault("a max-age of a day at most", format!("cache-control: {directive}")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    fn judge(rule: &str, body: &str) -> super::Judged {
        Scene::new().get("/index/config.json", reply(200).body(body)).judge(&format!("config = \"{rule}\""))
    }

    /// Bodies that keep a rule, and bodies that break it.
    fn tell(rule: &str, sound: &[&str], wrong: &[&str]) {
        for body in sound {
            assert_eq!(judge(rule, body), Ok(vec![]), "{rule} {body}");
        }
        for body in wrong {
            only(judge(rule, body));
        }
    }

    #[test]
    fn each_rule_holds_and_breaks() {
        let dl = |url: &str| format!("{{\"dl\":\"{url}\"}}");
        tell(
            "strict-json",
            &["{}", " {\"a\":1}\n"],
            &["", "\u{feff}{}", "{} {}", "{\"a\":1,}", "//\n{}", "<html>", "[]"],
        );
        let sound = [dl("https://r/dl"), dl("http://{crate}.r/{version}"), dl("file:///srv/crates"), "{}".to_owned()];
        let wrong = [dl("/dl"), dl("r/dl"), dl(""), dl("ftp://r/dl"), dl("https:/r"), dl("https://")];
        tell("dl-absolute", &sound.each_ref().map(String::as_str), &wrong.each_ref().map(String::as_str));
        let all = dl("https://r/{crate}{version}{prefix}{lowerprefix}{sha256-checksum}");
        tell(
            "dl-marker-set",
            &[&all, &dl("https://r/dl")],
            &[&dl("https://r/{name}"), &dl("https://r/{Crate}/{version}")],
        );
        tell("dl-no-trailing-slash", &[&dl("https://r/dl"), &dl("https://r/{crate}/")], &[&dl("https://r/dl/")]);
        let api = ["{\"api\":null}", "{}", "{\"api\":\"https://r/x\"}"];
        tell("api-absolute", &api, &["{\"api\":\"\"}", "{\"api\":\"/x\"}", "{\"api\":1}", "{\"api\":\"file:///x\"}"]);
        tell("api-no-trailing-slash", &api, &["{\"api\":\"https://r/\"}"]);
        let required = "{\"auth-required\":true}";
        tell("auth-required-true", &[required], &["{}", "{\"auth-required\":\"true\"}", "{\"auth-required\":false}"]);
        tell("auth-required-key", &[required], &["{}"]);
        let fault = only(judge("auth-required-key", "{\"auth_required\":true}"));
        assert_eq!(fault.actual, "no such key, but `auth_required`");
    }

    #[test]
    fn caching_is_modest() {
        let cached = |value: &str| {
            let case = Scene::new().get("/index/config.json", reply(200).header("cache-control", value).body("{}"));
            case.judge("config = \"modest-caching\"")
        };
        for sound in ["public, max-age=600", "no-cache", "max-age=86400"] {
            assert_eq!(cached(sound), Ok(vec![]), "{sound}");
        }
        assert_eq!(only(cached("public, Max-Age=31536000")).actual, "cache-control: max-age=31536000");
        only(cached("immutable"));
    }

    #[test]
    fn without_a_configuration_there_is_nothing_to_judge() {
        assert!(Scene::new().get("/", reply(401)).judge("config = \"dl-absolute\"").is_err());
        assert!(judge("dl-absolute", "<html>").is_err());
    }
}
