use std::{fmt::Display, ops::Range};

use serde::{Deserialize, de::IgnoredAny};
use toml::Spanned;

use crate::{
    spec::{LoadError, nearest},
    suite::Suite,
};

/// A case within its file, or one of its expectations: where a mistake is looked for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    suite: &'a Suite,
    case: usize,
    expectation: Option<usize>,
}

/// As much of a suite as is needed to find the places of its expectations. It loaded before: this is read for errors only.
#[derive(Deserialize)]
struct File {
    case: Vec<Then>,
}

#[derive(Deserialize)]
struct Then {
    then: Vec<Spanned<IgnoredAny>>,
}

impl<'a> Place<'a> {
    pub fn of(suite: &'a Suite, case: usize) -> Self {
        Self { suite, case, expectation: None }
    }

    /// The place of one of the case's expectations.
    pub fn expectation(self, index: usize) -> Self {
        Self { expectation: Some(index), ..self }
    }

    /// The error that a word, the value of one of these keys, is wrong.
    pub fn wrong(&self, (keys, word): (&[&str], &str), message: impl Display) -> LoadError {
        let text = &self.suite.text;
        let name = &self.suite.cases[self.case].1.name;
        let span = find(text, self.span(), keys, word).or_else(|| find(text, self.whole(), keys, word));
        LoadError::new(&self.suite.file, format!("case `{name}`: {message}"))
            .at(text, span.unwrap_or_else(|| self.heading()))
    }

    /// The error that a word names nothing of its kind, with the one that was meant.
    pub fn unknown<'n>(
        &self,
        keys: &[&str],
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> LoadError {
        let known: Vec<&str> = known.into_iter().collect();
        let error = self.wrong((keys, word), format!("there is no {what} `{word}`"));
        match (nearest(word, known.iter().copied()), known.as_slice()) {
            (Some(known), _) => error.hint(format!("did you mean `{known}`?")),
            (None, []) => error.hint(format!("the case has no {what} at all")),
            (None, known) if known.len() <= 24 => error.hint(format!("there are: {}", known.join(", "))),
            (None, _) => error,
        }
    }

    fn span(&self) -> Range<usize> {
        let then = || {
            let file: File = toml::from_str(&self.suite.text).ok()?;
            Some(file.case.get(self.case)?.then.get(self.expectation?)?.span())
        };
        then().unwrap_or_else(|| self.whole())
    }

    /// From the heading of the case to that of the next.
    fn whole(&self) -> Range<usize> {
        let start = |case: usize| {
            let line = self.suite.cases.get(case)?.0;
            Some(self.suite.text.split_inclusive('\n').take(line - 1).map(str::len).sum())
        };
        start(self.case).unwrap_or_default()..start(self.case + 1).unwrap_or(self.suite.text.len())
    }

    fn heading(&self) -> Range<usize> {
        let whole = self.whole();
        let length = self.suite.text[whole.clone()].lines().next().unwrap_or_default().len();
        whole.start..whole.start + length
    }
}

/// Where a whole word stands: best as the value of one of these keys, else anywhere.
fn find(text: &str, within: Range<usize>, keys: &[&str], word: &str) -> Option<Range<usize>> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let places =
        text[within.clone()].match_indices(word).map(|(at, _)| within.start + at..within.start + at + word.len());
    let places: Vec<_> = places
        .filter(|place| !text[..place.start].ends_with(belongs) && !text[place.end..].starts_with(belongs))
        .collect();
    let is_value = |place: &&Range<usize>| {
        let before = text[..place.start].trim_end_matches(['"', '\'', '[', ' ']);
        before.strip_suffix('=').is_some_and(|before| {
            let before = before.trim_end();
            keys.iter().any(|key| before.strip_suffix(key).is_some_and(|rest| !rest.ends_with(belongs)))
        })
    };
    places.iter().find(is_value).or_else(|| places.first()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITE: &str = r#"
[[case]]
name = "first"
requirement = "a/first"
when = { index = "{crate}" }
then = [{ status = [200] }, { status = [404] }]

[[case]]
name = "second"
requirement = "a/first"
when = { index = "{crate}" }
then = [{ status = [200] }]
"#;

    fn told(place: impl Fn(Place<'_>) -> LoadError, case: usize) -> String {
        place(Place::of(&Suite::parse("x.toml", SUITE).unwrap(), case)).to_string()
    }

    #[test]
    fn a_word_is_found_in_its_own_case() {
        let error = |place: Place<'_>| place.wrong((&["requirement"], "a/first"), "no");
        assert!(told(error, 0).contains("x.toml:4:16"), "{}", told(error, 0));
        assert!(told(error, 1).contains("x.toml:10:16"));
        let gone = |place: Place<'_>| place.wrong((&["at"], "gone"), "no");
        assert!(told(gone, 1).contains("x.toml:8:1"));
    }

    #[test]
    fn an_expectation_has_a_place_of_its_own() {
        let error = |index| move |place: Place<'_>| place.expectation(index).wrong((&[], "status"), "no");
        assert!(told(error(0), 0).contains("x.toml:6:11"), "{}", told(error(0), 0));
        assert!(told(error(1), 0).contains("x.toml:6:31"));
    }

    #[test]
    fn what_there_is_is_told_where_nothing_is_alike() {
        let error = |place: Place<'_>| place.unknown(&["at"], "mark", "zebra", ["before", "after"]);
        assert!(told(error, 0).ends_with("hint: there are: before, after"));
        let error = |place: Place<'_>| place.unknown(&["at"], "mark", "zebra", []);
        assert!(told(error, 0).ends_with("hint: the case has no mark at all"));
    }
}
