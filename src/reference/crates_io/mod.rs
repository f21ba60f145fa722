//! The policy of crates.io: its whole web API, over the same state.
//!
//! An operation is a row of a table, method and path with the function that answers it, and each subject is a file with a table. The
//! texts and the order of the tests are facts of crates.io (commit 57fa0006 of 2026-08-21); where the server of 2026-02 differs, both
//! are answered.

mod accept;
mod body;
mod catalogue;
mod dependents;
mod downloads;
mod filter;
mod follow;
mod invitations;
mod invite;
mod krate;
mod list;
mod me;
mod owners;
mod page;
mod people;
mod present;
mod query;
mod route;
mod session;
mod taxa;
#[cfg(test)]
mod tests;
mod tokens;
mod trustpub;
mod users;
mod version;
mod versions;

pub(super) use self::{
    body::json,
    catalogue::{Action, Catalogue, Crate, Deed, Time, Version, moment, written},
    page::{From, Page, Ways, seek},
    route::{Call, Operation},
    trustpub::{AUDIENCE, GITHUB, GITLAB},
};
use serde_json::{Value, json};

use super::{
    Registry,
    reply::{self, Refusal},
};
use crate::exchange::{Request, Response};

/// Every operation.
const OPERATIONS: &[&[Operation]] = &[
    accept::OPERATIONS,
    dependents::OPERATIONS,
    downloads::OPERATIONS,
    follow::OPERATIONS,
    invitations::OPERATIONS,
    krate::OPERATIONS,
    list::OPERATIONS,
    me::OPERATIONS,
    owners::OPERATIONS,
    session::OPERATIONS,
    taxa::OPERATIONS,
    tokens::OPERATIONS,
    trustpub::CONFIGS,
    trustpub::EXCHANGE,
    users::OPERATIONS,
    version::OPERATIONS,
    versions::OPERATIONS,
];

/// A change was made, or there was nothing to change.
fn done() -> Response {
    reply::ok(&json!({ "ok": true }))
}

/// A reply that is meant for the caller alone.
fn personal(value: &Value) -> Response {
    reply::ok(value).header("cache-control", "no-store")
}

impl Registry {
    /// Answers a request below `/api/` as crates.io does.
    pub(super) fn crates_io(&self, request: &Request) -> Result<Response, Refusal> {
        let (action, call) = route::find(OPERATIONS, request)?;
        action(self, &call)
    }
}
