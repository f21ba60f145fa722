use super::{Accounts, ApiToken, EndpointScope, Id, Lock};
use crate::{
    exchange::Request,
    reference::{
        Registry, Rule, State,
        crates_io::{Time, moment, written},
        reply::Refusal,
    },
};

/// What an operation asks of who calls it.
#[derive(Debug, Clone, Copy)]
pub(in crate::reference) struct Demand<'a> {
    tokens: bool,
    legacy: bool,
    scope: Option<EndpointScope>,
    crates: Crates<'a>,
}

/// How an operation is tied to crates.
#[derive(Debug, Clone, Copy)]
enum Crates<'a> {
    /// Not at all: a token that is bound to crates does not serve.
    Untied,
    /// To one.
    One(&'a str),
    /// It leaves out of its reply what the token is not good for.
    Filtered,
}

impl<'a> Demand<'a> {
    /// A session; no token serves.
    pub(in crate::reference) const fn cookie() -> Self {
        Self { tokens: false, ..Self::any() }
    }

    /// A session or a token of old: no scope covers the operation.
    pub(in crate::reference) const fn any() -> Self {
        Self { tokens: true, legacy: true, scope: None, crates: Crates::Untied }
    }

    /// A session, or a token with that scope.
    pub(in crate::reference) const fn scope(scope: EndpointScope) -> Self {
        Self { scope: Some(scope), ..Self::any() }
    }

    /// A token has to be good for this crate, in exactly this spelling.
    #[must_use]
    pub(in crate::reference) const fn on(self, name: &'a str) -> Self {
        Self { crates: Crates::One(name), ..self }
    }

    /// A token may be bound to whichever crates.
    #[must_use]
    pub(in crate::reference) const fn filtered(self) -> Self {
        Self { crates: Crates::Filtered, ..self }
    }

    /// A token of old does not serve.
    #[must_use]
    pub(in crate::reference) const fn without_legacy(self) -> Self {
        Self { legacy: false, ..self }
    }
}

/// Who calls, and by what this is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reference) struct Caller {
    pub(in crate::reference) user: Id,
    /// The token; none where the call came with a session.
    pub(in crate::reference) token: Option<Id>,
}

impl Registry {
    /// Who calls, if that is enough for what is asked. The order of the tests is that of crates.io, and their texts.
    ///
    /// # Errors
    /// 401 for what cannot be read as a credential, 403 for everything else that is not enough.
    pub(in crate::reference) fn authenticate(
        &self,
        state: &mut State,
        request: &Request,
        demand: Demand<'_>,
    ) -> Result<Caller, Refusal> {
        if !self.is_origin_known(request) && self.upholds(Rule::OriginKnown) {
            return Err(denied("invalid origin header"));
        }
        let now = moment(self.config.clock.now());
        let accounts = &mut state.accounts;
        let session = accounts.session(request).and_then(|session| session.user);
        let caller = match session {
            Some(user) => Caller { user, token: None },
            None => self.bearer(accounts, request, now)?,
        };
        let lock = accounts.users.get(&caller.user).and_then(|account| account.lock.as_ref());
        if let Some(refusal) = lock.and_then(|lock| locked(lock, now)).filter(|_| self.upholds(Rule::AccountLock)) {
            return Err(refusal);
        }
        if let Some(token) = caller.token.and_then(|id| accounts.tokens.get(&id)) {
            self.suffices(token, demand)?;
        }
        Ok(caller)
    }

    fn is_origin_known(&self, request: &Request) -> bool {
        let known = [self.config.origin.as_str(), self.config.base()];
        request.headers.all("origin").all(|origin| known.contains(&origin))
    }

    /// The user of the token in the `Authorization` header.
    fn bearer(&self, accounts: &mut Accounts, request: &Request, now: Time) -> Result<Caller, Refusal> {
        let Some(value) = credential(request)? else {
            return Err(denied("this action requires authentication"));
        };
        if !value.starts_with(PREFIX) {
            return Err(Refusal::exact(401, NO_TOKEN));
        }
        let found = accounts.tokens.values_mut().find(|token| {
            self.is_same(value, &token.plaintext)
                && (!token.revoked || !self.upholds(Rule::TokenRevoked))
                && (!token.is_expired(now) || !self.upholds(Rule::TokenExpiry))
        });
        let token = found.ok_or_else(|| denied("authentication failed"))?;
        token.last_used = Some(now);
        Ok(Caller { user: token.user, token: Some(token.id) })
    }

    fn is_same(&self, value: &str, plaintext: &str) -> bool {
        value == plaintext
            || !self.upholds(Rule::TokenCase) && value.eq_ignore_ascii_case(plaintext)
            || !self.upholds(Rule::TokenPrefix) && value.len() > PREFIX.len() && plaintext.starts_with(value)
    }

    fn suffices(&self, token: &ApiToken, demand: Demand<'_>) -> Result<(), Refusal> {
        if !demand.tokens && self.upholds(Rule::SessionOnly) {
            return Err(denied("this action can only be performed on the crates.io website"));
        }
        let crates = match demand.crates {
            Crates::Untied => !token.is_bound(),
            Crates::One(name) => token.covers_crate(name),
            Crates::Filtered => true,
        };
        if !token.covers(demand.scope) && self.upholds(Rule::EndpointScopes)
            || !crates && self.upholds(Rule::CrateScopes)
        {
            return Err(denied("this token does not have the required permissions to perform this action"));
        }
        if token.is_legacy() && !demand.legacy && self.upholds(Rule::LegacyTokens) {
            return Err(denied("This endpoint cannot be used with legacy API tokens. Use a scoped API token instead."));
        }
        Ok(())
    }
}

const PREFIX: &str = "cio";

const NO_TOKEN: &str = "The given API token does not match the format used by crates.io. Tokens generated before 2020-07-14 were \
     generated with an insecure random number generator, and have been revoked. You can generate a new token at \
     https://crates.io/me. For more information please see \
     https://blog.rust-lang.org/2020/07/14/crates-io-security-advisory.html. We apologize for any inconvenience.";

/// What stands in the `Authorization` header behind an optional `Bearer`; nothing without the header.
///
/// # Errors
/// 401 for other schemes, and for what is not visible ASCII.
pub(in crate::reference) fn credential(request: &Request) -> Result<Option<&str>, Refusal> {
    let Some(value) = request.headers.get("authorization") else { return Ok(None) };
    let malformed =
        |what: &str| Err(Refusal::exact(401, format!("Invalid `Authorization` header: Found unexpected {what}")));
    if !value.chars().all(|c| matches!(c, ' '..='~' | '\t')) {
        return malformed("non-ASCII characters");
    }
    let (scheme, value) = value.split_once(' ').unwrap_or(("", value));
    if !scheme.is_empty() && !scheme.eq_ignore_ascii_case("bearer") {
        return malformed(&format!("authentication scheme `{scheme}`"));
    }
    Ok(Some(value.trim()))
}

fn locked(lock: &Lock, now: Time) -> Option<Refusal> {
    let reason = &lock.reason;
    match lock.until {
        None => Some(denied(&format!("This account is indefinitely locked. Reason: {reason}"))),
        Some(until) if until <= now => None,
        Some(until) => {
            let stamp = written(until);
            let (date, time) = stamp.trim_end_matches('Z').split_once('T')?;
            Some(denied(&format!("This account is locked until {date} at {time} UTC. Reason: {reason}")))
        }
    }
}

fn denied(detail: &str) -> Refusal {
    Refusal::exact(403, detail)
}
