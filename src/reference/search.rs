use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    Registry, Rule, reply,
    reply::Refusal,
    state::{Crate, Version},
};
use crate::exchange::{Request, Response};

const PER_PAGE: usize = 10;
const MOST_PER_PAGE: usize = 100;

impl Registry {
    /// Crates whose name or description has every word of `q`. An exact name comes first, the rest by name.
    pub(super) fn search(&self, request: &Request) -> Result<Response, Refusal> {
        let per_page = self.per_page(parameter(request.query(), "per_page"))?;
        let query = self.query(parameter(request.query(), "q").unwrap_or_default());
        let words: Vec<&str> =
            query.split(|c: char| c == '+' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
        let state = self.state();
        let mut found: Vec<(&str, &Crate)> = state
            .crates
            .iter()
            .filter(|(name, entry)| {
                let text = self.fold(&format!("{name}\n{}", newest(entry).description.as_deref().unwrap_or_default()));
                words.iter().all(|word| text.contains(word))
            })
            .map(|(name, entry)| (name.as_str(), &**entry))
            .collect();
        found.sort_by_key(|(name, _)| self.fold(name) != query);
        let page: Vec<Value> = found.iter().take(per_page).map(|(name, entry)| summary(name, entry)).collect();
        let total = if self.upholds(Rule::SearchTotal) { found.len() } else { page.len() };
        Ok(reply::ok(&json!({ "crates": page, "meta": { "total": total } })))
    }

    /// Cargo joins words by a plus and encodes that, so `+` parts words before decoding and after it.
    fn query(&self, raw: &str) -> String {
        if !self.upholds(Rule::SearchDecoding) {
            return self.fold(raw);
        }
        self.fold(&percent_decode_str(raw).decode_utf8_lossy())
    }

    fn fold(&self, text: &str) -> String {
        let text = if self.upholds(Rule::SearchCase) { text.to_lowercase() } else { text.to_owned() };
        if self.upholds(Rule::SearchDashes) { text.replace('-', "_") } else { text }
    }

    /// How many to list: cargo asks for 100 at most, so more than that is answered by that many.
    fn per_page(&self, raw: Option<&str>) -> Result<usize, Refusal> {
        if raw.is_none() && !self.upholds(Rule::PerPageDefault) || !self.upholds(Rule::PerPageHonoured) {
            return Ok(usize::MAX);
        }
        let Some(raw) = raw else { return Ok(PER_PAGE) };
        if raw.is_empty() || !raw.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::invalid("`per_page` is no number"));
        }
        Ok(raw.parse().map_or(MOST_PER_PAGE, |number: usize| number.min(MOST_PER_PAGE)))
    }
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
}

fn summary(name: &str, entry: &Crate) -> Value {
    let newest = newest(entry);
    json!({ "name": name, "max_version": newest.line.vers, "description": newest.description })
}

/// The highest version that is not yanked; the highest of all where every one is.
fn newest(entry: &Crate) -> &Version {
    let rank = |version: &&Version| (!version.line.yanked, semver::Version::parse(&version.line.vers).ok());
    entry.versions.iter().max_by_key(rank).expect("a crate comes to be with its first version")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::reference::{Registry, Rule, testing::config};

    fn registry(broken: &[Rule]) -> Registry {
        let registry = Registry::new(config().broken(broken.iter().copied()));
        for n in 0..12 {
            assert_eq!(registry.upload(&format!("zz-{n}"), "1.0.0"), 200);
        }
        let described = json!({ "name": "Foo-bar", "vers": "1.0.0", "description": "A café with zz" });
        assert_eq!(registry.put("main", &described).status, 200);
        assert_eq!(registry.upload("Foo-bar", "2.0.0-rc.1"), 200);
        assert_eq!(registry.upload("Foo-bar", "1.9.0"), 200);
        registry
    }

    fn search(registry: &Registry, query: &str) -> Value {
        let response = registry.get(&format!("/api/v1/crates?{query}"));
        assert_eq!(response.status, 200, "{query}");
        response.body.json().unwrap()
    }

    fn names(registry: &Registry, query: &str) -> Vec<String> {
        let found = search(registry, query);
        found["crates"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn names_and_descriptions_match_loosely() {
        let registry = registry(&[]);
        for query in ["q=foo_BAR", "q=caf%C3%89", "q=foo%2Bcaf%C3%A9", "a=1&q=bar+foo", "q=FOO%20zz"] {
            // The description is that of the highest version, and that has none: the search is in what is shown.
            let expected: &[&str] = if query.contains("caf") || query.contains("zz") { &[] } else { &["Foo-bar"] };
            assert_eq!(names(&registry, query), expected, "{query}");
        }
        assert_eq!(registry.send("DELETE", "/api/v1/crates/Foo-bar/2.0.0-rc.1/yank", "main", b"").status, 200);
        assert_eq!(registry.send("DELETE", "/api/v1/crates/Foo-bar/1.9.0/yank", "main", b"").status, 200);
        for query in ["q=caf%C3%89", "q=foo%2Bcaf%C3%A9", "q=FOO%20zz"] {
            assert_eq!(names(&registry, query), ["Foo-bar"], "{query}");
        }
        assert_eq!(search(&registry, "q=foo")["crates"][0]["max_version"], "1.0.0");
        assert_eq!(search(&registry, "q=nothing"), json!({ "crates": [], "meta": { "total": 0 } }));
    }

    #[test]
    fn pages_are_bounded_and_totals_are_not() {
        let registry = registry(&[]);
        for (query, length) in [("q=zz", 10), ("q=zz&per_page=1", 1), ("q=zz&per_page=100", 12), ("q=zz&per_page=0", 0)]
        {
            assert_eq!(names(&registry, query).len(), length, "{query}");
            assert_eq!(search(&registry, query)["meta"]["total"], 12, "{query}");
        }
        assert_eq!(names(&registry, "q=zz&per_page=99999999999999999999999").len(), 12);
        assert_eq!(names(&registry, "q=").len(), 10);
        for silly in ["-1", "x", "", "%FF"] {
            assert_eq!(registry.get(&format!("/api/v1/crates?q=zz&per_page={silly}")).status, 400, "{silly}");
        }
    }

    #[test]
    fn an_exact_name_comes_first() {
        assert_eq!(names(&registry(&[]), "q=ZZ_9")[0], "zz-9");
        let registry = registry(&[Rule::SearchCase, Rule::SearchDashes]);
        assert!(names(&registry, "q=ZZ-9").is_empty() && names(&registry, "q=zz_9").is_empty());
    }
}
