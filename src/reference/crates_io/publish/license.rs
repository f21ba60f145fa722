use super::licenses::{EXCEPTIONS, LICENSES};
use crate::reference::reply::Refusal;

/// Whether a text is an expression of SPDX. As on crates.io `/` counts as `OR`, and `+` may stand behind any license.
///
/// # Errors
/// 400 with the term that is none.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let terms = terms(text);
    let mut parser = Parser { terms: &terms, at: 0 };
    let fault = match parser.expression() {
        Ok(()) if parser.at == terms.len() => return Ok(()),
        Ok(()) => "unexpected term",
        Err(fault) => fault,
    };
    let (start, length) = terms.get(parser.at).map_or((text.len(), 1), |(start, term)| (*start, term.len()));
    Err(Refusal::exact(
        400,
        format!(
            "unknown or invalid license expression; see http://opensource.org/licenses for options, and http://spdx.org/licenses/ for \
             their identifiers\nNote: If you have a non-standard license that is not listed by SPDX, use the license-file field to specify \
             the path to a file containing the text of the license.\nSee \
             https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields for more information.\n\
             {text}\n{}{} {fault}",
            " ".repeat(start),
            "^".repeat(length),
        ),
    ))
}

/// The terms of an expression, and where each begins.
fn terms(text: &str) -> Vec<(usize, &str)> {
    let mut terms = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let parts = c.is_whitespace() || matches!(c, '(' | ')' | '/');
        if parts && let Some(start) = start.take() {
            terms.push((start, &text[start..at]));
        } else if !parts && start.is_none() {
            start = Some(at);
        }
        if matches!(c, '(' | ')' | '/') {
            terms.push((at, &text[at..=at]));
        }
    }
    terms
}

struct Parser<'a> {
    terms: &'a [(usize, &'a str)],
    at: usize,
}

impl Parser<'_> {
    fn next(&self) -> &str {
        self.terms.get(self.at).map_or("", |(_, term)| term)
    }

    fn expression(&mut self) -> Result<(), &'static str> {
        self.license()?;
        while matches!(self.next(), "AND" | "OR" | "/") {
            self.at += 1;
            self.license()?;
        }
        Ok(())
    }

    fn license(&mut self) -> Result<(), &'static str> {
        if self.next() == "(" {
            self.at += 1;
            self.expression()?;
            if self.next() != ")" {
                return Err("unclosed parens");
            }
        } else if !is_license(self.next()) {
            return Err("unknown term");
        }
        self.at += 1;
        if self.next() == "WITH" {
            self.at += 1;
            if !EXCEPTIONS.contains(&self.next()) {
                return Err("unknown term");
            }
            self.at += 1;
        }
        Ok(())
    }
}

fn is_license(term: &str) -> bool {
    LICENSES.contains(&term.strip_suffix('+').unwrap_or(term)) || term.starts_with("LicenseRef-")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn expressions_are_read() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "(MIT AND BSD-3-Clause) OR GPL-2.0+",
            "Apache-2.0 WITH LLVM-exception",
            "LicenseRef-mine",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "nonsense", "MIT OR", "MIT Apache-2.0", "(MIT", "MIT)", "mit", "MIT WITH MIT", "OR MIT"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
