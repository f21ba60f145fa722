//! `challenge`: the `WWW-Authenticate: Cargo` of a private index (Cargo book, Index authentication).

use url::Url;

use super::{Evidence, Judged, show};
use crate::suite::ChallengeRule;

/// One challenge of a header that may hold several (RFC 9110, 11.6.1).
#[derive(Debug)]
struct Challenge {
    scheme: String,
    params: Vec<Param>,
}

#[derive(Debug)]
struct Param {
    name: String,
    value: String,
    quoted: bool,
}

pub(super) fn challenge(rule: ChallengeRule, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let fields: Vec<&str> = reply.headers.all("www-authenticate").collect();
    let challenges = fields.iter().flat_map(|field| parse(field));
    let cargo: Vec<_> = challenges.filter(|challenge| challenge.scheme.eq_ignore_ascii_case("cargo")).collect();
    let mut login_urls = cargo
        .iter()
        .flat_map(|challenge| &challenge.params)
        .filter(|param| param.name.eq_ignore_ascii_case("login_url"));
    let told = |url: &Param| show::clip(&url.value);
    let fault = match rule {
        ChallengeRule::Present => cargo.is_empty().then(|| {
            let actual = match fields.as_slice() {
                [] => format!("{}, no WWW-Authenticate", show::reply(reply)),
                fields => format!("www-authenticate: {}", show::clip(&fields.join(", "))),
            };
            seen.fault("a WWW-Authenticate of the scheme Cargo", actual)
        }),
        ChallengeRule::Absolute => login_urls
            .find(|url| url.quoted && Url::parse(&url.value).is_err())
            .map(|url| seen.fault("login_url is an absolute URL", format!("login_url=\"{}\"", told(url)))),
        ChallengeRule::Quoted => login_urls
            .find(|url| !url.quoted)
            .map(|url| seen.fault("login_url in quotes", format!("login_url={}", told(url)))),
    };
    Ok(fault.into_iter().collect())
}

/// Takes a field apart without being strict: an unquoted URL is no token and is read all the same, to be told.
fn parse(field: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some(first) = rest.chars().next() else { return challenges };
        let end = rest.find([' ', '\t', ',', '=', '"']).unwrap_or(rest.len());
        if end == 0 {
            // A stray string is passed over whole: a word in it is no scheme.
            rest = if first == '"' { param("", rest).1 } else { &rest[first.len_utf8()..] };
            continue;
        }
        let (word, behind) = rest.split_at(end);
        match behind.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(value) => {
                let (param, behind) = param(word, value.trim_start_matches([' ', '\t']));
                if let Some(last) = challenges.last_mut() {
                    last.params.push(param);
                }
                rest = behind;
            }
            None => {
                challenges.push(Challenge { scheme: word.to_owned(), params: Vec::new() });
                rest = behind;
            }
        }
    }
}

fn param<'f>(name: &str, value: &'f str) -> (Param, &'f str) {
    let name = name.to_owned();
    let Some(quoted) = value.strip_prefix('"') else {
        let (value, rest) = value.split_at(value.find([',', ' ', '\t']).unwrap_or(value.len()));
        return (Param { name, value: value.to_owned(), quoted: false }, rest);
    };
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (Param { name, value: text, quoted: true }, &quoted[at + 1..]),
            '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
            c => text.push(c),
        }
    }
    (Param { name, value: text, quoted: true }, "")
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    fn with(fields: &[&str]) -> Scene {
        let reply = fields.iter().fold(reply(401), |reply, field| reply.header("WWW-Authenticate", *field));
        Scene::new().get("/index/config.json", reply)
    }

    #[test]
    fn present_in_any_company() {
        let sound: [&[&str]; 5] = [
            &["Cargo login_url=\"https://r/me\""],
            &["cargo"],
            &["Basic realm=\"a, Cargo b\", CARGO login_url=\"https://r/me\""],
            &["Negotiate abc==", "Bearer realm=x, Cargo"],
            &["Basic realm=\"\\\"Cargo\", Cargo login_url = \"https://r/me\""],
        ];
        for fields in sound {
            assert_eq!(with(fields).judge("challenge = \"present\""), Ok(vec![]), "{fields:?}");
        }
        assert_eq!(only(with(&[]).judge("challenge = \"present\"")).actual, "status 401, no WWW-Authenticate");
        for wrong in ["Basic realm=\"Cargo\"", "Bearer Cargo=1", "\"Cargo", "=,="] {
            only(with(&[wrong]).judge("challenge = \"present\""));
        }
    }

    #[test]
    fn login_urls() {
        let judge = |rule: &str, field: &str| with(&[field]).judge(&format!("challenge = \"{rule}\""));
        for sound in ["Cargo", "Cargo login_url=\"https://r/me\"", "Cargo login_url=/me", "Basic login_url=\"/me\""] {
            assert_eq!(judge("absolute", sound), Ok(vec![]), "{sound}");
        }
        let fault = only(judge("absolute", "Cargo realm=\"r\", LOGIN_URL=\"/me\""));
        assert_eq!(fault.actual, "login_url=\"/me\"");
        assert_eq!(judge("quoted", "Basic a=b, Cargo login_url=\"https://r/me\""), Ok(vec![]));
        assert_eq!(only(judge("quoted", "Cargo login_url=https://r/me")).actual, "login_url=https://r/me");
    }
}
