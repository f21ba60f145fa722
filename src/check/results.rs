//! `results`: what a search found (Cargo book, Search).

use serde_json::Value;

use super::{Evidence, Fault, Faults, Judged, Unjudged, index, show};
use crate::{exchange::Shown, suite::Results};

struct Page<'a> {
    crates: &'a [Value],
    total: Option<u64>,
}

impl Page<'_> {
    fn named(&self, name: &str) -> Option<&Value> {
        let is = |found: &&Value| found["name"].as_str().is_some_and(|found| found.eq_ignore_ascii_case(name));
        self.crates.iter().find(is)
    }

    fn told(&self) -> String {
        let names: Vec<_> = self.crates.iter().filter_map(|found| found["name"].as_str()).collect();
        let total = self.total.map_or_else(|| "no total".to_owned(), |total| format!("total {total}"));
        format!("{} listed ({}), {total}", self.crates.len(), show::list(&names))
    }
}

pub(super) fn results(wanted: &Results, seen: &Evidence<'_>) -> Judged {
    let page = match page(seen)? {
        Ok(page) => page,
        Err(fault) => return Ok(vec![fault]),
    };
    let count = page.crates.len() as u64;
    let mut faults = Faults::new();
    let found = wanted.found_in.as_ref().map(|mark| other_page(mark, seen)).transpose()?;
    for name in &wanted.includes {
        let name = seen.text(name)?;
        let asked_for = found.as_ref().is_none_or(|found| found.named(&name).is_some());
        if asked_for && page.named(&name).is_none() {
            let waited = match seen.exchange().shown {
                Some(Shown::NotInTime { after_s }) => format!(", {after_s:.1} s after it was published"),
                _ => String::new(),
            };
            faults.push(seen.fault(format!("the crate {name} listed"), page.told() + &waited));
        }
    }
    let mut demand = |holds: bool, expected: String| {
        if !holds {
            faults.push(seen.fault(expected, page.told()));
        }
    };
    if let Some(most) = wanted.at_most {
        demand(page.crates.len() <= most, format!("at most {most} crates listed"));
    }
    if wanted.none.is_some() {
        demand(page.crates.is_empty() && page.total == Some(0), "nothing listed and total 0".to_owned());
    }
    if wanted.total_covers_page.is_some() {
        demand(page.total.is_some_and(|total| total >= count), "a total of at least the crates listed".to_owned());
    }
    if let Some(mark) = &wanted.total_covers {
        let least = other_page(mark, seen)?.crates.len() as u64;
        demand(
            page.total.is_some_and(|total| total >= least),
            format!("a total of at least {least}, as `{mark}` lists"),
        );
    }
    if let Some(size) = wanted.page_of {
        let holds = page.total.is_some_and(|total| count == size.min(total));
        demand(holds, format!("{size} crates listed, or all that the total counts"));
    }
    if let Some(mark) = &wanted.max_version_in {
        faults.extend(max_version(mark, &page, seen)?);
    }
    Ok(faults)
}

/// The page that a reply brings, or the fault that it brings none.
fn page<'a>(seen: &Evidence<'a>) -> Result<Result<Page<'a>, Fault>, Unjudged> {
    let reply = seen.reply()?;
    if !reply.is_success() {
        return Ok(Err(seen.fault("search results", show::reply(reply))));
    }
    Ok(seen.content_json()?.and_then(|json| match json.get("crates").and_then(Value::as_array) {
        Some(crates) => Ok(Page { crates, total: json.pointer("/meta/total").and_then(Value::as_u64) }),
        None => Err(seen.fault("search results: an object with the array crates", show::value(json))),
    }))
}

/// The page of a marked reply, to compare with.
fn other_page<'a>(mark: &str, seen: &Evidence<'a>) -> Result<Page<'a>, Unjudged> {
    let other = seen.at_mark(mark)?;
    page(&other)?
        .map_err(|fault| Unjudged(format!("the reply `{mark}` is {}, and no list to compare with", fault.actual)))
}

