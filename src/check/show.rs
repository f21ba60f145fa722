//! How replies and values are told in findings.

use serde_json::Value;

use super::encoding;
use crate::{
    exchange::{BODY_LIMIT, Exchange, Response},
    suite::Status,
};

const LONGEST: usize = 120;

/// Text short enough for a finding, on one line. What a terminal would obey is shown as a stand-in.
pub(super) fn clip(text: &str) -> String {
    let shown = |char: char| match char {
        '\n' | '\r' => ' ',
        char if char.is_control() && char != '\t' => '\u{fffd}',
        char => char,
    };
    let text: String = text.chars().map(shown).collect();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A JSON value.
pub(super) fn value(value: &Value) -> String {
    clip(&value.to_string())
}

/// A member that may be missing.
pub(super) fn member(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), self::value)
}

/// Bytes, as text where they are text.
pub(super) fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => "an empty body".to_owned(),
        Ok(text) => format!("`{}`", clip(text)),
        Err(_) => format!("{} bytes that are no text", bytes.len()),
    }
}

/// Why a body that was cut off cannot be looked at.
pub(super) fn cut() -> String {
    format!("the body is longer than {} MiB, of which no more is read", BODY_LIMIT >> 20)
}

/// A list of names.
pub(super) fn list<T: AsRef<str>>(names: &[T]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    clip(&names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
}

/// `status 404: no such crate (server: nginx)`. The server is named because a proxy in front often is the culprit.
pub(super) fn reply(reply: &Response) -> String {
    let detail = detail(reply).map(|detail| format!(": {}", clip(&detail))).unwrap_or_default();
    let server = reply.headers.get("server").map(|server| format!(" (server: {})", clip(server))).unwrap_or_default();
    format!("status {}{detail}{server}", reply.status)
}

/// What came back, be it a reply or none.
pub(super) fn outcome(exchange: &Exchange) -> String {
    match &exchange.reply {
        Ok(response) => reply(response),
        Err(failure) => format!("no reply: {}", clip(&failure.message)),
    }
}

/// The first error that a body tells (Cargo book, Web API).
fn detail(reply: &Response) -> Option<String> {
    let json: Value = serde_json::from_slice(&encoding::decode(reply).ok()?).ok()?;
    Some(json.pointer("/errors/0/detail")?.as_str()?.to_owned())
}

/// `status 200, 304 or 4xx`.
pub(super) fn statuses(wanted: &[Status]) -> String {
    let words: Vec<String> = wanted
        .iter()
        .map(|status| match status {
            Status::Is(number) => number.to_string(),
            Status::Class(hundreds) => format!("{hundreds}xx"),
        })
        .collect();
    match words.split_last() {
        Some((last, [])) => format!("status {last}"),
        Some((last, rest)) => format!("status {} or {last}", rest.join(", ")),
        None => "no status at all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_told_with_its_error_and_server() {
        let told = |body: &str| reply(&Response::new(404).header("Server", "nginx").body(body));
        assert_eq!(told(""), "status 404 (server: nginx)");
        assert_eq!(told(r#"{"errors":[{"detail":"no such crate"}]}"#), "status 404: no such crate (server: nginx)");
    }

    #[test]
    fn statuses_read_like_a_sentence() {
        assert_eq!(statuses(&[Status::Is(200)]), "status 200");
        assert_eq!(statuses(&[Status::Is(200), Status::Is(304), Status::Class(4)]), "status 200, 304 or 4xx");
    }

    #[test]
    fn long_text_is_clipped_between_characters() {
        assert_eq!(clip(&"é".repeat(200)).chars().count(), LONGEST + 1);
        assert_eq!(clip("a\nb"), "a b");
    }
}
