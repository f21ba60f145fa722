//! What the environment says.

use serde_json::{Map, Value};

use super::{Inputs, TargetTable};
use crate::spec::LoadError;

/// The options that an environment variable can give, with how its text is read.
const VARIABLES: &[(&str, Kind)] = &[
    ("contract", Kind::List),
    ("suite", Kind::List),
    ("only", Kind::List),
    ("index", Kind::Text),
    ("api", Kind::Text),
    ("index-dir", Kind::Text),
    ("crate", Kind::List),
    ("without", Kind::List),
    ("token", Kind::Text),
    ("other-token", Kind::Text),
    ("login", Kind::Text),
    ("other-login", Kind::Text),
    ("third-login", Kind::Text),
    ("cookie", Kind::Text),
    ("credentials", Kind::Text),
    ("header", Kind::Text),
    ("write", Kind::Flag),
    ("yes", Kind::Flag),
    ("hostile", Kind::Flag),
    ("strict", Kind::Flag),
    ("require", Kind::List),
    ("baseline", Kind::Text),
    ("allow-origin", Kind::List),
    ("max-new-crates", Kind::Number),
    ("max-denied", Kind::Number),
    ("jobs", Kind::Number),
    ("rate", Kind::Text),
    ("timeout", Kind::Number),
    ("settle", Kind::Number),
    ("seed", Kind::Number),
    ("cases", Kind::Number),
    ("found", Kind::Text),
    ("run-id", Kind::Text),
    ("edition", Kind::Text),
    ("cacert", Kind::Text),
    ("record", Kind::Text),
    ("report", Kind::List),
];

enum Kind {
    Text,
    List,
    Flag,
    Number,
}

impl Inputs {
    /// What the environment says, by `REGSPEC_<NAME>`.
    ///
    /// # Errors
    /// A variable holds what its option does not take.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, LoadError> {
        let mut said = Map::new();
        for (name, kind) in VARIABLES {
            let key = format!("REGSPEC_{}", name.to_uppercase().replace('-', "_"));
            let Some(text) = variable(&key).filter(|text| !text.is_empty()) else { continue };
            let wrong = |what: &str| LoadError::new(&key, format!("`{text}` is not {what}"));
            let value = match kind {
                Kind::Text if *name == "header" => Value::from(vec![text.clone()]),
                Kind::Text => Value::from(text.clone()),
                Kind::List => text.split(',').map(|part| Value::from(part.trim())).collect(),
                Kind::Flag => match text.as_str() {
                    "1" | "true" | "yes" | "on" => Value::from(true),
                    "0" | "false" | "no" | "off" => Value::from(false),
                    _ => return Err(wrong("yes or no").hint("1 and 0 do, or true and false")),
                },
                Kind::Number => {
                    serde_json::from_str::<serde_json::Number>(&text).map_err(|_| wrong("a number"))?.into()
                }
            };
            said.insert((*name).to_owned(), value);
        }
        let mut inputs: Self = serde_json::from_value(Value::Object(said))
            .map_err(|error| LoadError::new("REGSPEC_…", error.to_string()))?;
        if let Some(url) = variable("REGSPEC_TARGET").filter(|text| !text.is_empty()) {
            inputs.target = Some(TargetTable { url: Some(url), ..TargetTable::default() });
        }
        Ok(inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_in_the_environment_is_yes_or_no() {
        let error = Inputs::from_env(|name| (name == "REGSPEC_WRITE").then(|| "maybe".to_owned())).unwrap_err();
        assert!(error.to_string().contains("REGSPEC_WRITE"), "{error}");
    }
}
