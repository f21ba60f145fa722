//! The policy of crates.io: its whole web API, over the same state.
//!
//! An operation is a row of a table, method and path with the function that answers it, and each subject is a file with a table. The
//! texts and the order of the tests are facts of crates.io (commit 57fa0006 of 2026-08-21); where the server of 2026-02 differs, both
//! are answered.

mod accept;
mod body;
mod catalogue;
mod delete;
mod dependents;
mod downloads;
mod files;
mod filter;
mod follow;
mod frame;
mod invitations;
mod invite;
mod krate;
mod legacy;
mod list;
mod me;
mod oanor;
mod owners;
mod page;
mod people;
mod present;
mod publish;
mod query;
mod route;
mod session;
mod settings;
mod summary;
mod taxa;
#[cfg(test)]
mod tests;
mod tokens;
mod trustpub;
mod users;
mod version;
mod versions;
mod yank;

pub(super) use self::{
    body::json,
    catalogue::{Action, Catalogue, Deed, Time, day, moment, today, written},
    page::{Page, Ways, seek},
    publish::{Publisher, Upload},
    route::{Call, Operation},
    trustpub::{AUDIENCE, GITHUB, GITLAB},
};
use serde_json::{Value, json};

use super::reply;
use crate::exchange::Response;

/// Every operation.
const OPERATIONS: &[&[Operation]] = &[
    list::OPERATIONS,
    publish::OPERATIONS,
    krate::OPERATIONS,
    settings::OPERATIONS,
    delete::OPERATIONS,
    versions::OPERATIONS,
    version::OPERATIONS,
    yank::OPERATIONS,
    files::OPERATIONS,
    dependents::OPERATIONS,
    downloads::OPERATIONS,
    taxa::OPERATIONS,
    summary::OPERATIONS,
    accept::OPERATIONS,
    follow::OPERATIONS,
    invitations::OPERATIONS,
    me::OPERATIONS,
    owners::OPERATIONS,
    session::OPERATIONS,
    tokens::OPERATIONS,
    trustpub::CONFIGS,
    trustpub::EXCHANGE,
    users::OPERATIONS,
];

/// A change was made, or there was nothing to change.
fn done() -> Response {
    reply::ok(&json!({ "ok": true }))
}

/// A reply that is meant for the caller alone.
fn personal(value: &Value) -> Response {
    reply::ok(value).header("cache-control", "no-store")
}
