//! Crate files of any bytes: as they are, and as the content of a gzip stream.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _: Result<_, _> = regspec::package::read_tarball(data, 1 << 20);
    let _: Result<_, _> = regspec::package::read_tarball(&stored(data), 1 << 20);
});

/// A gzip stream that stores its content, without the checksum that no mutation would hit.
fn stored(content: &[u8]) -> Vec<u8> {
    let content = &content[..content.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(content.len()).expect("cut to fit");
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(content);
    out
}
