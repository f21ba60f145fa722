use std::{fmt, ops::Range};

/// A file of ours or of the user's that cannot be taken as it stands: where, what, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    file: String,
    message: String,
    hint: Option<String>,
    place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    text: String,
    width: usize,
}

impl LoadError {
    /// An error that concerns a file as a whole.
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), message: message.into(), hint: None, place: None }
    }

    /// Points at a range of bytes in the file's text.
    #[must_use]
    pub fn at(mut self, text: &str, span: Range<usize>) -> Self {
        let start = span.start.min(text.len());
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = &text[line_start..line_end];
        let end = span.end.clamp(start, line_end);
        self.place = Some(Place {
            line: line_number(text, start),
            column: text[line_start..start].chars().count() + 1,
            text: line.to_owned(),
            width: text[start..end].chars().count().max(1),
        });
        self
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// An error of the TOML reader, which names its place itself.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let load = Self::new(file, error.message().replace('\n', " "));
        let load = match nearest_alternative(error.message()) {
            Some(name) => load.hint(format!("did you mean `{name}`?")),
            None => load,
        };
        match error.span() {
            Some(span) => load.at(text, span),
            None => load,
        }
    }
}

/// The line, counted from 1, in which a byte of a text stands.
pub fn line_number(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].matches('\n').count() + 1
}

/// The candidate that a misspelt word most likely meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= 2.max(candidate.len() / 3))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Serde names what it saw and what it knows in backquotes, the unknown word first.
fn nearest_alternative(message: &str) -> Option<&str> {
    if !message.contains("unknown") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let word = quoted.next()?;
    nearest(word, quoted)
}

fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        match &self.place {
            None => write!(f, "  --> {}", self.file)?,
            Some(Place { line, column, text, width }) => {
                let gutter = line.to_string();
                let blank = " ".repeat(gutter.len());
                writeln!(f, "{blank} --> {}:{line}:{column}", self.file)?;
                writeln!(f, "{blank} |")?;
                writeln!(f, "{gutter} | {text}")?;
                write!(f, "{blank} | {}{}", " ".repeat(column - 1), "^".repeat(*width))?;
            }
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LoadError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_word() {
        let text = "a = 1\nthen = [{ stauts = 1 }]\n";
        let at = text.find("stauts").unwrap();
        let error = LoadError::new("suites/x.toml", "unknown field `stauts`").at(text, at..at + 6);
        insta::assert_snapshot!(error, @r"
        unknown field `stauts`
          --> suites/x.toml:2:11
          |
        2 | then = [{ stauts = 1 }]
          |           ^^^^^^
        ");
    }

    #[test]
    fn guesses_the_word_meant() {
        assert_eq!(nearest("stauts", ["body", "status"]), Some("status"));
        assert_eq!(nearest("zebra", ["body", "status"]), None);
    }
}
