use super::super::{Config, Rule, reply::Refusal};

/// The two parts of an upload: a length and the metadata, a length and the tarball. Both lengths are 32 bits, little-endian.
/// Cargo book, Web API, Publish.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    pub(super) metadata: &'a [u8],
    pub(super) tarball: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Takes an upload apart. An announced length is only ever compared with what is there.
    pub(super) fn open(config: &Config, body: &'a [u8]) -> Result<Self, Refusal> {
        let (metadata, rest) = part(body).ok_or_else(|| short("metadata"))?;
        let (tarball, rest) = part(rest).ok_or_else(|| short("tarball"))?;
        config.demand(Rule::TrailingBytes, rest.is_empty(), || {
            format!("the body goes on for {} bytes behind the tarball", rest.len())
        })?;
        Ok(Self { metadata, tarball })
    }
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

fn short(what: &str) -> Refusal {
    Refusal::invalid(format!("the body ends before the {what} does"))
}

#[cfg(test)]
mod tests {
    use super::Envelope;
    use crate::reference::Config;

    fn opens(body: &[u8]) -> bool {
        Envelope::open(&Config::new(""), body).is_ok()
    }

    #[test]
    fn lengths_are_little_endian_and_exact() {
        let body = b"\x02\0\0\0{}\x03\0\0\0abc";
        let envelope = Envelope::open(&Config::new(""), body).unwrap();
        assert_eq!((envelope.metadata, envelope.tarball), (&b"{}"[..], &b"abc"[..]));
        assert!(!opens(b"\0\0\0\x02{}\0\0\0\x03abc"));
        assert!(!opens(b"\x02\0\0\0{}\x03\0\0\0abcd"));
    }

    #[test]
    fn every_cut_is_noticed() {
        let body = b"\x02\0\0\0{}\x03\0\0\0abc";
        for end in 0..body.len() {
            assert!(!opens(&body[..end]), "{end}");
        }
        assert!(!opens(b"\xff\xff\xff\xff{}"));
    }
}
