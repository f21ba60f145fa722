use super::{Registry, Route, Rule, reply::Refusal};
use crate::exchange::Request;

/// Who is behind a call that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// The user of a valid token.
    User(String),
    /// Nobody was asked, since the rule that asks is broken. Counts as an owner.
    Anyone,
}

impl Caller {
    /// Whether the caller is one of these owners.
    pub(super) fn is_among(&self, owners: &[String]) -> bool {
        match self {
            Self::User(login) => owners.contains(login),
            Self::Anyone => true,
        }
    }
}

impl Registry {
    /// Lets a request in, as far as its route alone decides. A private registry asks before it looks anything up, so that what
    /// exists and what does not cannot be told apart from outside.
    pub(super) fn admit(&self, route: &Route, request: &Request) -> Result<(), Refusal> {
        let rule = match route {
            Route::Config => Rule::ConfigAuth,
            Route::IndexFile(_) => Rule::IndexAuth,
            Route::Download { .. } => Rule::DownloadAuth,
            Route::Search => Rule::SearchAuth,
            Route::Owners { .. } if matches!(request.method.as_str(), "GET" | "HEAD") => Rule::OwnersAuth,
            _ => return Ok(()),
        };
        if !self.config.private || !self.upholds(rule) || self.login(request).is_some() {
            return Ok(());
        }
        if matches!(rule, Rule::SearchAuth | Rule::OwnersAuth) {
            return Err(no_token());
        }
        let challenge = format!("Cargo login_url=\"{}/me\"", self.config.base());
        Err(Refusal::unauthorised(self.upholds(Rule::Challenge).then_some(challenge)))
    }

    /// Who calls, for an action that one of the token rules guards.
    pub(super) fn caller(&self, request: &Request, rule: Rule) -> Result<Caller, Refusal> {
        match self.login(request) {
            Some(login) => Ok(Caller::User(login.to_owned())),
            None if self.upholds(rule) => Err(no_token()),
            None => Ok(Caller::Anyone),
        }
    }

    /// The login of a valid token. The whole value of the one `Authorization` field is the token, whatever it looks like:
    /// cargo sends no scheme. Cargo book, Registry Web API.
    fn login(&self, request: &Request) -> Option<&str> {
        let mut values = request.headers.all("authorization");
        let value = values.next().filter(|_| values.next().is_none())?;
        let user = self
            .config
            .users
            .iter()
            .find(|user| user.token.as_deref().is_some_and(|token| self.is_token(value, token)))?;
        Some(&user.login)
    }

    fn is_token(&self, value: &str, token: &str) -> bool {
        !token.is_empty()
            && (value == token
                || !self.upholds(Rule::TokenCase) && value.eq_ignore_ascii_case(token)
                || !self.upholds(Rule::TokenPrefix) && !value.is_empty() && token.starts_with(value)
                || !self.upholds(Rule::TokenScheme) && value.strip_prefix("Bearer ") == Some(token))
    }
}

fn no_token() -> Refusal {
    Refusal::denied("this needs a valid token in the Authorization header")
}

#[cfg(test)]
mod tests {
    use crate::{
        exchange::Request,
        reference::{Config, Registry, Rule},
    };

    fn accepted(config: &Config, values: &[&str]) -> bool {
        let request =
            values.iter().fold(Request::new("GET", ""), |request, value| request.header("Authorization", *value));
        Registry::new(config.clone()).login(&request).is_some()
    }

    #[test]
    fn only_the_whole_value_is_the_token() {
        let config = Config::new("").token("Basic eHl6").other_token("");
        assert!(accepted(&config, &["Basic eHl6"]));
        for value in
            ["eHl6", "basic eHl6", "Basic eHl", " Basic eHl6", "Basic eHl6 ", "Bearer Basic eHl6", "", "\u{e9}"]
        {
            assert!(!accepted(&config, &[value]), "{value:?}");
        }
        assert!(!accepted(&config, &["Basic eHl6", "Basic eHl6"]));
        assert!(!accepted(&config, &[]));
    }

    #[test]
    fn near_misses_pass_where_their_rule_is_broken() {
        let config = Config::new("").token("secret");
        for (rule, value) in
            [(Rule::TokenCase, "SECRET"), (Rule::TokenPrefix, "secr"), (Rule::TokenScheme, "Bearer secret")]
        {
            assert!(!accepted(&config, &[value]));
            assert!(accepted(&config.clone().broken([rule]), &[value]));
        }
    }
}
