//! `body`: the body as a whole.

use serde_json::Value;

use super::{Evidence, Fault, Judged, Unjudged, show, uploads};
use crate::{exchange::accepts, package::sha256_hex, suite::BodyForm};

const BOM: &[u8] = "\u{feff}".as_bytes();

pub(super) fn body(form: BodyForm, seen: &Evidence<'_>) -> Judged {
    let fault = match form {
        BodyForm::Published => published(seen)?,
        BodyForm::NotACrate => not_a_crate(seen)?,
        BodyForm::GivesNothing => gives_nothing(seen)?,
        BodyForm::Empty => {
            let sent = &seen.reply()?.body;
            (!sent.is_empty()).then(|| seen.fault("an empty body", show::bytes(sent)))
        }
        BodyForm::JsonOrEmpty if seen.content()?.is_empty() => None,
        BodyForm::Json | BodyForm::JsonOrEmpty => seen.content_json()?.err(),
        BodyForm::Utf8 => utf8(seen)?,
        BodyForm::Errors => errors(seen)?,
    };
    Ok(fault.into_iter().collect())
}

/// The tarball that was uploaded, byte for byte. A label for which cargo would decode it counts.
fn published(seen: &Evidence<'_>) -> Result<Option<Fault>, Unjudged> {
    let upload = uploads::of_download(seen);
    let upload = upload.ok_or_else(|| Unjudged("the case has no accepted upload to compare with".to_owned()))?;
    let reply = seen.reply()?;
    let expected =
        format!("the {} bytes uploaded for {} (SHA-256 {})", upload.tarball.len(), upload.version, upload.sha256);
    if !reply.is_success() {
        return Ok(Some(seen.fault(expected, show::reply(reply))));
    }
    Ok(match seen.content() {
        Ok(content) if *content == *upload.tarball => None,
        Ok(content) => {
            let labelled = reply.headers.get("content-encoding").map(|label| format!(", decoded from {label}"));
            let actual = format!("{} bytes (SHA-256 {})", content.len(), sha256_hex(content));
            Some(seen.fault(expected, actual + &labelled.unwrap_or_default()))
        }
        Err(Unjudged(reason)) if !reply.cut => Some(seen.fault(expected, reason)),
        Err(unjudged) => return Err(unjudged),
    })
}

/// A page instead of the file gives nothing away, whatever its status.
fn not_a_crate(seen: &Evidence<'_>) -> Result<Option<Fault>, Unjudged> {
    let reply = seen.reply()?;
    let is_gzip = |bytes: &[u8]| bytes.starts_with(&[0x1f, 0x8b]);
    let is_crate = is_gzip(seen.content().unwrap_or_default())
        || seen.transcript.uploads.iter().any(|upload| !upload.tarball.is_empty() && *upload.tarball == *reply.body);
    if !reply.is_success() || !is_crate {
        return Ok(None);
    }
    Ok(Some(seen.fault("no crate file", format!("{} with {} bytes of gzip", show::reply(reply), reply.body.len()))))
}

/// No success, no JSON, or no crate and no owner in it. A page at which to log in is neither.
fn gives_nothing(seen: &Evidence<'_>) -> Result<Option<Fault>, Unjudged> {
    if !accepts(seen.reply()?) {
        return Ok(None);
    }
    let Ok(json) = seen.content_json()? else { return Ok(None) };
    let lists = [Some(json), json.get("crates"), json.get("users")];
    let given = lists.into_iter().flatten().find(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    Ok(given.map(|list| seen.fault("no crate and no owner listed", show::value(list))))
}

fn utf8(seen: &Evidence<'_>) -> Result<Option<Fault>, Unjudged> {
    let content = seen.content()?;
    if content.starts_with(BOM) {
        return Ok(Some(seen.fault("UTF-8 without a byte order mark", "a body that begins with one")));
    }
    Ok(std::str::from_utf8(content).err().map(|error| seen.fault("a body in UTF-8", error.to_string())))
}

/// `{"errors":[{"detail":"…"}]}`, further members allowed (Cargo book, Web API).
fn errors(seen: &Evidence<'_>) -> Result<Option<Fault>, Unjudged> {
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(Some(Fault { expected: expected_errors(), ..fault })),
    };
    let errors = json.get("errors").and_then(Value::as_array);
    let sound = |errors: &Vec<Value>| {
        !errors.is_empty() && errors.iter().all(|error| error.get("detail").is_some_and(Value::is_string))
    };
    if errors.is_some_and(sound) {
        return Ok(None);
    }
    Ok(Some(seen.fault(expected_errors(), format!("{}, {}", show::value(json), show::reply(seen.reply()?)))))
}

