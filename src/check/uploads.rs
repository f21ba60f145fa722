//! Which upload a reply is about.

use percent_encoding::percent_decode_str;

use super::Evidence;
use crate::exchange::{Exchange, Uploaded, accepts};

/// The uploads that were accepted before the exchange of that index.
pub(super) fn accepted_before<'a>(
    seen: &Evidence<'a>,
    end: usize,
) -> impl DoubleEndedIterator<Item = &'a Uploaded> + use<'a> {
    let transcript = seen.transcript;
    transcript.uploads.iter().filter(move |upload| {
        upload.exchange < end && transcript.exchanges[upload.exchange].response().is_some_and(accepts)
    })
}

/// The decoded segments of the path that was asked for.
pub(super) fn segments(exchange: &Exchange) -> Vec<String> {
    let path = exchange.request.path().split('/').filter(|segment| !segment.is_empty());
    path.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

/// Whether the path that was asked for names the crate of an upload.
pub(super) fn is_about(exchange: &Exchange, upload: &Uploaded) -> bool {
    segments(exchange).iter().any(|segment| segment.eq_ignore_ascii_case(&upload.name))
}

/// The upload whose file a download is: the accepted one that the URL names best, else the last.
///
/// A `dl` with markers may name version and checksum in any way, and the target of a redirect nothing at all.
pub(super) fn of_download<'a>(seen: &Evidence<'a>) -> Option<&'a Uploaded> {
    let target = percent_decode_str(seen.exchange().request.target()).decode_utf8_lossy().into_owned();
    let fit = |upload: &Uploaded| {
        let named = |part: &str| if target.contains(part) { part.len() } else { 0 };
        // The longer version wins: the path of 1.0.0-rc.1 holds 1.0.0 too.
        (named(&upload.sha256), named(&upload.version), named(&upload.name))
    };
    accepted_before(seen, seen.at).max_by_key(|upload| fit(upload))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::*, *};

    #[test]
    fn a_download_is_of_the_version_in_its_url() {
        let case = Scene::new()
            .publish("foo", "1.0.0", 200)
            .publish("foo", "1.0.0-rc.1", 200)
            .publish("foo", "1.0.0+b.1", 409)
            .get("/dl/foo/1.0.0-rc.1/download", reply(200))
            .get("/elsewhere", reply(200));
        let version = |at| of_download(&case.at(at)).map(|upload| upload.version.as_str());
        assert_eq!(version(3), Some("1.0.0-rc.1"));
        assert_eq!(version(4), Some("1.0.0-rc.1"));
        assert_eq!(case.at(3).upload("1.0.0").unwrap().exchange, 0);
        assert!(case.at(3).upload("1.0.0+b.1").is_err());
        assert!(case.at(4).upload("1.0.0").is_err());
    }
}
