use super::{Accounts, Id, next};
use crate::reference::crates_io::Time;

/// What every API token begins with.
const PREFIX: &str = "cio";
const LENGTH: usize = 32;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reference) enum EndpointScope {
    PublishNew,
    PublishUpdate,
    Yank,
    ChangeOwners,
    TrustedPublishing,
}

impl EndpointScope {
    /// In the order in which crates.io lists them.
    pub(in crate::reference) const ALL: [Self; 5] =
        [Self::PublishNew, Self::PublishUpdate, Self::Yank, Self::ChangeOwners, Self::TrustedPublishing];

    /// As requests and replies spell it.
    pub(in crate::reference) fn name(self) -> &'static str {
        match self {
            Self::PublishNew => "publish-new",
            Self::PublishUpdate => "publish-update",
            Self::Yank => "yank",
            Self::ChangeOwners => "change-owners",
            Self::TrustedPublishing => "trusted-publishing",
        }
    }

    /// The scope of that name.
    pub(in crate::reference) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// An API token.
#[derive(Debug, Clone)]
pub(in crate::reference) struct ApiToken {
    pub(in crate::reference) id: Id,
    pub(in crate::reference) user: Id,
    pub(in crate::reference) name: String,
    pub(in crate::reference) plaintext: String,
    pub(in crate::reference) created: Time,
    pub(in crate::reference) last_used: Option<Time>,
    pub(in crate::reference) expires: Option<Time>,
    pub(in crate::reference) revoked: bool,
    /// None at all is the token of old, which passes every test of this kind.
    pub(in crate::reference) endpoint_scopes: Option<Vec<EndpointScope>>,
    /// None and an empty list are every crate.
    pub(in crate::reference) crate_scopes: Option<Vec<String>>,
}

impl ApiToken {
    /// A token without scopes and end, as yet without number and plaintext.
    pub(in crate::reference) fn new(user: Id, name: impl Into<String>, created: Time) -> Self {
        Self {
            id: 0,
            user,
            name: name.into(),
            plaintext: String::new(),
            created,
            last_used: None,
            expires: None,
            revoked: false,
            endpoint_scopes: None,
            crate_scopes: None,
        }
    }

    /// It is from the time before scopes.
    pub(in crate::reference) fn is_legacy(&self) -> bool {
        self.endpoint_scopes.is_none()
    }

    /// Its time is over.
    pub(in crate::reference) fn is_expired(&self, now: Time) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether it may be used for that; an operation without a scope takes tokens of old alone.
    pub(in crate::reference) fn covers(&self, scope: Option<EndpointScope>) -> bool {
        match &self.endpoint_scopes {
            None => true,
            Some(held) => scope.is_some_and(|scope| held.contains(&scope)),
        }
    }

    /// It is bound to crates.
    pub(in crate::reference) fn is_bound(&self) -> bool {
        self.crate_scopes.as_ref().is_some_and(|scopes| !scopes.is_empty())
    }

    /// Whether it may be used for a crate of exactly that spelling.
    pub(in crate::reference) fn covers_crate(&self, name: &str) -> bool {
        let matches = |scope: &String| match scope.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => scope == name,
        };
        !self.is_bound() || self.crate_scopes.iter().flatten().any(matches)
    }
}

impl Accounts {
    /// Issues a token: gives it a number and a plaintext.
    pub(in crate::reference) fn issue(&mut self, token: ApiToken) -> &ApiToken {
        let plaintext = format!("{PREFIX}{}", self.secret(LENGTH));
        self.issue_as(token, plaintext)
    }

    /// Issues a token with this plaintext.
    pub(in crate::reference) fn issue_as(&mut self, token: ApiToken, plaintext: String) -> &ApiToken {
        let id = next(&self.tokens);
        self.tokens.entry(id).or_insert(ApiToken { id, plaintext, ..token })
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiToken, EndpointScope};

    #[test]
    fn crate_scopes_match_exactly_or_by_prefix() {
        let token = |scopes: &[&str]| ApiToken {
            crate_scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
            ..ApiToken::new(1, "", 0)
        };
        for (scopes, name, covered) in [
            (&[][..], "any", true),
            (&["*"], "any", true),
            (&["a-*", "beta"], "a-b", true),
            (&["a-*", "beta"], "beta", true),
            (&["a-*", "beta"], "a_b", false),
            (&["a-*", "beta"], "Beta", false),
            (&["a-*", "beta"], "betaa", false),
        ] {
            assert_eq!(token(scopes).covers_crate(name), covered, "{scopes:?} {name}");
        }
    }

    #[test]
    fn an_empty_list_of_endpoint_scopes_is_good_for_nothing() {
        let token = |endpoint_scopes| ApiToken { endpoint_scopes, ..ApiToken::new(1, "", 0) };
        for (held, asked, covered) in [
            (None, None, true),
            (None, Some(EndpointScope::Yank), true),
            (Some(vec![]), Some(EndpointScope::Yank), false),
            (Some(vec![EndpointScope::Yank]), Some(EndpointScope::Yank), true),
            (Some(vec![EndpointScope::Yank]), Some(EndpointScope::ChangeOwners), false),
            (Some(EndpointScope::ALL.to_vec()), None, false),
        ] {
            assert_eq!(token(held.clone()).covers(asked), covered, "{held:?} {asked:?}");
        }
    }
}
