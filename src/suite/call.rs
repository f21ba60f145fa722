use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Publish, Text, step::shorthand};
use crate::spec::{Operation, Scheme};

/// A call of an operation of the contract's document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    /// The `operationId`.
    pub operation: String,
    /// Another method than the operation's own.
    pub method: Option<String>,
    /// Values of path parameters, which are percent-encoded when sent.
    #[serde(default)]
    pub path: BTreeMap<String, Text>,
    /// Values of path parameters that are sent as they stand here.
    #[serde(default)]
    pub path_encoded: BTreeMap<String, Text>,
    /// What is put behind the path, as it stands here.
    pub tail: Option<Text>,
    /// Query parameters, which are percent-encoded when sent.
    #[serde(default)]
    pub query: BTreeMap<String, Text>,
    /// Query that is sent as it stands here, behind the parameters.
    pub query_encoded: Option<Text>,
    /// The body: JSON as it stands here.
    pub body: Option<Text>,
    /// The content type; that of the document if not told, none if empty.
    pub content_type: Option<String>,
    /// The body is an upload, which `cargo publish` would send.
    #[serde(default, deserialize_with = "shorthand")]
    pub upload: Option<Publish>,
    /// Whose credential goes with it; by default one that the operation takes.
    #[serde(default)]
    pub with: Login,
}

impl Call {
    /// A call of an operation without anything.
    pub fn of(operation: &str) -> Self {
        Self { operation: operation.to_owned(), ..Self::default() }
    }

    /// Every text of the call in which placeholders may stand.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let upload = self
            .upload
            .iter()
            .flat_map(|upload| std::iter::once(&upload.version).chain(&upload.name).chain(&upload.json));
        let maps = self.path.values().chain(self.path_encoded.values()).chain(self.query.values());
        maps.chain(&self.tail).chain(&self.query_encoded).chain(&self.body).chain(upload)
    }
}

/// Whose credential a call carries, or what stands in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Login {
    /// One that the operation takes, of the account that makes its good calls.
    #[default]
    Good,
    /// None at all.
    None,
    /// The main account's token.
    Token,
    /// The second account's token.
    OtherToken,
    /// The main account's cookie.
    Cookie,
    /// The second account's cookie.
    OtherCookie,
    /// The token of that name in the credentials file.
    Named(String),
    /// A token of the main account that has this endpoint scope.
    Scope(String),
    /// A token with endpoint scopes, but not this one; of any scopes if empty.
    LacksScope(String),
    /// A token with this endpoint scope whose crate scopes do not cover the crates of this run.
    LacksCrate(String),
    /// A token of a third account, which owns nothing of what the case makes.
    Stranger,
    /// A token of trusted publishing.
    Trustpub,
    /// A token to be used up.
    Burn,
    /// The token that the case used up before.
    Spent,
    /// A token that was valid once.
    Expired,
    /// A token that was taken back.
    Revoked,
    /// A token of the right form that nobody was given.
    Unknown,
    /// The main account's token without its last character.
    Prefix,
    /// The main account's token with its letters in the other case.
    OtherCase,
    /// The main account's token with a character more.
    Padded,
    /// A token that has not the form of one.
    Malformed,
    /// A good token behind a scheme that is not known.
    WrongScheme,
    /// An empty Authorization.
    Empty,
    /// A cookie that nobody was given.
    BadCookie,
}

