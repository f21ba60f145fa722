use std::io::Read;

/// More than any manifest has.
pub(super) const LONGEST: u64 = 4 << 20;

/// Name and version that a `Cargo.toml` gives its package, if it gives both.
pub(super) fn identity(manifest: impl Read) -> Option<(String, String)> {
    let mut text = String::new();
    manifest.take(LONGEST).read_to_string(&mut text).ok()?;
    let manifest: toml::Table = text.parse().ok()?;
    let package = manifest.get("package")?;
    let text = |key: &str| package.get(key)?.as_str().map(str::to_owned);
    Some((text("name")?, text("version")?))
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn both_must_be_written_out() {
        assert_eq!(
            identity(&b"[package]\nname = \"a\"\nversion = \"1.0.0\"\n"[..]),
            Some(("a".to_owned(), "1.0.0".to_owned()))
        );
        for text in
            [&b"[package]\nname = \"a\""[..], b"", b"\xff", b"[package]\nname = \"a\"\nversion.workspace = true"]
        {
            assert_eq!(identity(text), None);
        }
    }
}
