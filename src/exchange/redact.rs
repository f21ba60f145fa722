use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD, prelude::BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Exchange, Request, Response};

/// Puts a mark such as `‹token:main›` where a secret stands, in every form that a secret takes on the wire.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Each form of each secret with its mark.
    forms: Vec<(String, String)>,
    /// What finds them within something longer, and what stands in their place.
    search: Option<(AhoCorasick, Vec<String>)>,
    /// Fields of requests whose value is hidden, whatever it is.
    fields: Vec<String>,
}

impl fmt::Debug for Redactor {
    /// Without what it hides.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut marks: Vec<_> = self.forms.iter().map(|(_, mark)| mark.as_str()).collect();
        marks.dedup();
        f.debug_struct("Redactor").field("marks", &marks).field("fields", &self.fields).finish()
    }
}

/// What a URL must spell with percent signs.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a path must spell so.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// A secret shorter than this is looked for as a whole value only: anywhere else its letters are no secret.
const DISTINCT: usize = 6;

impl Redactor {
    /// Hides a secret behind `‹name›`.
    pub fn hide(&mut self, name: &str, secret: &str) {
        if secret.trim().is_empty() {
            return;
        }
        let mark = format!("‹{name}›");
        let mut forms = vec![secret.to_owned()];
        if secret.len() >= DISTINCT {
            for set in [NON_ALPHANUMERIC, UNRESERVED, PATH] {
                let percent = utf8_percent_encode(secret, set).to_string();
                let plus = percent.replace("%20", "+");
                forms.extend([lower_hex(&percent), lower_hex(&plus), plus, percent]);
            }
            let json = serde_json::Value::from(secret).to_string();
            let json = json.trim_matches('"');
            forms.extend([json.to_owned(), json.replace('/', "\\/")]);
            forms.push(BASE64_STANDARD.encode(secret));
            forms.push(BASE64_STANDARD_NO_PAD.encode(secret));
            forms.push(BASE64_URL_SAFE_NO_PAD.encode(secret));
            forms.extend(within_base64(secret));
        }
        for form in forms {
            if !self.forms.iter().any(|(known, _)| *known == form) {
                self.forms.push((form, mark.clone()));
            }
        }
        let within = |(form, mark): &(String, String)| match form.len() >= DISTINCT {
            true => (form.clone(), mark.clone()),
            false => (format!("\"{form}\""), format!("\"{mark}\"")),
        };
        let (patterns, marks): (Vec<_>, Vec<_>) = self.forms.iter().map(within).unzip();
        // Of forms that begin alike the longest is meant, for one secret may be the beginning of another.
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        self.search = Some((search.expect("secrets are far from 2^31 bytes"), marks));
    }

    /// Hides the value of a field of every request.
    pub fn hide_field(&mut self, name: &str) {
        self.fields.push(name.to_owned());
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        if let Some((_, mark)) = self.forms.iter().find(|(form, _)| form == text) {
            return mark.clone();
        }
        match &self.search {
            Some((search, marks)) => search.replace_all(text, marks),
            None => text.to_owned(),
        }
    }

    /// The request without secrets.
    pub fn request(&self, request: &Request) -> Request {
        let mut request = request.clone();
        request.url = self.text(&request.url);
        request.headers.map_values(|value| self.text(value));
        for name in &self.fields {
            if request.headers.has(name) {
                request.headers.set(name, format!("‹header:{name}›"));
            }
        }
        if let Some(body) = request.body.text().map(|body| self.text(body)) {
            request.body = body.into();
        }
        request
    }

    /// The reply without secrets.
    pub fn response(&self, response: &Response) -> Response {
        let mut response = response.clone();
        response.headers.map_values(|value| self.text(value));
        match response.body.text() {
            Some(text) => {
                let clean = self.text(text);
                if clean != text {
                    response.body = clean.into();
                }
            }
            None => {
                let clean = self.bytes(&response.body);
                if clean[..] != response.body[..] {
                    response.body = clean.into();
                }
            }
        }
        response
    }

    /// The exchange without secrets.
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        exchange.request = self.request(&exchange.request);
        for value in exchange.called.iter_mut().flat_map(|called| called.arguments.values_mut()) {
            *value = self.text(value);
        }
        match &mut exchange.reply {
            Ok(response) => *response = self.response(response),
            Err(failure) => failure.message = self.text(&failure.message),
        }
        exchange
    }

    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.search {
            Some((search, marks)) => search.replace_all_bytes(bytes, marks),
            None => bytes.to_vec(),
        }
    }
}

/// `%2f` for `%2F`.
fn lower_hex(percent: &str) -> String {
    let mut out = String::with_capacity(percent.len());
    let mut digits = 0_u8;
    for c in percent.chars() {
        out.push(if digits > 0 { c.to_ascii_lowercase() } else { c });
        digits = if c == '%' { 2 } else { digits.saturating_sub(1) };
    }
    out
}

/// How a secret shows within the Base64 of something longer, such as `login:secret`: by how many bytes stand before it,
/// less the characters that it shares with its neighbours.
fn within_base64(secret: &str) -> Vec<String> {
    let shifted = |before: usize| {
        let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let whole = bytes.len() / 3 * 3;
        let text = BASE64_STANDARD.encode(&bytes[..whole]);
        text[if before == 0 { 0 } else { 4 }..].to_owned()
    };
    (0..3).map(shifted).filter(|text| text.len() >= 2 * DISTINCT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.hide("token:main", "Basic c2VjcmV0/x");
        redactor.hide("token:other", "U");
        redactor
    }

    #[test]
    fn no_form_of_a_secret_survives() {
        for form in ["Basic c2VjcmV0/x", "Basic%20c2VjcmV0%2Fx", &BASE64_STANDARD.encode("Basic c2VjcmV0/x")] {
            let clean = redactor().text(&format!("a {form} b"));
            assert_eq!(clean, "a ‹token:main› b");
        }
    }

    #[test]
    fn other_spellings_are_known() {
        let mut redactor = Redactor::default();
        redactor.hide("token:main", "Main-Token/of+alice 4711");
        for form in ["Main-Token%2Fof%2Balice%204711", "Main-Token%2fof%2balice+4711", "Main-Token\\/of+alice 4711"] {
            assert_eq!(redactor.text(&format!("a={form}&b")), "a=‹token:main›&b");
        }
        for login in ["bob", "dora", "alice"] {
            let basic = BASE64_STANDARD.encode(format!("{login}:Main-Token/of+alice 4711"));
            assert!(redactor.text(&basic).contains("‹token:main›"), "{login}");
        }
        assert!(!format!("{redactor:?}").contains("alice"));
    }

    #[test]
    fn a_field_is_hidden_by_its_name() {
        let mut redactor = Redactor::default();
        redactor.hide_field("X-Key");
        let request = redactor.request(&Request::new("GET", "http://127.0.0.1:1/").header("x-key", "geheim"));
        assert_eq!(request.headers.get("x-key"), Some("‹header:X-Key›"));
    }

    #[test]
    fn a_short_secret_is_hidden_as_a_whole_value_only() {
        assert_eq!(redactor().text("U"), "‹token:other›");
        assert_eq!(redactor().text("{\"token\":\"U\"}"), "{\"token\":\"‹token:other›\"}");
        assert_eq!(redactor().text("PUT"), "PUT");
    }

    #[test]
    fn bytes_that_are_no_text_are_cleaned_too() {
        let response = Response::new(200).body([b"\xff\xfe".as_slice(), b"Basic c2VjcmV0/x"].concat());
        assert!(redactor().response(&response).body.ends_with("‹token:main›".as_bytes()));
    }
}
