use super::Case;
use crate::spec::{LoadError, nearest};

/// Which cases are wanted: parts of case or requirement ids, of which a leading `!` excludes.
#[derive(Debug, Clone, Default)]
pub struct Filter(Vec<String>);

impl Filter {
    /// A filter of these parts; none of them wants everything.
    pub fn new(parts: impl IntoIterator<Item = String>) -> Self {
        Self(parts.into_iter().collect())
    }

    /// The cases wanted.
    ///
    /// # Errors
    /// A part matches no case at all, which is more likely a typo than a wish.
    pub fn apply(&self, cases: Vec<Case>) -> Result<Vec<Case>, LoadError> {
        for part in &self.0 {
            let word = part.trim_start_matches('!');
            if !cases.iter().any(|case| matches(case, word)) {
                let error = LoadError::new("--only", format!("no case or requirement contains `{word}`"));
                let names = cases
                    .iter()
                    .flat_map(|case| case.id.split("::").chain(case.requirements.iter().map(|id| id.as_str())));
                return Err(match nearest(word, names) {
                    Some(name) => error.hint(format!("did you mean `{name}`? `regspec list` prints all")),
                    None => error.hint("`regspec list` prints all cases"),
                });
            }
        }
        Ok(cases.into_iter().filter(|case| self.wants(case)).collect())
    }

    fn wants(&self, case: &Case) -> bool {
        let (out, wanted): (Vec<_>, Vec<_>) = self.0.iter().partition(|part| part.starts_with('!'));
        !out.iter().any(|part| matches(case, &part[1..]))
            && (wanted.is_empty() || wanted.iter().any(|part| matches(case, part)))
    }
}

fn matches(case: &Case, part: &str) -> bool {
    case.id.contains(part) || case.requirements.iter().any(|id| id.as_str().contains(part))
}
