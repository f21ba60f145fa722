//! What a contract's document and overlays tell of the reply to a call, as checks name it.

use serde::Deserialize;

use super::Text;
use crate::spec::Condition;

/// What the document says of the reply to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyRule {
    /// Status, content type, header fields and schema of a good reply.
    Documented,
    /// The status of a good reply, and no body.
    Head,
    /// Not a failure of the server.
    NotAFailure,
}

/// A condition and what it is about.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ErrorReply {
    /// The condition.
    pub condition: Condition,
    /// The parameter, or the field of the body.
    pub parameter: Option<String>,
    /// What was sent there.
    pub value: Option<Text>,
}

/// The order of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ordered {
    /// The value of the sort parameter; none for the order without it.
    pub value: Option<String>,
}

/// What stands in a list within a JSON body. A value fits a pattern that is an object where each of its members does; any
/// other pattern is the value itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Items {
    /// JSON Pointer to the list.
    pub list: String,
    /// Patterns, as JSON, each of which some item fits.
    #[serde(default)]
    pub includes: Vec<Text>,
    /// Patterns, as JSON, that no item fits.
    #[serde(default)]
    pub lacks: Vec<Text>,
    /// The pattern, as JSON, that every item fits.
    pub every: Option<Text>,
    /// Members that no item has.
    #[serde(default)]
    pub without: Vec<String>,
    /// How many items there are.
    pub count: Option<usize>,
}
