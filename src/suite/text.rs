use std::ops::Range;

use serde::Deserialize;

use crate::exchange::Bindings;

/// Text of a suite in which `{placeholders}` of a closed set stand for what only a run knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The text as written.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The placeholders in it. A brace that JSON or a `cfg(…)` puts there is none: a placeholder is letters, digits and
    /// dashes in lower case, right behind the brace.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        spans(&self.0).map(|span| &self.0[span.start + 1..span.end - 1])
    }

    /// The text with its placeholders filled in.
    ///
    /// # Errors
    /// The first placeholder that is not bound, which says what the run lacks.
    pub fn fill(&self, bindings: &Bindings) -> Result<String, String> {
        self.replace(|name| bindings.get(name).map(str::to_owned))
    }

    /// The text with each placeholder replaced by what `value` gives for it.
    ///
    /// # Errors
    /// The first placeholder for which there is nothing.
    pub fn replace(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut out = String::with_capacity(self.0.len());
        let mut rest = 0;
        for span in spans(&self.0) {
            let name = &self.0[span.start + 1..span.end - 1];
            out.push_str(&self.0[rest..span.start]);
            out.push_str(&value(name).ok_or_else(|| name.to_owned())?);
            rest = span.end;
        }
        out.push_str(&self.0[rest..]);
        Ok(out)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('{').filter_map(|(start, _)| {
        let name = &text[start + 1..];
        let end = name.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))?;
        (end > 0 && name[end..].starts_with('}')).then(|| start..start + end + 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_braces_are_no_placeholders() {
        let text = Text::from(r#"{"name":"{crate}","features":{}}"#);
        assert_eq!(text.placeholders().collect::<Vec<_>>(), ["crate"]);
        assert_eq!(text.replace(|_| Some("x".into())).unwrap(), r#"{"name":"x","features":{}}"#);
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert_eq!(Text::from("a{b}").replace(|_| None), Err("b".into()));
    }
}
