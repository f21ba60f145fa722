use serde::de::DeserializeOwned;

use crate::{exchange::Request, reference::reply::Refusal};

/// More than this no operation that takes JSON reads, in bytes.
const LARGEST: usize = 2 << 20;

/// The body as the JSON that an operation takes. All of this comes before the caller is asked who they are.
///
/// # Errors
/// 415 without a media type of JSON, 413 beyond 2 MiB, 400 for what is no JSON, 422 for JSON of another shape.
pub(in crate::reference) fn json<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    if !request.headers.get("content-type").is_some_and(is_json) {
        return Err(Refusal::exact(415, "Expected request with `Content-Type: application/json`"));
    }
    if request.body.len() > LARGEST {
        return Err(Refusal::exact(413, "Failed to buffer the request body: length limit exceeded"));
    }
    let malformed = |error: &dyn std::fmt::Display| {
        Refusal::exact(400, format!("Failed to parse the request body as JSON: {error}"))
    };
    let mut reader = serde_json::Deserializer::from_slice(&request.body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            Refusal::exact(422, format!("Failed to deserialize the JSON body into the target type: {error}"))
        } else {
            malformed(&error)
        }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// `application/json` or `application/…+json`, with whatever parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::json;
    use crate::{
        exchange::{Request, Response},
        reference::testing::detail,
    };

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        number: i32,
    }

    fn answer(media_type: Option<&str>, body: &str) -> (u16, String) {
        let request = media_type
            .iter()
            .fold(Request::new("PUT", "").body(body), |request, value| request.header("Content-Type", *value));
        match json::<Sample>(&request) {
            Ok(_) => (200, String::new()),
            Err(refusal) => {
                let response = Response::from(refusal);
                (response.status, detail(&response))
            }
        }
    }

    #[test]
    fn refusals_say_what_is_wrong_where() {
        let type_of = Some("application/json");
        for (media_type, body, status, told) in [
            (None, r#"{"number":1}"#, 415, "Expected request with `Content-Type: application/json`"),
            (Some("text/plain"), r#"{"number":1}"#, 415, "Expected request with `Content-Type: application/json`"),
            (
                type_of,
                "",
                400,
                "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0",
            ),
            (
                type_of,
                r#"{"number":1}x"#,
                400,
                "Failed to parse the request body as JSON: trailing characters at line 1 column 13",
            ),
            (
                type_of,
                r#"{"number":"#,
                400,
                "Failed to parse the request body as JSON: number: EOF while parsing a value at line 1 column 10",
            ),
            (
                type_of,
                r#"{"number":"x"}"#,
                422,
                "Failed to deserialize the JSON body into the target type: number: invalid type: string \"x\", expected i32 at line 1 column 13",
            ),
            (
                type_of,
                "{}",
                422,
                "Failed to deserialize the JSON body into the target type: missing field `number` at line 1 column 2",
            ),
            (Some("application/x+JSON; charset=utf-8"), r#"{"number":1,"more":2}"#, 200, ""),
        ] {
            assert_eq!(answer(media_type, body), (status, told.to_owned()), "{media_type:?} {body}");
        }
        let huge = format!("{{\"number\":1}}{}", " ".repeat(2 << 20));
        assert_eq!(answer(type_of, &huge).0, 413);
    }
}
