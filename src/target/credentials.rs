use std::collections::BTreeMap;

use serde::Deserialize;

/// What the run holds to show to a target. Tokens are whole values of `Authorization`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Credentials {
    /// The main account's token.
    pub token: Option<String>,
    /// The main account's login.
    pub login: Option<String>,
    /// The token of an account that owns nothing.
    pub other_token: Option<String>,
    /// The login of a second account.
    pub other_login: Option<String>,
    /// The login of a third account.
    pub third_login: Option<String>,
    /// A token that was valid once.
    pub revoked_token: Option<String>,
    /// A cookie for operations that take one.
    pub cookie: Option<String>,
    /// Further tokens.
    pub tokens: Vec<HeldToken>,
    /// Further cookies.
    pub cookies: Vec<HeldCookie>,
    /// The accounts.
    pub users: Vec<HeldUser>,
    /// Resources that the run may use, by kind.
    pub resources: BTreeMap<String, OneOrMany>,
}

/// A token with what is known of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeldToken {
    /// The name by which cases ask for it.
    pub name: Option<String>,
    /// The whole value of `Authorization`.
    pub value: String,
    /// The login of its account.
    pub user: Option<String>,
    /// The endpoint scopes that it is bound to; none for a token that may do everything.
    pub endpoint_scopes: Option<Vec<String>>,
    /// The crates that it is bound to; all if none.
    pub crate_scopes: Option<Vec<String>>,
    /// What became of it.
    #[serde(default)]
    pub state: TokenState,
    /// It is one of trusted publishing.
    #[serde(default)]
    pub trustpub: bool,
}

/// What became of a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// It is good.
    #[default]
    Valid,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// It is good, and handed over to be used up.
    Burn,
}

/// A session's cookie.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeldCookie {
    /// The login of its account.
    pub user: String,
    /// The whole value of `Cookie`.
    pub value: String,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeldUser {
    /// Its login.
    pub login: String,
    /// Its number.
    pub id: Option<i64>,
}

/// One value that serves for ever, or several of which each serves once.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// It serves for ever.
    One(Plain),
    /// Each serves once.
    Many(Vec<Plain>),
}

/// A text or a number.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Plain {
    Text(String),
    Number(i64),
}

impl std::fmt::Display for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = |secret: &Option<String>| if secret.is_some() { "held" } else { "not held" };
        f.debug_struct("Credentials")
            .field("token", &held(&self.token))
            .field("other_token", &held(&self.other_token))
            .field("revoked_token", &held(&self.revoked_token))
            .field("cookie", &held(&self.cookie))
            .field("login", &self.login)
            .field("other_login", &self.other_login)
            .field("third_login", &self.third_login)
            .field("tokens", &self.tokens.len())
            .field("cookies", &self.cookies.len())
            .field("users", &self.users)
            .field("resources", &self.resources.keys().collect::<Vec<_>>())
            .finish()
    }
}

impl Credentials {
    /// Every secret with the word by which records name it.
    pub fn secrets(&self) -> impl Iterator<Item = (String, &str)> {
        let flat = [
            ("token:main", &self.token),
            ("token:other", &self.other_token),
            ("token:revoked", &self.revoked_token),
            ("cookie", &self.cookie),
        ];
        let flat = flat.into_iter().filter_map(|(name, secret)| Some((name.to_owned(), secret.as_deref()?)));
        let tokens = self.tokens.iter().enumerate().map(|(index, token)| {
            let name = token.name.clone().unwrap_or_else(|| (index + 1).to_string());
            (format!("token:{name}"), token.value.as_str())
        });
        let cookies = self.cookies.iter().map(|cookie| (format!("cookie:{}", cookie.user), cookie.value.as_str()));
        let handed = self.resources.iter().filter(|(kind, _)| kind.ends_with("-token") || kind.ends_with("-jwt"));
        let handed = handed.flat_map(|(kind, values)| values.iter().map(move |value| (kind, value)));
        let handed = handed.filter_map(|(kind, value)| match value {
            Plain::Text(text) => Some((kind.clone(), text.as_str())),
            Plain::Number(_) => None,
        });
        flat.chain(tokens).chain(cookies).chain(handed)
    }

    /// The number of an account.
    pub fn id_of(&self, login: Option<&str>) -> Option<i64> {
        self.users.iter().find(|user| Some(user.login.as_str()) == login)?.id
    }

    /// The cookie of an account; for the main one also that which stands alone.
    pub fn cookie_of(&self, login: Option<&str>) -> Option<&str> {
        let named = self.cookies.iter().find(|cookie| Some(cookie.user.as_str()) == login);
        let alone = self.cookie.as_ref().filter(|_| login == self.login.as_deref());
        named.map(|cookie| &cookie.value).or(alone).map(String::as_str)
    }

    /// The first token of trusted publishing in that state, whosever it is.
    pub fn trustpub(&self, state: TokenState) -> Option<&str> {
        self.tokens.iter().find(|token| token.trustpub && token.state == state).map(|token| token.value.as_str())
    }

    /// The first token of the main account for which this holds.
    pub fn token_that(&self, holds: impl Fn(&HeldToken) -> bool) -> Option<&str> {
        let own = |token: &&HeldToken| token.user.is_none() || token.user == self.login;
        self.tokens.iter().filter(own).find(|token| !token.trustpub && holds(token)).map(|token| token.value.as_str())
    }
}

impl OneOrMany {
    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = &Plain> {
        match self {
            Self::One(value) => std::slice::from_ref(value).iter(),
            Self::Many(values) => values.iter(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_credentials_tells_tokens_apart() {
        let text = "
token = \"main\"
login = \"alice\"
[[tokens]]
name = \"yank-only\"
value = \"secret-1\"
user = \"alice\"
endpoint-scopes = [\"yank\"]
crate-scopes = [\"a*\"]
[[tokens]]
value = \"secret-2\"
state = \"expired\"
[[cookies]]
user = \"alice\"
value = \"cargo_session=x\"
[[users]]
login = \"alice\"
id = 7
[resources]
category = \"web\"
email-token = [\"mail-1\", \"mail-2\"]
";
        let held: Credentials = toml::from_str(text).unwrap();
        assert_eq!(held.id_of(Some("alice")), Some(7));
        assert_eq!(held.cookie_of(held.login.as_deref()), Some("cargo_session=x"));
        assert_eq!(held.token_that(|token| token.state == TokenState::Expired), Some("secret-2"));
        let secrets: Vec<_> = held.secrets().map(|(name, secret)| format!("{name}={secret}")).collect();
        assert_eq!(
            secrets,
            [
                "token:main=main",
                "token:yank-only=secret-1",
                "token:2=secret-2",
                "cookie:alice=cargo_session=x",
                "email-token=mail-1",
                "email-token=mail-2"
            ]
        );
        assert!(!format!("{held:?}").contains("secret-1"));
    }
}