impl Login {
    /// Every name with the sentence that explains it; `…` stands for a word of the credentials file.
    pub const VOCABULARY: &'static [(&'static str, &'static str)] = &[
        ("good", "one that the operation takes"),
        ("none", "none at all"),
        ("token", "the main account's token"),
        ("other-token", "the second account's token"),
        ("cookie", "the main account's cookie"),
        ("other-cookie", "the second account's cookie"),
        ("token:…", "the token of that name"),
        ("scope:…", "a token with that endpoint scope"),
        ("lacks-scope:…", "a token without that endpoint scope"),
        ("lacks-crate:…", "a token with that endpoint scope for other crates"),
        ("stranger", "a third account's token"),
        ("trustpub", "a token of trusted publishing"),
        ("burn", "a token to be used up"),
        ("spent", "the token that the case used up"),
        ("expired", "a token that has expired"),
        ("revoked", "a token that was revoked"),
        ("unknown", "a token of the right form that nobody was given"),
        ("prefix", "the main account's token without its last character"),
        ("other-case", "the main account's token with its letters in the other case"),
        ("padded", "the main account's token with a character more"),
        ("malformed", "a token that has not the form of one"),
        ("wrong-scheme", "a scheme that is not known"),
        ("empty", "an empty Authorization"),
        ("bad-cookie", "a cookie that nobody was given"),
    ];

    /// The credential that an operation takes, of the account that makes its good calls.
    pub fn of(operation: &Operation) -> Self {
        let (token, cookie) = match operation.by_other {
            false => (Self::Token, Self::Cookie),
            true => (Self::OtherToken, Self::OtherCookie),
        };
        if let Some(access) = &operation.access {
            if access.none.is_ok() {
                return Self::None;
            }
            if let Some(rules) = &access.token {
                if rules.takes_legacy() {
                    return if operation.uses_up.iter().any(|kind| kind == "credential") { Self::Burn } else { token };
                }
                if let Some(scope) = &rules.endpoint_scope {
                    return Self::Scope(scope.clone());
                }
            }
            return match (access.cookie, access.trustpub) {
                (Some(accepts), _) if accepts.is_ok() => cookie,
                (_, Some(accepts)) if accepts.is_ok() && operation.uses_up.iter().any(|kind| kind == "credential") => {
                    Self::Burn
                }
                (_, Some(accepts)) if accepts.is_ok() => Self::Trustpub,
                _ => Self::None,
            };
        }
        let takes = |scheme| operation.security.contains(&scheme);
        match () {
            () if takes(Scheme::None) => Self::None,
            () if takes(Scheme::Token) => token,
            () if takes(Scheme::Cookie) => cookie,
            () => Self::None,
        }
    }

    /// It is a wrong one, of which a target may count how many it has seen.
    pub fn is_wrong(&self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::Spent
                | Self::Revoked
                | Self::Unknown
                | Self::Prefix
                | Self::OtherCase
                | Self::Padded
                | Self::Malformed
                | Self::WrongScheme
                | Self::Empty
                | Self::BadCookie
        )
    }
}

impl TryFrom<String> for Login {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "good" => Self::Good,
            "none" => Self::None,
            "token" => Self::Token,
            "other-token" => Self::OtherToken,
            "cookie" => Self::Cookie,
            "other-cookie" => Self::OtherCookie,
            "stranger" => Self::Stranger,
            "trustpub" => Self::Trustpub,
            "burn" => Self::Burn,
            "spent" => Self::Spent,
            "expired" => Self::Expired,
            "revoked" => Self::Revoked,
            "unknown" => Self::Unknown,
            "prefix" => Self::Prefix,
            "other-case" => Self::OtherCase,
            "padded" => Self::Padded,
            "malformed" => Self::Malformed,
            "wrong-scheme" => Self::WrongScheme,
            "empty" => Self::Empty,
            "bad-cookie" => Self::BadCookie,
            _ => match text.split_once(':') {
                Some(("token", name)) => Self::Named(name.to_owned()),
                Some(("scope", scope)) => Self::Scope(scope.to_owned()),
                Some(("lacks-scope", scope)) => Self::LacksScope(scope.to_owned()),
                Some(("lacks-crate", scope)) => Self::LacksCrate(scope.to_owned()),
                _ => {
                    let names: Vec<_> = Self::VOCABULARY.iter().map(|(name, _)| *name).collect();
                    return Err(format!("`{text}` is no credential; there are {}", names.join(", ")));
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{Step, Verb};

    #[test]
    fn a_call_is_written_in_a_suite() {
        let text = "call = { operation = \"find_crate\", path = { name = \"{crate}\" }, with = \"scope:yank\" }";
        let step: Step = toml::from_str(text).unwrap();
        let Verb::Call(call) = step.verb else { panic!() };
        assert_eq!(call.with, Login::Scope("yank".into()));
        assert_eq!(call.texts().flat_map(Text::placeholders).collect::<Vec<_>>(), ["crate"]);
        let error = toml::from_str::<Step>("call = { operation = \"a\", with = \"cokie\" }").unwrap_err();
        assert!(error.to_string().contains("`cokie` is no credential"), "{error}");
    }

    #[test]
    fn every_name_of_a_credential_is_read() {
        for (name, _) in Login::VOCABULARY {
            assert!(Login::try_from(name.replace('…', "x")).is_ok(), "{name}");
        }
    }
}
