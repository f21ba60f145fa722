use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;

use crate::{
    exchange::Redactor,
    suite::Credential,
    target::{Credentials, Options},
};

/// What hides every secret that the run holds, and every near miss of one that it sends.
pub(super) fn redactor(credentials: &Credentials, options: &Options) -> Redactor {
    let mut redactor = Redactor::default();
    for (name, _) in options.headers.iter().filter(|(name, _)| !is_plain(name)) {
        redactor.hide_field(name);
    }
    for (name, secret) in credentials.secrets() {
        let name = name.as_str();
        redactor.hide(name, secret);
        // Behind a scheme stands the secret proper, which may be shown without it.
        if let Some((_, bare)) = secret.split_once(' ') {
            redactor.hide(name, bare);
            if let Some(pair) = BASE64_STANDARD.decode(bare).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                redactor.hide(name, &pair);
                if let Some((_, password)) = pair.split_once(':') {
                    redactor.hide(name, password);
                }
            }
        }
    }
    let bare = credentials.token.as_deref().and_then(|token| Some(token.split_once(' ')?.1));
    for token in credentials.token.as_deref().into_iter().chain(bare) {
        for (form, name) in [
            (Credential::Prefix, "token:prefix"),
            (Credential::OtherCase, "token:other-case"),
            (Credential::Padded, "token:padded"),
        ] {
            let Some(miss) = near_miss(token, form).filter(|_| token.len() > 1) else { continue };
            redactor.hide(name, &miss);
            if let Some((_, bare)) = miss.split_once(' ') {
                redactor.hide(name, bare);
                if let Some(pair) = pair(bare) {
                    redactor.hide(name, &pair);
                    if let Some((_, password)) = pair.split_once(':') {
                        redactor.hide(name, password);
                    }
                }
            }
        }
    }
    redactor
}

/// Fields that hold no secret, and at which checks look.
fn is_plain(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["accept", "content-", "if-", "cache-control", "cargo-protocol", "connection", "expect", "range", "user-agent"]
        .iter()
        .any(|plain| name.starts_with(plain))
}

/// A value of the form of a token that is not it; nothing where every such value means the token itself.
pub(super) fn near_miss(token: &str, form: Credential) -> Option<String> {
    let miss = match form {
        Credential::Prefix | Credential::OtherCase | Credential::Padded => match token.split_once(' ') {
            // What counts is the pair: to change its base64 may change no more than the padding.
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("basic") => {
                let changed = changed(&pair(secret)?, form)?;
                format!("{scheme} {}", BASE64_STANDARD.encode(changed))
            }
            // The case of a scheme says nothing (RFC 9110, 11.1).
            Some((scheme, secret)) => format!("{scheme} {}", changed(secret, form)?),
            None => changed(token, form)?,
        },
        Credential::Bearer => format!("Bearer {token}"),
        _ => stranger(token),
    };
    (miss != token).then_some(miss)
}

/// A secret that differs from another in one way; nothing where that way makes none.
fn changed(secret: &str, form: Credential) -> Option<String> {
    match form {
        Credential::Prefix => {
            // Without its padding base64 means the same.
            let text = secret.trim_end_matches('=');
            let last = text.chars().next_back()?;
            Some(text[..text.len() - last.len_utf8()].to_owned())
        }
        // Hexadecimal digits and UUIDs mean the same in either case.
        Credential::OtherCase if secret.chars().all(|c| c.is_ascii_hexdigit() || !c.is_ascii_alphabetic()) => None,
        Credential::OtherCase => Some(swap_case(secret)),
        _ => Some(format!("{secret}x")),
    }
}

/// What stands behind `Basic`: login and password, joined by a colon.
fn pair(secret: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(secret).ok()?).ok()
}

/// A token of the same scheme and shape that nobody was given.
fn stranger(token: &str) -> String {
    let (scheme, secret) = token.split_once(' ').map_or(("", token), |(scheme, secret)| (scheme, secret));
    let decoded = percent_decode_str(secret).decode_utf8_lossy();
    let mut other: String = decoded
        .chars()
        .map(|c| match c {
            '0'..='9' => rotate(c, '0', 10),
            'a'..='z' => rotate(c, 'a', 26),
            'A'..='Z' => rotate(c, 'A', 26),
            other => other,
        })
        .collect();
    if other.is_empty() || other == decoded {
        other.push_str("unknown");
    }
    match scheme {
        // A registry that reads the pair would answer a broken one differently from a wrong one.
        "Basic" => format!("Basic {}", BASE64_STANDARD.encode(basic_pair(secret))),
        "" => other,
        _ => format!("{scheme} {other}"),
    }
}

fn basic_pair(secret: &str) -> String {
    let pair = pair(secret).unwrap_or_default();
    let (login, password) = pair.split_once(':').unwrap_or(("nobody", ""));
    format!("{login}:{}", stranger(if password.is_empty() { "unknown" } else { password }))
}

fn rotate(c: char, first: char, count: u32) -> char {
    let offset = (u32::from(c) - u32::from(first) + count / 2) % count;
    char::from_u32(u32::from(first) + offset).unwrap_or(c)
}

fn swap_case(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_token_keeps_scheme_and_shape() {
        assert_eq!(near_miss("abc-12", Credential::Unknown).as_deref(), Some("nop-67"));
        let token = format!("Basic {}", BASE64_STANDARD.encode("alice:secret"));
        let wrong = near_miss(&token, Credential::Unknown).unwrap();
        let pair = BASE64_STANDARD.decode(wrong.trim_start_matches("Basic ")).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "alice:frperg");
    }

    #[test]
    fn a_near_miss_of_basic_is_that_of_its_pair() {
        for (secret, form, changed) in [
            ("alice:secret", Credential::Prefix, "alice:secre"),
            ("alice:secret", Credential::Padded, "alice:secretx"),
            ("alice:secret", Credential::OtherCase, "ALICE:SECRET"),
        ] {
            let miss = near_miss(&format!("Basic {}", BASE64_STANDARD.encode(secret)), form).unwrap();
            assert_eq!(pair(miss.trim_start_matches("Basic ")).as_deref(), Some(changed), "{form:?}");
        }
        assert_eq!(near_miss("Basic none=of=it", Credential::Prefix), None);
    }

    #[test]
    fn what_means_the_token_itself_is_no_near_miss() {
        for same in ["123-456", "00ff-ABCD", "Bearer 123", "Basic MTo="] {
            assert_eq!(near_miss(same, Credential::OtherCase), None, "{same}");
        }
        assert_eq!(near_miss("", Credential::Prefix), None);
        assert_eq!(near_miss("dG9rZW4=", Credential::Prefix).as_deref(), Some("dG9rZW"));
        assert_eq!(near_miss("Bearer tOken", Credential::OtherCase).as_deref(), Some("Bearer ToKEN"));
        assert_eq!(near_miss("123", Credential::Padded).as_deref(), Some("123x"));
    }

    #[test]
    fn a_password_inside_a_basic_token_is_hidden_too() {
        let token = format!("Basic {}", BASE64_STANDARD.encode("alice:hunter2-hunter2"));
        let credentials = Credentials { token: Some(token), ..Credentials::default() };
        assert_eq!(
            redactor(&credentials, &Options::embedded()).text("is hunter2-hunter2 yours?"),
            "is ‹token:main› yours?"
        );
    }
}
