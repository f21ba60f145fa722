//! Gzip files whose bytes do not depend on a zlib, as long as they are small.

use std::io::Write;

use flate2::{Compress, Compression, Crc, FlushCompress, GzBuilder};

/// No name, no time, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

const MEBIBYTE: usize = 1 << 20;

/// A gzip file: one stored block where the content fits into one, deflate beyond.
pub(super) fn compress(content: &[u8]) -> Vec<u8> {
    if content.len() > usize::from(u16::MAX) {
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::fast());
        return encoder.write_all(content).and_then(|()| encoder.finish()).expect("writing into memory does not fail");
    }
    let mut crc = Crc::new();
    crc.update(content);
    finish([HEADER.to_vec(), stored(content, true)].concat(), &crc)
}

/// A gzip file of `head` and then nothing but NUL, about a thousandth of its unpacked size.
///
/// A megabyte of NUL is compressed once and repeated: a full flush ends it at a byte, and it looks back at itself only.
pub(super) fn bomb(head: &[u8], mebibytes: usize, end: &[u8]) -> Vec<u8> {
    let nul = vec![0; MEBIBYTE];
    let mut segment = Vec::with_capacity(MEBIBYTE);
    Compress::new(Compression::best(), false)
        .compress_vec(&nul, &mut segment, FlushCompress::Full)
        .expect("deflate takes any input");
    let (mut crc, mut nul_crc) = (Crc::new(), Crc::new());
    crc.update(head);
    nul_crc.update(&nul);
    let mut bytes = HEADER.to_vec();
    head.chunks(usize::from(u16::MAX)).for_each(|part| bytes.extend(stored(part, false)));
    for _ in 0..mebibytes {
        bytes.extend(&segment);
        crc.combine(&nul_crc);
    }
    crc.update(end);
    bytes.extend(stored(end, true));
    finish(bytes, &crc)
}

/// One stored block of deflate (RFC 1951, section 3.2.4).
fn stored(content: &[u8], last: bool) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("callers cut the content to the size of a block");
    [&[u8::from(last)], &length.to_le_bytes()[..], &(!length).to_le_bytes()[..], content].concat()
}

fn finish(mut bytes: Vec<u8>, crc: &Crc) -> Vec<u8> {
    bytes.extend(crc.sum().to_le_bytes());
    bytes.extend(crc.amount().to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(bytes: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn both_ways_of_compressing_unpack() {
        for length in [0, 5, 65_535, 65_536] {
            let content = vec![b'x'; length];
            assert_eq!(unpacked(&compress(&content)), content);
        }
    }

    #[test]
    fn a_bomb_unpacks_to_its_head_and_nul() {
        let head = vec![b'x'; 70_000];
        let bytes = bomb(&head, 3, b"end");
        assert!(bytes.len() < 80_000, "{}", bytes.len());
        assert_eq!(unpacked(&bytes), [head, vec![0; 3 * MEBIBYTE], b"end".to_vec()].concat());
    }
}
