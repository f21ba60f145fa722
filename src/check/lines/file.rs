//! Rules on the file as bytes and on its lines together.

use std::collections::HashSet;

use super::super::{Evidence, Faults, index::Entry, show};

const FINAL_NEWLINE: &str = "line/final-newline";

/// One object a line, each ended by a line feed, and nothing else.
pub(super) fn form(seen: &Evidence<'_>, content: &[u8], entries: &[Entry]) -> Faults {
    let mut faults = Faults::new();
    let mut fault = |requirement: &str, expected: &str, actual: String| {
        faults.push(seen.fault(expected, actual).of(requirement).data());
    };
    if content.starts_with("\u{feff}".as_bytes()) {
        fault("line/no-bom", "no byte order mark", "the file begins with one".to_owned());
    }
    if content.contains(&0) {
        let nuls = content.iter().filter(|byte| **byte == 0).count();
        fault("line/no-nul", "no NUL byte", format!("{nuls} of them"));
    }
    // Told by the cases that are about it alone: it is the same in every file, and no cargo minds.
    let about_it = seen.case.requirements.iter().any(|id| id.as_str() == FINAL_NEWLINE);
    if about_it && !content.is_empty() && !content.ends_with(b"\n") {
        fault(FINAL_NEWLINE, "a line feed at the end of the last line", "the file ends without one".to_owned());
    }
    let mut wrong = entries.iter().filter_map(|entry| entry.line.as_ref().err().map(|half| (entry.number, half)));
    if let Some((number, half)) = wrong.next() {
        let more = match wrong.count() {
            0 => String::new(),
            n => format!("; {n} more lines are none"),
        };
        let actual = format!("line {number} is `{}`: {}{more}", show::clip(&half.text), half.why);
        fault("line/ndjson", "one JSON object on each line", actual);
    }
    faults
}

/// Each version once, build metadata left aside (Cargo book, JSON schema of the index).
pub(super) fn unique(seen: &Evidence<'_>, entries: &[Entry]) -> Faults {
    let mut known = HashSet::with_capacity(entries.len());
    let versions = entries.iter().filter_map(Entry::version);
    let again = versions.filter(|version| !known.insert(version.split('+').next().unwrap_or_default()));
    again
        .map(|version| {
            let expected = "each version once, build metadata left aside";
            seen.fault(expected, format!("{version} stands there again")).of("line/vers-unique").data()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::*;

    fn judge(body: impl Into<crate::exchange::Body>) -> Vec<String> {
        broken(Scene::new().index(body).judge("index-file = \"sound\""))
    }

    #[test]
    fn bytes() {
        let sound = line("1.0.0", json!({}));
        assert_eq!(judge(sound.as_str()), [""; 0]);
        assert_eq!(judge(sound.replace('\n', "\r\n\r\n")), [""; 0]);
        assert_eq!(judge(format!("\u{feff}{sound}")), ["line/no-bom"]);
        assert_eq!(judge(format!("{}\0\n", sound.trim_end())), ["line/no-nul"]);
        assert_eq!(judge(sound.trim_end()), [""; 0]);
        let mut about_it = Scene::new().index(sound.trim_end());
        about_it.case.requirements.push(super::FINAL_NEWLINE.into());
        assert_eq!(broken(about_it.judge("index-file = \"sound\"")), ["line/final-newline"]);
        assert_eq!(judge(format!("[{}]\n", sound.trim_end())), ["line/ndjson"]);
        assert_eq!(judge(sound.trim_end().repeat(2) + "\n"), ["line/ndjson"]);
        assert_eq!(judge(sound.replace(',', ",\n")), ["line/ndjson"]);
        assert_eq!(judge(b"{\"name\":\"\xff\"}\n".to_vec()), ["line/ndjson"]);
    }

    #[test]
    fn build_metadata_makes_no_other_version() {
        let two = |one: &str, other: &str| line(one, json!({})) + &line(other, json!({}));
        assert_eq!(judge(two("1.0.0", "1.0.1")), [""; 0]);
        assert_eq!(judge(two("1.0.0-a", "1.0.0")), [""; 0]);
        assert_eq!(judge(two("1.0.0+a", "1.0.0+b")), ["line/vers-unique"]);
    }
}
