//! Whether values go together as `agree` says.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{
    Agree, Relation,
    values::{Look, Misshapen, Picked, Unseen, ordering},
};

/// No more than so many values that have no place are told.
const TOLD: usize = 5;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The values of both sides. Where a second look finds the same ones, nothing moved between.
    pub seen: Vec<Value>,
    /// What does not go together.
    pub odd: Option<Odd>,
}

/// Values that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// What would.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// The exchange that shows it.
    pub exchange: usize,
}

impl Agree {
    /// Compares.
    ///
    /// # Errors
    /// A reply tells nothing of the values, or something other than them.
    pub fn compare(&self, look: &Look<'_>) -> Result<Compared, Unseen> {
        let these = self.these.pick(look)?;
        let those = match &self.those {
            Some(those) => those.pick(look)?,
            None => Ok(Vec::new()),
        };
        let place = self.these.exchanges(look).first().copied().unwrap_or(look.at);
        let (these, those) = match (these, those) {
            (Ok(these), Ok(those)) => (these, those),
            (these, those) => return Ok(misshapen([these, those])),
        };
        let odd = self.odd(&these, &those)?.map(|actual| Odd { expected: self.told(&those), actual, exchange: place });
        Ok(Compared { seen: vec![Value::Array(these), Value::Array(those)], odd })
    }

    fn told(&self, those: &[Value]) -> String {
        let these = self.these.told();
        // Of a long text the end is cut off. What is missing in a list, or has no place there, is told as actual.
        let in_a_list = matches!(self.are, Relation::SameSet | Relation::Within | Relation::Apart);
        let those = self.those.as_ref().map_or_else(String::new, |side| match side.value {
            Some(_) => list(those),
            None if in_a_list => format!("{}: {}", side.told(), list(those)),
            None => format!("{} ({})", list(those), side.told()),
        });
        match self.are {
            Relation::Equal => format!("{these} as {those}"),
            Relation::SameSet => format!("{these}, in any order, as {those}"),
            Relation::Within => format!("{these} within {those}"),
            Relation::Apart => format!("{these} apart from {those}"),
            Relation::AtMost => format!("{these} at most {those}"),
            Relation::AtLeast => format!("{these} at least {those}"),
            Relation::Near => format!("{these} within a second of {those}"),
            Relation::Begins => format!("{these} beginning with {those}"),
            Relation::Lacks => format!("{these} without {those}"),
            // Whole items are too long to be told.
            Relation::Alike => {
                let side = self.those.as_ref().map(super::Values::told).unwrap_or_default();
                format!("{these} alike {side} by {}", self.by.as_deref().unwrap_or_default())
            }
            Relation::Once => format!("{these} each once"),
            Relation::Rising => format!("{these} rising"),
            Relation::Falling => format!("{these} falling"),
        }
    }

