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