fn expected_errors() -> String {
    r#"a body {"errors":[{"detail":"…"}]}"#.to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde_json::json;

    use super::super::testing::*;
    use crate::exchange::Response;

    fn text(text: &str) -> Scene {
        Scene::new().get("/", reply(200).body(text))
    }

    fn download(of: impl FnOnce(Vec<u8>) -> Response) -> Scene {
        let case = Scene::new().publish("foo", "1.0.0", 200);
        let bytes = case.transcript.uploads[0].tarball.to_vec();
        case.get("/dl/foo/1.0.0/download", of(bytes))
    }

    #[test]
    fn published_is_byte_for_byte() {
        assert_eq!(download(|bytes| reply(200).body(bytes)).judge("body = \"published\""), Ok(vec![]));
        let fault = only(download(|bytes| reply(200).body(bytes[1..].to_vec())).judge("body = \"published\""));
        assert!(fault.expected.contains("bytes uploaded for 1.0.0"), "{}", fault.expected);
        let missing = only(download(|_| reply(404)).judge("body = \"published\""));
        assert_eq!(missing.actual, "status 404");
        let gzip = |bytes| reply(200).header("content-encoding", "gzip").body(bytes);
        assert!(only(download(gzip).judge("body = \"published\"")).actual.ends_with("decoded from gzip"));
        let twice = |bytes: Vec<u8>| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&bytes).unwrap();
            gzip(encoder.finish().unwrap())
        };
        assert_eq!(download(twice).judge("body = \"published\""), Ok(vec![]));
        assert!(text("").judge("body = \"published\"").is_err());
        let cut = |bytes| Response { cut: true, ..reply(200).body(bytes) };
        assert!(download(cut).judge("body = \"published\"").is_err());
    }

    #[test]
    fn a_page_is_no_crate() {
        assert_eq!(text("<html>").judge("body = \"not-a-crate\""), Ok(vec![]));
        assert_eq!(download(|bytes| reply(403).body(bytes)).judge("body = \"not-a-crate\""), Ok(vec![]));
        let fault = only(download(|bytes| reply(200).body(bytes)).judge("body = \"not-a-crate\""));
        assert!(fault.actual.starts_with("status 200 with "), "{}", fault.actual);
    }

    #[test]
    fn who_is_not_let_in_is_given_nothing() {
        let judge = |reply| Scene::new().get("/", reply).judge("body = \"gives-nothing\"");
        for nothing in [
            reply(302).header("location", "/login"),
            reply(200).body("<html>log in</html>"),
            json_reply(403, json!({"crates": [1]})),
            json_reply(200, json!({"errors": [{"detail": "log in"}]})),
            json_reply(200, json!({"crates": [], "meta": {"total": 0}})),
        ] {
            assert_eq!(judge(nothing), Ok(vec![]));
        }
        for leak in [json!({"crates": [{"name": "foo"}]}), json!({"users": [{"login": "a"}]}), json!([{"name": "foo"}])]
        {
            assert_eq!(only(judge(json_reply(200, leak))).expected, "no crate and no owner listed");
        }
    }

    #[test]
    fn forms_of_text() {
        assert_eq!(text("").judge("body = \"empty\""), Ok(vec![]));
        assert_eq!(only(text("OK").judge("body = \"empty\"")).actual, "`OK`");
        assert_eq!(text("{}").judge("body = \"json\""), Ok(vec![]));
        assert_eq!(text("").judge("body = \"json-or-empty\""), Ok(vec![]));
        assert_eq!(only(text("OK").judge("body = \"json-or-empty\"")).expected, "a JSON body");
        assert_eq!(only(text("").judge("body = \"json\"")).expected, "a JSON body");
        assert_eq!(text("ü").judge("body = \"utf8\""), Ok(vec![]));
        assert_eq!(only(text("\u{feff}{}").judge("body = \"utf8\"")).expected, "UTF-8 without a byte order mark");
        let latin = Scene::new().get("/", reply(200).body(b"\xfc".to_vec()));
        assert_eq!(only(latin.judge("body = \"utf8\"")).expected, "a body in UTF-8");
    }

    #[test]
    fn errors_have_details() {
        let judge = |status, body| Scene::new().get("/", json_reply(status, body)).judge("body = \"errors\"");
        assert_eq!(judge(404, json!({"errors": [{"detail": "no", "x": 1}]})), Ok(vec![]));
        for wrong in [json!({}), json!({"errors": []}), json!({"errors": [{}]}), json!({"errors": "no"}), json!([])] {
            assert_eq!(only(judge(400, wrong)).expected, "a body {\"errors\":[{\"detail\":\"…\"}]}");
        }
        assert!(only(text("no").judge("body = \"errors\"")).actual.starts_with("`no`"));
    }
}
