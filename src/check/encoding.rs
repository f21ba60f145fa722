//! Content encodings, undone as a cargo would undo them.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::exchange::Response;

/// More than any honest reply that fits into what the session reads.
const LARGEST: u64 = 1 << 28;

/// The encodings of a reply in the order in which they were applied, `identity` left out.
pub(super) fn encodings(reply: &Response) -> Vec<String> {
    let words = reply.headers.all("content-encoding").flat_map(|field| field.split(','));
    let words = words.map(|word| word.trim().to_ascii_lowercase());
    words.filter(|word| !word.is_empty() && word != "identity").collect()
}

/// The body without its content encodings.
///
/// # Errors
/// It is not what its label says, or the label is none that cargo knows; as a lowercase fragment.
pub(super) fn decode(reply: &Response) -> Result<Cow<'_, [u8]>, String> {
    let mut body = Cow::Borrowed(&reply.body[..]);
    if body.is_empty() {
        return Ok(body);
    }
    for encoding in encodings(reply).iter().rev() {
        let decoded = match encoding.as_str() {
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..])),
            // The name means zlib, but some servers send the bare stream, and clients take both.
            "deflate" => read(ZlibDecoder::new(&body[..])).or_else(|_| read(DeflateDecoder::new(&body[..]))),
            other => return Err(format!("content encoding {other}, which cargo does not know")),
        };
        body = Cow::Owned(decoded.map_err(|error| format!("a body that is labelled {encoding} and is not: {error}"))?);
    }
    Ok(body)
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
        assert_eq!(&*decode(&labelled("GZIP", gzip)).unwrap(), b"plain");
        assert_eq!(&*decode(&labelled("deflate", zlib.finish().unwrap())).unwrap(), b"plain");
        assert_eq!(&*decode(&labelled("identity, deflate", bare.finish().unwrap())).unwrap(), b"plain");
    }

    #[test]
    fn a_wrong_label_says_so() {
        assert!(decode(&labelled("gzip", b"plain".to_vec())).unwrap_err().starts_with("a body that is labelled gzip"));
        assert!(decode(&labelled("br", b"plain".to_vec())).unwrap_err().starts_with("content encoding br"));
    }
}