fn max_version(mark: &str, page: &Page<'_>, seen: &Evidence<'_>) -> Judged {
    let listed = index::listed(&seen.at_mark(mark)?)?;
    let name = seen.transcript.bindings.get("crate").ok_or_else(|| Unjudged("the run has no crate".to_owned()))?;
    let found =
        page.named(name).ok_or_else(|| Unjudged(format!("the search does not list {name}: {}", page.told())))?;
    let version = found.get("max_version");
    if version.and_then(Value::as_str).is_some_and(|version| listed.line(version).is_some()) {
        return Ok(Faults::new());
    }
    let expected = format!("a max_version of {name} that its index file lists ({})", listed.told());
    Ok(vec![seen.fault(expected, show::member(version))])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    fn found(names: &[&str], total: serde_json::Value) -> Scene {
        let crates: Vec<_> = names.iter().map(|name| json!({"name": name, "max_version": "1.0.0"})).collect();
        Scene::new().get("/api/v1/crates", json_reply(200, json!({"crates": crates, "meta": {"total": total}})))
    }

    #[test]
    fn rules_on_the_page() {
        let two = || found(&["foo", "foobar"], json!(7));
        let judge = |rule: &str, case: Scene| case.judge(&format!("results = {{ {rule} }}"));
        let pairs = [
            ("includes = [\"{crate}\"]", "includes = [\"nope\"]"),
            ("at-most = 2", "at-most = 1"),
            ("total-covers-page = {}", "none = {}"),
            ("page-of = 2", "page-of = 3"),
        ];
        for (holds, fails) in pairs {
            assert_eq!(judge(holds, two()), Ok(vec![]), "{holds}");
            assert_eq!(only(judge(fails, two())).actual, "2 listed (foo, foobar), total 7", "{fails}");
        }
        assert_eq!(judge("none = {}", found(&[], json!(0))), Ok(vec![]));
        assert_eq!(judge("page-of = 10", found(&["foo"], json!(1))), Ok(vec![]));
        assert_eq!(only(judge("none = {}", found(&[], json!(1)))).actual, "0 listed (none), total 1");
        assert_eq!(
            only(judge("total-covers-page = {}", found(&["a", "b"], json!(1)))).actual,
            "2 listed (a, b), total 1"
        );
        assert_eq!(only(judge("none = {}", Scene::new().get("/", reply(404)))).actual, "status 404");
        assert_eq!(only(judge("none = {}", Scene::new().get("/", json_reply(200, json!({}))))).actual, "{}");
    }

    #[test]
    fn pages_are_compared() {
        let after = |first: Scene, then: &[&str], total: serde_json::Value, check: &str| {
            let mut case = first.mark("first");
            case.transcript.exchanges.extend(found(then, total).transcript.exchanges);
            case.judge(&format!("results = {{ {check} }}"))
        };
        let two = || found(&["foo", "foobar"], json!(2));
        let covers = "total-covers = \"first\"";
        assert_eq!(after(two(), &["foo"], json!(2), covers), Ok(vec![]));
        let fault = only(after(two(), &["foo"], json!(1), covers));
        assert_eq!(
            (&*fault.expected, &*fault.actual),
            ("a total of at least 2, as `first` lists", "1 listed (foo), total 1")
        );
        assert_eq!(only(after(two(), &["foo"], json!("2"), covers)).actual, "1 listed (foo), no total");
        let same = "includes = [\"{crate}\"], found-in = \"first\"";
        assert_eq!(after(two(), &["foo"], json!(1), same), Ok(vec![]));
        assert_eq!(only(after(two(), &[], json!(0), same)).expected, "the crate foo listed");
        assert_eq!(after(found(&["bar"], json!(1)), &[], json!(0), same), Ok(vec![]));
        for check in [covers, same] {
            assert!(after(Scene::new().get("/", reply(404)), &["foo"], json!(1), check).is_err());
        }
    }

    #[test]
    fn what_was_waited_for_is_told() {
        let late = found(&[], json!(0)).shown(crate::exchange::Shown::NotInTime { after_s: 2.04 });
        let told = only(late.judge("results = { includes = [\"{crate}\"] }")).actual;
        assert_eq!(told, "0 listed (none), total 0, 2.0 s after it was published");
    }

    #[test]
    fn max_version_is_a_version_of_the_crate() {
        let with = |versions: &[&str], name: &str| {
            let file: String = versions.iter().map(|version| line(version, json!({}))).collect();
            let mut case = found(&[name], json!(1));
            let search = case.transcript.exchanges.pop().unwrap();
            let mut case = Scene::new().index(file).mark("file");
            case.transcript.exchanges.push(search);
            case.judge("results = { max-version-in = \"file\" }")
        };
        assert_eq!(with(&["0.9.0", "1.0.0"], "foo"), Ok(vec![]));
        assert_eq!(only(with(&["0.9.0"], "foo")).actual, "\"1.0.0\"");
        assert!(with(&["1.0.0"], "bar").is_err());
    }
}