    /// What is wrong, in words; nothing if they go together.
    fn odd(&self, these: &[Value], those: &[Value]) -> Result<Option<String>, Unseen> {
        let the_one = || match those {
            [one] => Ok(one),
            several => Err(Unseen(format!("{} values where one is compared with", several.len()))),
        };
        Ok(match self.are {
            Relation::Equal => (these != those).then(|| list(these)),
            Relation::SameSet => {
                let (besides, missing) = (left_over(these, those), left_over(those, these));
                (!besides.is_empty() || !missing.is_empty())
                    .then(|| format!("besides: {}; missing: {}", list(&besides), list(&missing)))
            }
            Relation::Within => {
                let besides: Vec<Value> = these.iter().filter(|value| !those.contains(value)).cloned().collect();
                (!besides.is_empty()).then(|| list(&besides))
            }
            Relation::Apart => {
                let shared: Vec<Value> = these.iter().filter(|value| those.contains(value)).cloned().collect();
                (!shared.is_empty()).then(|| list(&shared))
            }
            Relation::AtMost => self.beyond(these, those, Ordering::Greater)?,
            Relation::AtLeast => self.beyond(these, those, Ordering::Less)?,
            Relation::Near => {
                let far: Vec<Value> = pairs(these, those)?
                    .filter(|(this, that)| !near(this, that))
                    .map(|(this, _)| this.clone())
                    .collect();
                (!far.is_empty()).then(|| list(&far))
            }
            Relation::Lacks => {
                let part = the_one()?.as_str().unwrap_or_default();
                let has = |value: &&Value| value.as_str().is_some_and(|text| text.contains(part));
                let with: Vec<Value> = these.iter().filter(has).cloned().collect();
                (!with.is_empty()).then(|| list(&with))
            }
            Relation::Begins => {
                let start = the_one()?.as_str().unwrap_or_default().to_lowercase();
                let begins = |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().starts_with(&start));
                let others: Vec<Value> = these.iter().filter(|value| !begins(value)).cloned().collect();
                (!others.is_empty()).then(|| list(&others))
            }
            Relation::Alike => self.unlike(these, those),
            Relation::Once => {
                let twice: Vec<Value> = these
                    .iter()
                    .enumerate()
                    .filter(|(at, value)| these[..*at].contains(value))
                    .map(|(_, v)| v.clone())
                    .collect();
                (!twice.is_empty()).then(|| format!("more than once: {}", list(&twice)))
            }
            Relation::Rising => self.turns(these, Ordering::Greater),
            Relation::Falling => self.turns(these, Ordering::Less),
        })
    }

    fn beyond(&self, these: &[Value], those: &[Value], way: Ordering) -> Result<Option<String>, Unseen> {
        let mut beyond = Vec::new();
        for (value, limit) in pairs(these, those)? {
            match ordering(self.r#as, value, limit) {
                Some(found) if found == way => beyond.push(value.clone()),
                Some(_) => {}
                None => return Err(Unseen(format!("{value} and {limit} have no order"))),
            }
        }
        Ok((!beyond.is_empty()).then(|| list(&beyond)))
    }

    fn turns(&self, these: &[Value], way: Ordering) -> Option<String> {
        let pair = these.windows(2).find(|pair| ordering(self.r#as, &pair[0], &pair[1]) == Some(way))?;
        Some(format!("{} before {}", pair[0], pair[1]))
    }

    fn unlike(&self, these: &[Value], those: &[Value]) -> Option<String> {
        let by = self.by.as_deref()?;
        these.iter().find_map(|this| {
            let key = this.pointer(by)?;
            let that = those.iter().find(|that| that.pointer(by) == Some(key))?;
            let (this, that) = (this.as_object()?, that.as_object()?);
            let names = this.keys().chain(that.keys());
            let meant =
                |name: &&String| !self.except.contains(name) && (self.only.is_empty() || self.only.contains(name));
            let differs = |name: &&String| this.get(*name) != that.get(*name);
            let name = names.filter(meant).find(differs)?;
            let told = |side: Option<&Value>| side.map_or_else(|| "nothing".to_owned(), Value::to_string);
            Some(format!("{name} of {key} is {} here and {} there", told(this.get(name)), told(that.get(name))))
        })
    }
}

/// Each of these with its counterpart, or with the one that there is.
fn pairs<'v>(these: &'v [Value], those: &'v [Value]) -> Result<impl Iterator<Item = (&'v Value, &'v Value)>, Unseen> {
    if those.len() != 1 && those.len() != these.len() {
        return Err(Unseen(format!("{} values and {} to compare them with", these.len(), those.len())));
    }
    Ok(these.iter().zip(those.iter().cycle()))
}

fn near(one: &Value, other: &Value) -> bool {
    let time = |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok();
    let (Some(one), Some(other)) = (time(one), time(other)) else { return false };
    (one - other).abs() <= chrono::TimeDelta::seconds(1)
}

/// What stands more often on the one side than on the other.
fn left_over(one: &[Value], other: &[Value]) -> Vec<Value> {
    let mut other = other.to_vec();
    let mut left = Vec::new();
    for value in one {
        match other.iter().position(|known| known == value) {
            Some(at) => drop(other.swap_remove(at)),
            None => left.push(value.clone()),
        }
    }
    left
}

fn list(values: &[Value]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [one] => one.to_string(),
        several => {
            let more = several.len().saturating_sub(TOLD);
            let told: Vec<_> = several.iter().take(TOLD).map(Value::to_string).collect();
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            told.join(", ") + &more
        }
    }
}

fn misshapen(sides: [Picked; 2]) -> Compared {
    let seen = sides.iter().map(|side| match side {
        Ok(values) => Value::Array(values.clone()),
        Err(Misshapen { actual, .. }) => json!({ "misshapen": actual }),
    });
    let seen = seen.collect();
    let odd = sides.into_iter().find_map(Result::err);
    let odd = odd.map(|Misshapen { exchange, expected, actual }| Odd { expected, actual, exchange });
    Compared { seen, odd }
}
