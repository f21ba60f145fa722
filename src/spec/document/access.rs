use serde::{Deserialize, Deserializer};

use super::Condition;

/// Which credentials an operation takes: `x-regspec-credentials`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Access {
    /// No credential at all.
    pub none: Accepts,
    /// Whatever comes is not looked at.
    #[serde(default)]
    pub ignored: bool,
    /// A session's cookie.
    pub cookie: Option<Accepts>,
    /// A token.
    #[serde(default, deserialize_with = "token")]
    pub token: Option<TokenAccess>,
    /// A token of trusted publishing.
    pub trustpub: Option<Accepts>,
    /// The credential of another account.
    pub other_user: Option<Accepts>,
    /// Conditions told even to a caller without credential.
    #[serde(default)]
    pub before_authentication: Vec<Condition>,
    /// Conditions told only to a caller with a good credential.
    #[serde(default)]
    pub after_authentication: Vec<Condition>,
    /// The rules hold only where this query parameter is there.
    pub when: Option<String>,
}

/// Accepted, or refused by a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Accepted.
    Ok,
    /// Refused.
    Refused(Condition),
}

impl Accepts {
    /// It is accepted.
    pub fn is_ok(self) -> bool {
        self == Self::Ok
    }
}

impl<'de> Deserialize<'de> for Accepts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "ok" {
            return Ok(Self::Ok);
        }
        serde_json::from_value(text.into()).map(Self::Refused).map_err(serde::de::Error::custom)
    }
}

/// Which tokens an operation takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenAccess {
    /// The scope that a token needs; nothing where only one without scopes will do.
    pub endpoint_scope: Option<String>,
    /// The token's crate scopes have to cover the crate of the request.
    #[serde(default)]
    pub crate_scope: bool,
    /// What a token with crate scopes gets where the request is about no crate.
    pub crate_scoped: Option<Accepts>,
    /// What a token without scopes gets.
    pub legacy: Option<Accepts>,
    /// What a token with any endpoint scope gets.
    pub scoped: Option<Accepts>,
}

impl TokenAccess {
    /// A token without scopes is taken.
    pub fn takes_legacy(&self) -> bool {
        self.legacy.is_none_or(Accepts::is_ok)
    }
}

fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TokenAccess>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Word(Accepts),
        Rules(TokenAccess),
    }
    Ok(Some(match Written::deserialize(deserializer)? {
        Written::Rules(rules) => rules,
        Written::Word(accepts) => TokenAccess {
            endpoint_scope: None,
            crate_scope: false,
            crate_scoped: None,
            legacy: Some(accepts),
            scoped: (!accepts.is_ok()).then_some(accepts),
        },
    }))
}

/// A way in which a document says that a caller tells who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Not at all.
    None,
    /// By a cookie.
    Cookie,
    /// By a header field other than Authorization.
    Header,
    /// By Authorization.
    Token,
}
