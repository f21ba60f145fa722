use std::collections::BTreeSet;

use serde_json::Value;

use super::{Accounts, Id};
use crate::{
    exchange::Request,
    reference::{accounts::authenticate::credential, crates_io::Time, reply::Refusal},
};

/// Where a workflow runs that publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reference) enum Provider {
    GitHub,
    GitLab,
}

/// That a workflow may publish a crate.
#[derive(Debug, Clone)]
pub(in crate::reference) struct TrustpubConfig {
    pub(in crate::reference) krate: Id,
    pub(in crate::reference) created: Time,
    /// Owner of the repository on GitHub, namespace on GitLab.
    pub(in crate::reference) owner: String,
    /// What the provider calls the owner; none on GitLab until a token was exchanged.
    pub(in crate::reference) owner_id: Option<Id>,
    /// Repository on GitHub, project on GitLab.
    pub(in crate::reference) project: String,
    /// Name of the file on GitHub, path on GitLab.
    pub(in crate::reference) workflow: String,
    pub(in crate::reference) environment: Option<String>,
}

/// A token for one publishing workflow.
#[derive(Debug, Clone)]
pub(in crate::reference) struct TrustpubToken {
    pub(in crate::reference) plaintext: String,
    pub(in crate::reference) crates: BTreeSet<Id>,
    pub(in crate::reference) expires: Time,
    /// What versions published by it tell of the workflow.
    pub(in crate::reference) data: Value,
}

/// How long a token serves.
const LIFETIME: Time = 30 * 60 * 1_000_000;
const PREFIX: &str = "cio_tp_";
const LENGTH: usize = 31;

impl Accounts {
    /// Lets a workflow publish, and gives the number of that.
    pub(in crate::reference) fn trust(&mut self, provider: Provider, config: TrustpubConfig) -> Id {
        let last = self.last_configs.entry(provider).or_default();
        *last += 1;
        self.configs.insert((provider, *last), config);
        *last
    }

    /// Issues a token for some crates.
    pub(in crate::reference) fn issue_trustpub(
        &mut self,
        crates: BTreeSet<Id>,
        data: Value,
        now: Time,
    ) -> &mut TrustpubToken {
        let body = self.secret(LENGTH);
        let plaintext = format!("{PREFIX}{body}{}", check(&body));
        let token = TrustpubToken { plaintext: plaintext.clone(), crates, expires: now + LIFETIME, data };
        self.trustpub_tokens.entry(plaintext).or_insert(token)
    }

    /// A token that serves now.
    pub(in crate::reference) fn trustpub_token(&self, plaintext: &str, now: Time) -> Option<&TrustpubToken> {
        self.trustpub_tokens.get(plaintext).filter(|token| token.expires > now)
    }
}

/// The token of Trusted Publishing that a request shows, by form alone; nothing where it shows something else or nothing.
///
/// # Errors
/// 401 for what begins like one and is none, and for headers that cannot be read.
pub(in crate::reference) fn presented(request: &Request) -> Result<Option<&str>, Refusal> {
    let Some(value) = credential(request)? else { return Ok(None) };
    if !value.starts_with(PREFIX) {
        return Ok(None);
    }
    if is_token(value) { Ok(Some(value)) } else { Err(unparsable()) }
}

/// The token where nothing else serves.
///
/// # Errors
/// 401 for everything else.
pub(in crate::reference) fn required(request: &Request) -> Result<&str, Refusal> {
    let value = credential(request)?.ok_or_else(|| Refusal::exact(401, "Missing `Authorization` header"))?;
    if is_token(value) { Ok(value) } else { Err(unparsable()) }
}

fn unparsable() -> Refusal {
    Refusal::exact(401, "Invalid `Authorization` header: Failed to parse token")
}

fn is_token(value: &str) -> bool {
    let Some(body) = value.strip_prefix(PREFIX) else { return false };
    body.len() == LENGTH + 1
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && body.ends_with(check(&body[..LENGTH]))
}

/// The last character, by which a mistyped token is told from an unknown one.
fn check(body: &str) -> char {
    let sum: u32 = body.bytes().map(u32::from).sum();
    char::from_digit(sum % 36, 36).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{presented, required};
    use crate::{
        exchange::{Request, Response},
        reference::accounts::Accounts,
    };

    #[test]
    fn a_token_is_known_by_its_form() {
        let mut accounts = Accounts::new(1);
        let token = accounts.issue_trustpub(BTreeSet::new(), serde_json::Value::Null, 0).plaintext.clone();
        let request = |value: &str| Request::new("PUT", "").header("Authorization", value);
        assert_eq!(presented(&request(&format!("Bearer {token}"))), Ok(Some(&*token)));
        assert_eq!(presented(&request("cio123")), Ok(None));
        assert_eq!(presented(&Request::new("PUT", "")), Ok(None));
        let mut mistyped = token.clone();
        mistyped.replace_range(7..8, if &token[7..8] == "a" { "b" } else { "a" });
        for value in [&mistyped, "cio_tp_", &format!("{token}x"), "cio123", ""] {
            let refused = Response::from(required(&request(value)).unwrap_err());
            assert_eq!(refused.status, 401, "{value}");
        }
        assert!(accounts.trustpub_token(&token, 0).is_some());
        assert!(accounts.trustpub_token(&token, super::LIFETIME).is_none());
    }
}
