//! Who there is on a registry with the policy of crates.io: users, what they log in with, and what they have to do with crates.
//!
//! Crates are known here by their number alone, so that this side can be read without the other.

mod authenticate;
mod emails;
mod follows;
mod invitations;
mod jwt;
mod ownership;
mod secrets;
mod sessions;
mod teams;
mod tokens;
mod trustpub;
mod users;

use std::collections::{BTreeMap, BTreeSet};

pub(in crate::reference) use self::{
    authenticate::{Caller, Demand},
    emails::Email,
    invitations::Invitation,
    jwt::{Jwt, KEY_ID, sign},
    ownership::{Owner, Ownership, Rights},
    sessions::{COOKIE, Session},
    teams::Team,
    tokens::{ApiToken, EndpointScope},
    trustpub::{Provider, TrustpubConfig, TrustpubToken, presented, required},
    users::{Account, Lock},
};

/// The number of a user, of a team, of a token or of a crate. crates.io numbers each kind by itself, in 32 bits.
pub(in crate::reference) type Id = i32;

/// All that the accounts side remembers.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Accounts {
    /// What secrets are drawn from.
    seed: u64,
    /// How many secrets were drawn.
    drawn: u64,
    /// By number.
    pub(in crate::reference) users: BTreeMap<Id, Account>,
    /// By number.
    pub(in crate::reference) teams: BTreeMap<Id, Team>,
    /// By number, revoked and expired ones included.
    pub(in crate::reference) tokens: BTreeMap<Id, ApiToken>,
    /// By the value of the cookie. A cookie carries its session, so a change makes a new value and the old one stays good.
    pub(in crate::reference) sessions: BTreeMap<String, Session>,
    /// Whom a code of GitHub stands for.
    pub(in crate::reference) codes: BTreeMap<String, Id>,
    /// In the order in which they came to be.
    pub(in crate::reference) ownerships: Vec<Ownership>,
    /// By crate and invitee.
    pub(in crate::reference) invitations: BTreeMap<(Id, Id), Invitation>,
    /// Follower and crate.
    follows: BTreeSet<(Id, Id)>,
    /// Users and organisations that GitHub knows, with its numbers for them.
    pub(in crate::reference) organisations: BTreeMap<String, Id>,
    /// By provider and number.
    pub(in crate::reference) configs: BTreeMap<(Provider, Id), TrustpubConfig>,
    /// The last number of each provider, which are not given twice.
    last_configs: BTreeMap<Provider, Id>,
    /// By plaintext.
    pub(in crate::reference) trustpub_tokens: BTreeMap<String, TrustpubToken>,
    /// What the registry signs and verifies the tokens of workflows with, as it is itself their issuer.
    pub(in crate::reference) issuer_key: String,
    /// The names of tokens that were exchanged already.
    pub(in crate::reference) used_jwts: BTreeSet<String>,
}

impl Accounts {
    /// Nobody yet; secrets will be drawn from a seed.
    pub(in crate::reference) fn new(seed: u64) -> Self {
        let mut accounts = Self { seed, ..Self::default() };
        accounts.issuer_key = accounts.secret(32);
        accounts
    }
}

/// The number after the highest in use.
fn next<T>(map: &BTreeMap<Id, T>) -> Id {
    map.last_key_value().map_or(1, |(last, _)| last + 1)
}
