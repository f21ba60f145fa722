//! Content encodings, undone as a cargo would undo them.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use flate2::read::{DeflateDecoder, GzDecoder, MultiGzDecoder, ZlibDecoder};

use crate::exchange::{Request, Response};

/// More than any honest reply that fits into what the session reads.
const LARGEST: u64 = 1 << 28;

/// The encodings of a reply in the order in which they were applied, `identity` left out.
pub(super) fn encodings(reply: &Response) -> Vec<String> {
    let words = reply.headers.all("content-encoding").flat_map(|field| field.split(','));
    let words = words.map(|word| word.trim().to_ascii_lowercase());
    words.filter(|word| !word.is_empty() && word != "identity").collect()
}

/// What a request takes, by name; `*` for all, nothing at a weight of 0 (RFC 9110, 12.5.3).
pub(super) fn offers(request: &Request) -> Vec<String> {
    let offers = request.headers.all("accept-encoding").flat_map(|field| field.split(','));
    let offer = |offer: &str| {
        let mut parts = offer.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().filter(|name| !name.is_empty())?;
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        (!refused).then(|| name.trim_start_matches("x-").to_owned())
    };
    offers.filter_map(offer).collect()
}

/// The encodings of a reply that are not among those offered.
pub(super) fn foreign(reply: &Response, offers: &[String]) -> Vec<String> {
    let known = |used: &String| offers.iter().any(|offer| offer == "*" || *offer == used.trim_start_matches("x-"));
    encodings(reply).into_iter().filter(|used| !known(used)).collect()
}

/// Why a body cannot be unpacked.
struct Packed {
    /// In words, as a lowercase fragment.
    why: String,
    /// It may be sound for somebody else: it ends before its end, which a client that unpacks what comes need not notice, or it is more
    /// than we read.
    may_be_read: bool,
}

/// The body without its content encodings.
///
/// # Errors
/// It is not what its label says, or the label is none that cargo knows; as a lowercase fragment.
pub(super) fn decode(reply: &Response) -> Result<Cow<'_, [u8]>, String> {
    unpack(reply).map_err(|packed| packed.why)
}

/// Why nobody can unpack the body, whatever is read of it; nothing if somebody can.
pub(super) fn damage(reply: &Response) -> Option<String> {
    unpack(reply).err().filter(|packed| !packed.may_be_read).map(|packed| packed.why)
}

fn unpack(reply: &Response) -> Result<Cow<'_, [u8]>, Packed> {
    let mut body = Cow::Borrowed(&reply.body[..]);
    if body.is_empty() {
        return Ok(body);
    }
    for encoding in encodings(reply).iter().rev() {
        let decoded = match encoding.as_str() {
            // Some clients read the first member and leave what follows it.
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..])).or_else(|_| read(GzDecoder::new(&body[..]))),
            // The name means zlib, but some servers send the bare stream, and clients take both.
            "deflate" => read(ZlibDecoder::new(&body[..])).or_else(|error| {
                read(DeflateDecoder::new(&body[..])).map_err(|bare| if may_be_read(&error) { error } else { bare })
            }),
            other => {
                let why = format!("content encoding {other}, which cargo does not know");
                return Err(Packed { why, may_be_read: false });
            }
        };
        body = Cow::Owned(decoded.map_err(|error| Packed {
            why: format!("a body that is labelled {encoding} and is not: {error}"),
            may_be_read: may_be_read(&error),
        })?);
    }
    Ok(body)
}

fn may_be_read(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::Other)
}

fn read(decoder: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it unpacks to more than {LARGEST} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn labelled(label: &str, body: Vec<u8>) -> Response {
        Response::new(200).header("content-encoding", label).body(body)
    }

    #[test]
    fn what_cargo_offers_is_undone() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"plain").unwrap();
        zlib.write_all(b"plain").unwrap();
        bare.write_all(b"plain").unwrap();
        let gzip = gzip.finish().unwrap();
        assert_eq!(&*decode(&labelled("GZIP", [&gzip[..], &gzip].concat())).unwrap(), b"plainplain");
        assert_eq!(&*decode(&labelled("x-gzip", [&gzip[..], b"more"].concat())).unwrap(), b"plain");
        let cut = labelled("gzip", gzip[..gzip.len() - 9].to_vec());
        assert!(decode(&cut).is_err() && damage(&cut).is_none());
        let zlib = zlib.finish().unwrap();
        let cut = labelled("deflate", zlib[..zlib.len() - 5].to_vec());
        assert!(decode(&cut).is_err() && damage(&cut).is_none());
        assert_eq!(&*decode(&labelled("deflate", zlib)).unwrap(), b"plain");
        assert_eq!(&*decode(&labelled("identity, deflate", bare.finish().unwrap())).unwrap(), b"plain");
    }

    #[test]
    fn a_wrong_label_says_so() {
        assert!(decode(&labelled("gzip", b"plain".to_vec())).unwrap_err().starts_with("a body that is labelled gzip"));
        assert!(damage(&labelled("gzip", b"plain and longer than a head".to_vec())).is_some());
        assert!(decode(&labelled("br", b"plain".to_vec())).unwrap_err().starts_with("content encoding br"));
    }
}
