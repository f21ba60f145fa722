use std::{cmp::Ordering, collections::BTreeMap};

use serde::Deserialize;
use serde_json::Value;

use super::errors::texts;

/// How an operation hands out a long list: `x-regspec-pagination`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pagination {
    /// The kinds that it knows.
    pub kinds: Vec<PageKind>,
    /// It pages only where this parameter is given.
    pub needs: Option<String>,
    /// Name of the parameter for the page's number.
    #[serde(default = "page")]
    pub page: String,
    /// Name of the parameter for the page's size.
    #[serde(default = "size")]
    pub size: String,
    /// Name of the parameter for the place to go on from.
    #[serde(default = "seek")]
    pub seek: String,
    /// The page size without the parameter.
    pub default_size: Option<u64>,
    /// Where the list stands in the body.
    pub items: String,
    /// What tells two items apart: pointers into an item.
    #[serde(deserialize_with = "texts")]
    pub id: Vec<String>,
    /// Where the total stands.
    pub total: Option<String>,
    /// Where the link to the next page stands.
    pub next: Option<String>,
    /// Where the link to the page before stands.
    pub prev: Option<String>,
    /// Where a boolean stands that says whether the page came back full.
    pub more: Option<String>,
    /// The highest page that may be asked for.
    pub last_page: Option<u64>,
    /// A full page has a link to the next even where nothing follows.
    pub full_page_links: Option<bool>,
    /// What the total is on an empty page.
    pub total_on_empty: Option<EmptyTotal>,
    /// Query that keeps the walk short and quiet.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
}

/// How the next page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// By its number.
    Page,
    /// By the place that the page before handed out.
    Seek,
}

impl PageKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Seek => "seek",
        }
    }
}

/// The total of an empty page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyTotal {
    /// 0.
    Zero,
    /// That of every page.
    True,
    /// None is told.
    None,
}

fn page() -> String {
    "page".to_owned()
}

fn size() -> String {
    "per_page".to_owned()
}

fn seek() -> String {
    "seek".to_owned()
}

/// In which order an operation hands out a list: `x-regspec-sort`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sort {
    /// The query parameter; none where the order is fixed.
    pub parameter: Option<String>,
    /// Where the list stands in the body.
    pub items: String,
    /// The order that each value asks for; null where nothing can be said of it.
    #[serde(default)]
    pub values: BTreeMap<String, Option<Order>>,
    /// The order without the parameter: a value, or the order itself.
    pub default: Option<DefaultOrder>,
    /// The value that any unknown one counts as.
    pub unknown_value: Option<String>,
    /// Values count in any case.
    #[serde(default)]
    pub any_case: bool,
    /// Query under which the orders hold.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
}

impl Sort {
    /// The order without the parameter.
    pub fn default_order(&self) -> Option<&Order> {
        match self.default.as_ref()? {
            DefaultOrder::Value(value) => self.values.get(value)?.as_ref(),
            DefaultOrder::Order(order) => Some(order),
        }
    }
}

/// The order without the parameter.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum DefaultOrder {
    /// That of a value.
    Value(String),
    /// This one.
    Order(Order),
}

/// One order, and what decides between equal keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Order {
    /// Pointer into the item.
    pub key: String,
    /// Which way.
    pub order: Direction,
    /// How values are compared; by their JSON type if not told.
    pub r#as: Option<KeyKind>,
    /// Where null stands.
    pub missing: Option<Missing>,
    /// What decides between equal keys.
    pub tie: Option<Box<Order>>,
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    Ascending,
    Descending,
}

/// How keys are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// As texts: told only where bytes and letters agree, for databases collate in their own ways.
    Text,
    /// As names: likewise.
    Name,
    /// As numbers.
    Number,
    /// As points in time (RFC 3339).
    Time,
    /// As cargo compares versions.
    Semver,
    /// False before true.
    Boolean,
}

/// How two values compare; nothing where that cannot be told.
pub fn compare(kind: Option<KeyKind>, a: &Value, b: &Value) -> Option<Ordering> {
    let texts = || Some((a.as_str()?, b.as_str()?));
    match (kind, a) {
        (Some(KeyKind::Semver), _) => {
            let (a, b) = texts()?;
            Some(semver::Version::parse(a).ok()?.cmp_precedence(&semver::Version::parse(b).ok()?))
        }
        (Some(KeyKind::Time), _) => {
            let (a, b) = texts()?;
            Some(chrono::DateTime::parse_from_rfc3339(a).ok()?.cmp(&chrono::DateTime::parse_from_rfc3339(b).ok()?))
        }
        (_, Value::Number(_)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (_, Value::Bool(a)) => Some(a.cmp(&b.as_bool()?)),
        _ => {
            let (a, b) = texts()?;
            // Databases differ in how they collate: only what bytes and letters agree upon is told.
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            let (bytes, folded) = (a.cmp(b), letters(a).cmp(&letters(b)));
            (bytes == folded).then_some(bytes)
        }
    }
}

/// Where null stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Missing {
    First,
    Last,
}
