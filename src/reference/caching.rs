use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::{Config, Rule, Validators};
use crate::exchange::{Request, Response};

/// An index file with what its validators are made of.
pub(super) struct File {
    pub(super) text: String,
    /// What the ETag stands for.
    pub(super) version: String,
    /// Seconds since the epoch.
    pub(super) modified: u64,
}

/// What the ETag of an index file stands for: its content, unless a rule about moving validators is broken.
pub(super) fn version_of(config: &Config, text: &str) -> String {
    if !config.upholds(Rule::ValidatorMovesOnPublish) {
        return text.lines().filter(|line| line.contains(r#""yanked":true"#)).collect();
    }
    if !config.upholds(Rule::ValidatorMovesOnYank) {
        return text.replace(r#""yanked":true"#, r#""yanked":false"#);
    }
    text.to_owned()
}

/// The file, or 304 if the request shows that its sender has it.
pub(super) fn conditional(config: &Config, request: &Request, file: File) -> Response {
    let etag = format!("\"{}\"", &hex(&Sha256::digest(file.version.as_bytes()))[..32]);
    let validator = match config.validators {
        Validators::ETag => ("etag", etag.clone()),
        Validators::LastModified => ("last-modified", httpdate::fmt_http_date(date(file.modified))),
    };
    let etag = (config.validators == Validators::ETag).then_some(etag);
    let modified = (config.validators == Validators::LastModified).then_some(file.modified);
    let fresh = config.upholds(Rule::Revalidates) && is_current(config, request, etag.as_deref(), modified);
    let response = if fresh {
        Response::new(304)
    } else {
        Response::new(200).header("content-type", "text/plain; charset=utf-8").body(file.text)
    };
    response.header(validator.0, validator.1).header("cache-control", "no-cache")
}

/// RFC 9110, 13.2.2: `If-None-Match` decides alone where it is present.
fn is_current(config: &Config, request: &Request, etag: Option<&str>, modified: Option<u64>) -> bool {
    let mut asked = false;
    for list in request.headers.all("if-none-match") {
        asked = true;
        if matches_list(config, list, etag) {
            return true;
        }
    }
    if asked && config.upholds(Rule::NoneMatchFirst) {
        return false;
    }
    // A later date than ours is no proof of having seen ours: it may come from another clock. Only the date that was handed out is.
    let since = request.headers.get("if-modified-since").and_then(|since| httpdate::parse_http_date(since).ok());
    modified.is_some_and(|modified| since == Some(date(modified)))
}

/// RFC 9110, 13.1.2: `*`, or a list in which one tag is the same by weak comparison.
fn matches_list(config: &Config, list: &str, etag: Option<&str>) -> bool {
    let same = |tag: &str| {
        let opaque = if config.upholds(Rule::WeakComparison) { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
        Some(opaque) == etag
    };
    if !config.upholds(Rule::ETagList) {
        return same(list.trim());
    }
    // Our tags are hexadecimal, so a comma within a foreign tag can split it but never make a match of it.
    list.trim() == "*" || list.split(',').any(|tag| same(tag.trim()))
}

fn date(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{File, conditional};
    use crate::{
        exchange::Request,
        reference::{Config, Rule, Validators},
    };

    fn status(config: &Config, text: &str, modified: u64, headers: &[(&str, &str)]) -> u16 {
        let request =
            headers.iter().fold(Request::new("GET", ""), |request, (name, value)| request.header(*name, *value));
        let file = File { text: text.to_owned(), version: text.to_owned(), modified };
        let response = conditional(config, &request, file);
        assert_eq!(response.body.is_empty(), response.status == 304);
        response.status
    }

    fn etag(text: &str) -> String {
        let file = File { text: text.to_owned(), version: text.to_owned(), modified: 0 };
        conditional(&Config::new(""), &Request::new("GET", ""), file).headers.get("etag").unwrap().to_owned()
    }

    #[test]
    fn etags_match_weakly_in_lists_and_by_star() {
        let (config, tag) = (Config::new(""), etag("x"));
        for (value, expected) in [
            (tag.clone(), 304),
            (format!("W/{tag}"), 304),
            (format!("\"a,b\" , {tag}"), 304),
            ("*".to_owned(), 304),
            (etag("y"), 200),
            (tag.trim_matches('"').to_owned(), 200),
        ] {
            assert_eq!(status(&config, "x", 0, &[("If-None-Match", &value)]), expected, "{value}");
        }
        assert_eq!(status(&config, "x", 0, &[]), 200);
    }

    #[test]
    fn the_date_counts_only_without_an_etag() {
        let config = Config::new("").validators(Validators::LastModified);
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(status(&config, "x", 784_111_777, &[("if-modified-since", now)]), 304);
        assert_eq!(status(&config, "x", 784_111_778, &[("if-modified-since", now)]), 200);
        let both = [("if-modified-since", now), ("if-none-match", "\"nope\"")];
        assert_eq!(status(&config, "x", 784_111_777, &both), 200);
        assert_eq!(status(&config.broken([Rule::NoneMatchFirst]), "x", 784_111_777, &both), 304);
    }
}
