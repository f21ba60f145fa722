use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::{Exchange, Failure, FailureKind, Headers, Redactor, Request, Response, Role};

/// An entry of an HTTP archive, as far as it says what went over the wire.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What its comment calls it; empty without one.
    pub name: String,
    /// The exchange. It names no operation yet.
    pub exchange: Exchange,
}

/// Reads an HTTP archive (HAR 1.2, <http://www.softwareishard.com/blog/har-12-spec/>): the file that browsers and proxies
/// save traffic in. Authorization and cookies are hidden, in replies too.
///
/// # Errors
/// It is not JSON, or no archive.
pub fn entries(text: &str) -> Result<Vec<Entry>, serde_json::Error> {
    let archive: Archive = serde_json::from_str(text)?;
    let mut redactor = Redactor::default();
    for field in archive.log.entries.iter().flat_map(|entry| &entry.request.headers) {
        let name = match () {
            () if field.name.eq_ignore_ascii_case("authorization") => "token:recorded",
            () if field.name.eq_ignore_ascii_case("cookie") => "cookie",
            () => continue,
        };
        redactor.hide(name, &field.value);
        // The secret behind a scheme, or behind the name of each cookie.
        for part in field.value.split(';').filter_map(|part| part.trim().split_once([' ', '='])) {
            redactor.hide(name, part.1);
        }
    }
    Ok(archive
        .log
        .entries
        .into_iter()
        .map(read)
        .map(|entry| Entry { exchange: redactor.exchange(entry.exchange), ..entry })
        .collect())
}

fn read(written: WrittenEntry) -> Entry {
    let request = Request {
        method: written.request.method.to_ascii_uppercase(),
        url: written.request.url,
        headers: headers(written.request.headers),
        body: written.request.post_data.map(Content::bytes).unwrap_or_default().into(),
    };
    let mut fields = headers(written.response.headers);
    // An archive holds the content, without what was done to it on its way.
    fields.remove("content-encoding");
    fields.remove("transfer-encoding");
    let content = written.response.content.unwrap_or_default();
    // Browsers leave out the text of what was too long to keep.
    let cut = content.text.is_none() && content.size.is_some_and(|size| size > 0);
    let reply = match written.response.status {
        status @ 100..600 => Ok(Response { status, headers: fields, body: content.bytes().into(), cut }),
        // So a browser notes that nothing came.
        _ => Err(Failure { kind: FailureKind::Closed, message: "no reply was recorded".to_owned() }),
    };
    let exchange = Exchange {
        verb: "call".to_owned(),
        role: Role::When,
        mark: None,
        request,
        reply,
        elapsed_ms: written.time.unwrap_or_default(),
        called: None,
        shown: None,
    };
    Entry { name: written.comment.unwrap_or_default(), exchange }
}

/// Fields with names in lower case, as replies have them. Pseudo-fields of HTTP/2 are none.
fn headers(fields: Vec<Field>) -> Headers {
    let mut headers = Headers::default();
    for field in fields.into_iter().filter(|field| !field.name.starts_with(':')) {
        headers.push(field.name.to_ascii_lowercase(), field.value);
    }
    headers
}

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<WrittenEntry>,
}

#[derive(Deserialize)]
struct WrittenEntry {
    request: WrittenRequest,
    response: WrittenResponse,
    time: Option<f64>,
    comment: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Field>,
    post_data: Option<Content>,
}

#[derive(Deserialize)]
struct WrittenResponse {
    status: u16,
    #[serde(default)]
    headers: Vec<Field>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct Content {
    /// In bytes; -1 where nobody knows.
    size: Option<i64>,
    text: Option<String>,
    encoding: Option<String>,
}

impl Content {
    fn bytes(self) -> Vec<u8> {
        let text = self.text.unwrap_or_default();
        match self.encoding.as_deref() {
            Some("base64") => BASE64_STANDARD.decode(&text).unwrap_or_else(|_| text.into_bytes()),
            _ => text.into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: &str = r#"{"log": {"version": "1.2", "entries": [
        {"time": 3.5, "comment": "who am I",
         "request": {"method": "get", "url": "http://r/api/v1/me?x=1", "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Cookie", "value": "cargo_session=abcdefgh"}, {"name": "Authorization", "value": "Bearer cio123456"}, {"name": ":path", "value": "/"}],
            "postData": {"mimeType": "application/json", "text": "{}"}},
         "response": {"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}, {"name": "Content-Encoding", "value": "gzip"}],
            "content": {"mimeType": "application/json", "text": "eyJ0IjoiY2lvMTIzNDU2In0=", "encoding": "base64"}}},
        {"request": {"method": "GET", "url": "http://r/"}, "response": {"status": 0}},
        {"request": {"method": "GET", "url": "http://r/"}, "response": {"status": 200, "content": {"size": 3}}}]}}"#;

    #[test]
    fn an_archive_is_read_without_its_secrets() {
        let entries = entries(ARCHIVE).unwrap();
        let [one, other, long] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((one.name.as_str(), other.name.as_str()), ("who am I", ""));
        let (request, reply) = (&one.exchange.request, one.exchange.response().unwrap());
        assert_eq!(
            (request.method.as_str(), request.target(), &request.body[..]),
            ("GET", "/api/v1/me?x=1", &b"{}"[..])
        );
        assert_eq!(request.headers.get("cookie"), Some("‹cookie›"));
        assert_eq!(request.headers.get("authorization"), Some("‹token:recorded›"));
        assert_eq!(request.headers.iter().count(), 2);
        assert_eq!(reply.body.text(), Some("{\"t\":\"‹token:recorded›\"}"));
        assert!(!reply.headers.has("content-encoding"));
        assert!(long.exchange.response().unwrap().cut && !reply.cut);
        assert_eq!(other.exchange.reply.as_ref().unwrap_err().kind, FailureKind::Closed);
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(entries("[]").is_err());
        assert!(entries("{\"log\": {}}").is_err());
    }
}
