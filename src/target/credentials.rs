use serde::Deserialize;

/// What the run holds to show to a target. Tokens are whole values of `Authorization`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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
            .finish()
    }
}

impl Credentials {
    /// Every secret with the word by which records name it.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("token:main", &self.token),
            ("token:other", &self.other_token),
            ("token:revoked", &self.revoked_token),
            ("cookie", &self.cookie),
        ]
        .into_iter()
        .filter_map(|(name, secret)| Some((name, secret.as_deref()?)))
    }
}
