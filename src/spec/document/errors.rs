use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::Condition;
use crate::spec::Level;

/// What a condition is answered with: one row of `x-regspec-errors`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ErrorRow {
    /// The condition.
    pub condition: Condition,
    /// The statuses that are right. A 2xx or 3xx says that the condition is no error here.
    pub status: Vec<StatusRange>,
    /// The text of the error is one of these.
    #[serde(default, deserialize_with = "texts")]
    pub detail: Vec<String>,
    /// Each of these stands in the text.
    #[serde(default, deserialize_with = "texts")]
    pub detail_contains: Vec<String>,
    /// The level, SHOULD unless told.
    pub level: Option<Level>,
    /// Only for these parameters; for all if empty.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Only for these values; for all if empty.
    #[serde(default)]
    pub values: Vec<String>,
    /// The reply has no body.
    #[serde(default)]
    pub empty: bool,
    /// Header fields of the reply: a value, or a regular expression between slashes.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// From this date on.
    pub since: Option<String>,
    /// Up to this date.
    pub until: Option<String>,
    /// Where it is written, if not where the overlay's action says.
    pub source: Option<String>,
    /// Why it is told.
    pub reason: Option<String>,
}

impl ErrorRow {
    /// The row is about this parameter and value.
    pub fn is_about(&self, parameter: Option<&str>, value: Option<&str>) -> bool {
        let within = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|known| known == word))
        };
        within(&self.parameters, parameter) && within(&self.values, value)
    }

    /// The condition is no error here.
    pub fn is_success(&self) -> bool {
        self.status.iter().all(|status| matches!(status.hundreds(), 2 | 3))
    }
}

/// A status, or all of a hundred: `404`, `"4XX"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusRange {
    /// This one.
    One(u16),
    /// All of these hundreds.
    Hundred(u16),
}

impl StatusRange {
    /// Whether a status is meant.
    pub fn covers(self, status: u16) -> bool {
        match self {
            Self::One(number) => number == status,
            Self::Hundred(hundreds) => hundreds == status / 100,
        }
    }

    fn hundreds(self) -> u16 {
        match self {
            Self::One(number) => number / 100,
            Self::Hundred(hundreds) => hundreds,
        }
    }

    /// Reads `404` or `4XX`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [hundreds @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Self::Hundred(u16::from(hundreds - b'0'))),
            _ => text.parse().ok().filter(|number| (100..600).contains(number)).map(Self::One),
        }
    }
}

impl std::fmt::Display for StatusRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(number) => write!(f, "{number}"),
            Self::Hundred(hundreds) => write!(f, "{hundreds}XX"),
        }
    }
}

impl<'de> Deserialize<'de> for StatusRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u16),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        };
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no status")))
    }
}

/// One text, or several.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(text) => vec![text],
        Written::Several(texts) => texts,
    })
}
