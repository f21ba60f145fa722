use std::io::Write;

use super::super::testing::*;
use crate::exchange::Response;

fn judge(rule: &str, case: Scene) -> super::Judged {
    case.judge(&format!("caching = \"{rule}\""))
}

fn get(reply: Response) -> Scene {
    Scene::new().get("/index/3/f/foo", reply)
}

#[test]
fn validators() {
    assert_eq!(judge("validator", get(reply(200).header("etag", "\"1\""))), Ok(vec![]));
    assert_eq!(judge("validator", get(reply(200).header("last-modified", "x"))), Ok(vec![]));
    assert_eq!(only(judge("validator", get(reply(200)))).actual, "neither, status 200");
    assert_eq!(judge("not-modified", get(reply(304))), Ok(vec![]));
    assert_eq!(only(judge("not-modified", get(reply(200)))).actual, "status 200");
    assert_eq!(only(judge("not-modified", get(reply(304).body("x")))).actual, "status 304 with `x`");
}

#[test]
fn encodings_are_those_offered() {
    let with = |offer: &str, used: &str| {
        judge("encoding-offered", get(reply(200).header("content-encoding", used)).sent("accept-encoding", offer))
    };
    for used in ["gzip", "GZIP", "x-gzip", "deflate", "identity", ""] {
        assert_eq!(with("deflate, gzip", used), Ok(vec![]), "{used}");
    }
    assert_eq!(with("*", "br"), Ok(vec![]));
    assert_eq!(only(with("deflate, gzip", "br")).expected, "a content encoding among those offered: deflate, gzip");
    assert_eq!(only(with("deflate, gzip;q=0", "gzip")).actual, "content-encoding: gzip");
    let unasked = only(judge("encoding-offered", get(reply(200).header("content-encoding", "gzip"))));
    assert_eq!(unasked.expected, "no content encoding, for none was offered");
}

#[test]
fn what_is_compressed_holds_the_same() {
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let with = |status, body: Vec<u8>| {
        let plain = get(reply(200).body("plain")).mark("plain");
        judge("decodes-to-plain", plain.get("/", reply(status).header("content-encoding", "gzip").body(body)))
    };
    assert_eq!(with(200, gzip("plain")), Ok(vec![]));
    assert_eq!(only(with(200, gzip("other"))).actual, "5 bytes, `other`");
    assert!(only(with(200, b"plain".to_vec())).actual.starts_with("a body that is labelled gzip and is not"));
    assert_eq!(only(with(406, gzip("plain"))).actual, "status 406");
    assert!(judge("decodes-to-plain", get(reply(200))).is_err());
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let with = |status, value: &str| judge("retry-after", get(reply(status).header("retry-after", value)));
    for sound in ["0", "120", "Fri, 31 Dec 1999 23:59:59 GMT"] {
        assert_eq!(with(429, sound), Ok(vec![]), "{sound}");
    }
    for wrong in ["", "1.5", "-1", "soon", "1999-12-31"] {
        assert_eq!(only(with(503, wrong)).actual, format!("retry-after: {wrong}"));
    }
    assert_eq!(with(500, "soon"), Ok(vec![]));
    assert_eq!(judge("retry-after", get(reply(429))), Ok(vec![]));
}

#[test]
fn replies_to_tokens_are_not_for_shared_caches() {
    let with = |value: &str| {
        let case = get(reply(200).header("cache-control", value)).sent("authorization", "‹token:main›");
        judge("not-shared", case)
    };
    for sound in
        ["private, must-revalidate", "max-age=60", "no-store, public", "max-age=0, must-revalidate", "no-cache"]
    {
        assert_eq!(with(sound), Ok(vec![]), "{sound}");
    }
    for wrong in ["public", "max-age=60, Must-Revalidate", "s-maxage=60", "public, max-age=0"] {
        only(with(wrong));
    }
    assert_eq!(judge("not-shared", get(reply(200).header("cache-control", "public"))), Ok(vec![]));
}

#[test]
fn the_end_of_a_body_is_known() {
    assert_eq!(judge("framed", get(reply(200).header("content-length", "3"))), Ok(vec![]));
    assert_eq!(judge("framed", get(reply(200).header("transfer-encoding", "gzip, Chunked"))), Ok(vec![]));
    assert_eq!(judge("framed", get(reply(304))), Ok(vec![]));
    only(judge("framed", get(reply(200).header("connection", "close"))));
    let mut over_tls = get(reply(200));
    over_tls.last().request.url = "https://r/".to_owned();
    assert!(judge("framed", over_tls).is_err());
}
