//! Where a crate lies in an index, and where its file is fetched.

/// The path of a crate's index file below the index URL (Cargo book, Index files).
///
/// Lengths are counted in characters, so that a name outside ASCII has a path too, although cargo cannot ask for it.
pub fn index_path(name: &str) -> String {
    let name = name.to_lowercase();
    format!("{}/{name}", prefix(&name))
}

/// The URL of a `.crate` file: `dl` of config.json with its markers filled in, or with the default suffix where it has
/// none (Cargo book, Index configuration).
///
/// Only the five documented markers count; another word in braces stays as it is and does not replace the suffix.
pub fn download_url(dl: &str, name: &str, version: &str, cksum: &str) -> String {
    let prefix = prefix(name);
    let markers = [
        ("{crate}", name),
        ("{version}", version),
        ("{prefix}", &prefix),
        ("{lowerprefix}", &prefix.to_lowercase()),
        ("{sha256-checksum}", cksum),
    ];
    if !markers.iter().any(|(marker, _)| dl.contains(marker)) {
        return format!("{dl}/{name}/{version}/download");
    }
    markers.iter().fold(dl.to_owned(), |url, (marker, value)| url.replace(marker, value))
}

/// The directories of an index path, in the case of the name.
fn prefix(name: &str) -> String {
    let letters: Vec<char> = name.chars().take(4).collect();
    match letters[..] {
        [first, _, _] => format!("3/{first}"),
        [a, b, c, d] => format!("{a}{b}/{c}{d}"),
        _ => letters.len().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_paths_follow_the_length_of_the_name() {
        let paths = ["a", "ab", "abc", "a-b", "a-bc", "my-crate", "EdgeCase", "NUL"].map(index_path);
        let expected =
            ["1/a", "2/ab", "3/a/abc", "3/a/a-b", "a-/bc/a-bc", "my/-c/my-crate", "ed/ge/edgecase", "3/n/nul"];
        assert_eq!(paths, expected);
    }

    #[test]
    fn names_that_cargo_cannot_ask_for_have_paths() {
        let paths = ["", "京", "aéb", "ÄÖÜß-x", "../x", "../"].map(index_path);
        assert_eq!(paths, ["0/", "1/京", "3/a/aéb", "äö/üß/äöüß-x", "..//x/../x", "3/./../"]);
    }

    #[test]
    fn without_a_marker_the_default_suffix_follows() {
        assert_eq!(download_url("https://r/dl", "Foo", "1.0.0+b.1", "ab"), "https://r/dl/Foo/1.0.0+b.1/download");
        assert_eq!(download_url("https://r/{name}", "foo", "1.0.0", "ab"), "https://r/{name}/foo/1.0.0/download");
    }

    #[test]
    fn every_marker_is_filled_in_wherever_it_stands() {
        let dl = "/{prefix}/{lowerprefix}/{crate}/{crate}-{version}.crate?{sha256-checksum}";
        let url = |name| download_url(dl, name, "0.1.0", "c0");
        assert_eq!(url("EdgeCase"), "/Ed/ge/ed/ge/EdgeCase/EdgeCase-0.1.0.crate?c0");
        assert_eq!(url("Abc"), "/3/A/3/a/Abc/Abc-0.1.0.crate?c0");
        assert_eq!(url("a"), "/1/1/a/a-0.1.0.crate?c0");
    }
}
