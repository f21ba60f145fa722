//! Tokens never show: not where a target repeats them, in whatever form, and not where one was nearly right.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use command::{Outcome, Regspec};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regspec::{
    exchange::{Request, Response},
    reference::{Config, Registry},
};
use server::Served;

const PASSWORD: &str = "Hunter2/Hunter+2-éß";
const KEY: &str = "cf-Access-Secret-0815";

/// What a target must never see repeated: the token in the forms in which a server may hold or send it.
fn forms(token: &str) -> Vec<String> {
    let mut parts = vec![token.to_owned()];
    if let Some((_, bare)) = token.split_once(' ') {
        parts.push(bare.to_owned());
        let pair = BASE64_STANDARD.decode(bare).unwrap();
        parts.push(String::from_utf8(pair).unwrap());
        parts.push(PASSWORD.to_owned());
    }
    let mut forms = Vec::new();
    for part in parts {
        forms.push(utf8_percent_encode(&part, NON_ALPHANUMERIC).to_string());
        forms.push(BASE64_STANDARD.encode(&part).trim_end_matches('=').to_owned());
        forms.push(BASE64_URL_SAFE_NO_PAD.encode(&part));
        forms.push(serde_json::Value::from(part.as_str()).to_string().trim_matches('"').to_owned());
        forms.push(part);
    }
    forms
}

/// What nearly is the token, and is shown by the cases about near misses.
fn near_misses(token: &str) -> Vec<String> {
    let mut prefix = token.to_owned();
    prefix.pop();
    let swap = |c: char| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    let changed = vec![prefix, token.chars().map(swap).collect()];
    let pair = token.strip_prefix("Basic ").map(|bare| BASE64_STANDARD.decode(bare).unwrap());
    match pair.map(|pair| String::from_utf8(pair).unwrap()) {
        // Of a pair it is the pair that is changed.
        Some(pair) => {
            let changed = near_misses(&pair);
            let passwords = changed.iter().filter_map(|pair| Some(pair.split_once(':')?.1.to_owned()));
            passwords.chain(changed.iter().map(|pair| BASE64_STANDARD.encode(pair))).chain(changed.clone()).collect()
        }
        None => changed,
    }
}

/// A registry that repeats whatever credential it is shown: in header fields, in texts of errors, in bodies of success.
fn parrot(token: &str, private: bool) -> Served {
    let token = token.to_owned();
    let configure = |mut config: Config| {
        config.users[0].token = Some(token);
        config.private = private;
        config
    };
    Served::new(configure, |request: &Request, registry: &Registry| {
        let reply = registry.handle(request);
        let Some(value) = request.headers.get("authorization").filter(|value| value.len() > 6) else { return reply };
        let told = forms_of_a_header(value).join(" , ");
        let reply = reply.header("x-seen", forms_of_a_header(value).join(", ").replace(|c: char| !c.is_ascii(), "?"));
        match reply.status {
            400.. => {
                let errors = serde_json::json!({ "errors": [{ "detail": format!("nobody holds {told}") }] });
                Response { body: (&errors).into(), ..reply }
            }
            _ => reply,
        }
    })
}

fn forms_of_a_header(value: &str) -> Vec<String> {
    // Header values hold one char for each byte.
    let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let value = String::from_utf8_lossy(&bytes).into_owned();
    let mut forms = vec![value.clone(), BASE64_STANDARD.encode(&value)];
    forms.push(utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string());
    let bare = value.split_once(' ').map(|(_, bare)| bare.to_owned());
    if let Some(pair) = bare.as_ref().and_then(|bare| BASE64_STANDARD.decode(bare).ok()) {
        forms.push(String::from_utf8_lossy(&pair).into_owned());
    }
    forms.extend(bare);
    forms
}

/// Everything that a run leaves behind.
fn left_behind(outcome: &Outcome) -> Vec<(String, String)> {
    let mut texts = vec![("stdout".to_owned(), outcome.out.clone()), ("stderr".to_owned(), outcome.err.clone())];
    let mut folders = vec![outcome.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.ends_with("held.toml") => {}
                false => texts.push((
                    path.display().to_string(),
                    String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                )),
            }
        }
    }
    texts
}

fn nowhere(outcome: &Outcome, secrets: &[String]) {
    for (place, text) in left_behind(outcome) {
        for secret in secrets {
            if let Some(at) = text.find(secret.as_str()) {
                let start = (at.saturating_sub(200)..=at).find(|start| text.is_char_boundary(*start)).unwrap();
                panic!("{secret} shows in {place}: …{}", &text[start..at + secret.len()]);
            }
        }
    }
}

/// The run of the whole contract against a target that repeats what it sees.
fn run(token: &str, private: bool) -> Outcome {
    let served = parrot(token, private);
    let held =
        format!("token = \"{token}\"\nlogin = \"alice\"\nother-token = \"{}\"\nother-login = \"bob\"\n", server::OTHER);
    let header = format!("X-Access-Key: {KEY}");
    let options =
        ["--credentials", "held.toml", "--write", "--hostile", "--record", "transcripts", "--header", &header];
    let outcome = Regspec::run(&served.index(), &options).file("held.toml", &held).finish();
    assert!(served.seen().iter().any(|request| request.headers.get("authorization") == Some(token)));
    let report = outcome.report();
    assert!(report["totals"]["conforms"].as_u64().unwrap() > 50, "{}{}", outcome.out, outcome.err);
    let transcripts = left_behind(&outcome).iter().filter(|(place, _)| place.contains("/transcripts/")).count();
    assert!(transcripts > 100, "{transcripts} transcripts");
    assert!(left_behind(&outcome).iter().any(|(_, text)| text.contains("‹token:main›")));
    outcome
}

#[test]
fn a_plain_token_never_shows() {
    let token = "Main-Token/of+alice.4711";
    let secrets = [forms(token), forms(server::OTHER), near_misses(token), vec![KEY.to_owned()]].concat();
    nowhere(&run(token, false), &secrets);
    nowhere(&run(token, true), &secrets);
}

#[test]
fn a_login_and_password_never_show() {
    let token = format!("Basic {}", BASE64_STANDARD.encode(format!("alice:{PASSWORD}")));
    let secrets = [forms(&token), near_misses(&token), near_misses(token.trim_start_matches("Basic "))].concat();
    nowhere(&run(&token, true), &secrets);
}

#[test]
fn a_refused_token_is_not_repeated() {
    let served = parrot("Main-Token/of+alice.4711", true);
    let token = "Wrong-Token/of+mallory.4711";
    let outcome = Regspec::run(&served.index(), &["--token", token]).finish();
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.err.contains("‹token:main›"), "{}", outcome.err);
    outcome.report();
    nowhere(&outcome, &forms(token));
}
