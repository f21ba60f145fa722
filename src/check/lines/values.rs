//! Rules on single values that a schema cannot say: names, versions, dates.

use super::{Faults, Line};

pub(super) fn values(line: &Line<'_>) -> Faults {
    let mut faults = name(line);
    if let Some(vers) = line.text("vers")
        && let Err(error) = semver::Version::parse(vers)
    {
        let actual = format!("`{vers}`: {error}");
        faults.push(line.fault("line/vers-semver", "/vers", "a semantic version", actual));
    }
    if let Some(time) = line.text("pubtime").filter(|time| !is_time(time)) {
        let expected = "a real date as YYYY-MM-DDThh:mm:ssZ";
        faults.push(line.fault("line/pubtime-form", "/pubtime", expected, format!("`{time}`")));
    }
    faults
}

/// The name as it was published. Cargo ignores a line with another name than it asked for (Cargo book, Index files).
fn name(line: &Line<'_>) -> Faults {
    let seen = &line.seen;
    let Some(name) = line.text("name") else { return Faults::new() };
    let Some(file) = &line.file.segment else { return Faults::new() };
    let vers = line.text("vers").unwrap_or_default();
    let (these, others): (Vec<_>, Vec<_>) =
        line.file.uploads.iter().copied().partition(|upload| upload.version == vers);
    let published = if these.is_empty() { others } else { these };
    let mut spellings: Vec<&str> = published.iter().map(|upload| upload.name.as_str()).collect();
    let bound = seen.transcript.bindings.get("crate").filter(|bound| bound.eq_ignore_ascii_case(file));
    // How somebody spells a crate that others published is a guess.
    if spellings.is_empty() && !seen.transcript.foreign_data {
        spellings.extend(bound);
    }
    let sound = if spellings.is_empty() { name.eq_ignore_ascii_case(file) } else { spellings.contains(&name) };
    if sound {
        return Faults::new();
    }
    let spelling = spellings.first().copied().unwrap_or(file);
    vec![line.fault("line/name-exact", "/name", &format!("`{spelling}`"), format!("`{name}`"))]
}

/// `YYYY-MM-DDThh:mm:ssZ` and a day that the calendar has (Cargo book, JSON schema of the index).
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = b"dddd-dd-ddTdd:dd:ddZ";
    let fits = |(byte, form): (&u8, &u8)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form };
    if bytes.len() != form.len() || !bytes.iter().zip(form).all(fits) {
        return false;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().expect("these are digits");
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) <= 60
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::super::testing::*, is_time};

    fn judge(case: Scene) -> Vec<String> {
        broken(case.judge("index-file = \"sound\""))
    }

    #[test]
    fn a_name_is_spelled_as_published() {
        let file = |name: &str| line("1.0.0", json!({ "name": name }));
        assert_eq!(judge(Scene::new().index(file("Foo"))), ["line/name-exact"]);
        assert_eq!(judge(Scene::new().publish("Foo", "1.0.0", 200).index(file("Foo"))), [""; 0]);
        assert_eq!(judge(Scene::new().publish("Foo", "1.0.0", 200).index(file("foo"))), ["line/name-exact"]);
        assert_eq!(judge(Scene::new().publish("Foo", "0.9.0", 200).index(file("foo"))), ["line/name-exact"]);
        let mut foreign = Scene::new().index(file("Foo"));
        foreign.transcript.foreign_data = true;
        assert_eq!(judge(foreign), [""; 0]);
        assert_eq!(judge(Scene::new().index(file("bar"))), ["line/name-exact"]);
    }

    #[test]
    fn a_version_is_semantic() {
        let judge = |version: &str| judge(Scene::new().index(line(version, json!({}))));
        assert_eq!(judge("1.0.0-rc.1+b.2"), [""; 0]);
        for wrong in ["1.0", "v1.0.0", "01.0.0", "1.0.0-01", "1.0.99999999999999999999"] {
            assert_eq!(judge(wrong), ["line/vers-semver"], "{wrong}");
        }
    }

    #[test]
    fn a_time_is_on_the_calendar() {
        let sound = ["2026-01-31T23:59:59Z", "2024-02-29T00:00:00Z", "2000-02-29T00:00:60Z"];
        assert!(sound.iter().all(|time| is_time(time)));
        let wrong = [
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00.0Z",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01 00:00:00Z",
        ];
        assert_eq!(wrong.iter().filter(|time| is_time(time)).count(), 0);
        let late = line("1.0.0", json!({"pubtime": wrong[0]}));
        assert_eq!(judge(Scene::new().index(late)), ["line/pubtime-form"]);
    }
}
