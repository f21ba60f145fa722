//! `header`: one field of a reply.

use super::{Evidence, Faults, Judged, show};
use crate::suite::HeaderField;

pub(super) fn header(wanted: &HeaderField, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let name = &wanted.name;
    let values: Vec<&str> = reply.headers.all(name).collect();
    let told = match values.as_slice() {
        [] => format!("no {name}, {}", show::reply(reply)),
        values => format!("{name}: {}", show::clip(&values.join(", "))),
    };
    let lower: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
    let mut faults = Faults::new();
    match wanted.present {
        Some(true) if values.is_empty() => faults.push(seen.fault(format!("a header {name}"), told.clone())),
        Some(false) if !values.is_empty() => faults.push(seen.fault(format!("no header {name}"), told.clone())),
        _ => {}
    }
    if let Some(part) = &wanted.contains {
        let part = seen.text(part)?;
        if !lower.iter().any(|value| value.contains(&part.to_lowercase())) {
            faults.push(seen.fault(format!("{name} with `{part}` in it"), told.clone()));
        }
    }
    for part in &wanted.lacks {
        if lower.iter().any(|value| value.contains(&part.to_lowercase())) {
            faults.push(seen.fault(format!("{name} without `{part}`"), told.clone()));
        }
    }
    if wanted.ascii.is_some() && values.iter().any(|value| !value.chars().all(|c| matches!(c, ' '..='~'))) {
        faults.push(seen.fault(format!("{name} of visible ASCII and blanks alone"), told.escape_debug().to_string()));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    fn with(name: &str, value: &str) -> Scene {
        Scene::new().get("/", reply(200).header(name, value))
    }

    #[test]
    fn presence() {
        let there = "header = { name = \"ETag\", present = true }";
        assert_eq!(with("etag", "\"1\"").judge(there), Ok(vec![]));
        let fault = only(with("date", "x").judge(there));
        assert_eq!((&*fault.expected, &*fault.actual), ("a header ETag", "no ETag, status 200"));
        let gone = "header = { name = \"etag\", present = false }";
        assert_eq!(with("date", "x").judge(gone), Ok(vec![]));
        assert_eq!(only(with("ETag", "\"1\"").judge(gone)).actual, "etag: \"1\"");
    }

    #[test]
    fn parts_compare_in_any_case() {
        let check = "header = { name = \"content-type\", contains = \"application/json\", lacks = [\"html\"] }";
        assert_eq!(with("content-type", "Application/JSON; charset=utf-8").judge(check), Ok(vec![]));
        assert_eq!(with("content-type", "text/HTML").judge(check).unwrap().len(), 2);
        assert_eq!(only(with("date", "x").judge(check)).expected, "content-type with `application/json` in it");
    }

    #[test]
    fn bytes_outside_ascii_are_seen() {
        let check = "header = { name = \"etag\", ascii = {} }";
        assert_eq!(with("etag", "W/\"a b\"").judge(check), Ok(vec![]));
        assert_eq!(with("date", "ü").judge(check), Ok(vec![]));
        assert_eq!(only(with("etag", "\"Ã©\"").judge(check)).expected, "etag of visible ASCII and blanks alone");
        assert_eq!(only(with("etag", "\"\t\"").judge(check)).actual, "etag: \\\"\\t\\\"");
    }
}
