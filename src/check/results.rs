//! `results`: what a search found (Cargo book, Search).

use serde_json::Value;

use super::{Evidence, Faults, Judged, Unjudged, index, show};
use crate::suite::Results;

struct Page<'p> {
    crates: &'p [Value],
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
    let reply = seen.reply()?;
    if !reply.is_success() {
        return Ok(vec![seen.fault("search results", show::reply(reply))]);
    }
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(vec![fault]),
    };
    let Some(crates) = json.get("crates").and_then(Value::as_array) else {
        return Ok(vec![seen.fault("search results: an object with the array crates", show::value(json))]);
    };
    let page = Page { crates, total: json.pointer("/meta/total").and_then(Value::as_u64) };
    let count = crates.len() as u64;
    let mut faults = Faults::new();
    for name in &wanted.includes {
        let name = seen.text(name)?;
        if page.named(&name).is_none() {
            faults.push(seen.fault(format!("the crate {name} listed"), page.told()));
        }
    }
    let mut demand = |holds: bool, expected: String| {
        if !holds {
            faults.push(seen.fault(expected, page.told()));
        }
    };
    if let Some(most) = wanted.at_most {
        demand(crates.len() <= most, format!("at most {most} crates listed"));
    }
    if wanted.none.is_some() {
        demand(crates.is_empty() && page.total == Some(0), "nothing listed and total 0".to_owned());
    }
    if wanted.total_covers_page.is_some() {
        demand(page.total.is_some_and(|total| total >= count), "a total of at least the crates listed".to_owned());
    }
    if let Some(least) = wanted.total_at_least {
        demand(page.total.is_some_and(|total| total >= least), format!("a total of at least {least}"));
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

fn max_version(mark: &str, page: &Page<'_>, seen: &Evidence<'_>) -> Judged {
    let listed = index::listed(&seen.at_mark(mark)?)?;
    let name = seen.transcript.bindings.get("crate").ok_or_else(|| Unjudged("the run has no crate".to_owned()))?;
    let found =
        page.named(name).ok_or_else(|| Unjudged(format!("the search does not list {name}: {}", page.told())))?;
    let version = found.get("max_version");
    if version.and_then(Value::as_str).is_some_and(|version| listed.line(version).is_some()) {
        return Ok(Faults::new());
    }
    let expected = format!("a max_version of {name} that its index file lists ({})", listed.told);
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
            ("total-at-least = 7", "total-at-least = 8"),
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
        assert_eq!(only(judge("total-at-least = 1", found(&[], json!("1")))).actual, "0 listed (none), no total");
        assert_eq!(only(judge("none = {}", Scene::new().get("/", reply(404)))).actual, "status 404");
        assert_eq!(only(judge("none = {}", Scene::new().get("/", json_reply(200, json!({}))))).actual, "{}");
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
