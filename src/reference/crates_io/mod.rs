//! The policy of crates.io: its whole web API, over the same state.
//!
//! An operation is a row of a table, method and path with the function that answers it, and each subject is a file with a table. The
//! texts and the order of the tests are facts of crates.io (commit 57fa0006 of 2026-08-21); where the server of 2026-02 differs, both
//! are answered.

mod body;
mod catalogue;
mod dependents;
mod downloads;
mod filter;
mod krate;
mod list;
mod page;
mod present;
mod query;
mod route;
mod taxa;
mod version;
mod versions;

pub(super) use self::{
    body::json,
    catalogue::Catalogue,
    page::{From, Page, Ways, seek},
    route::{Call, Operation},
};
use super::{Registry, reply::Refusal};
use crate::exchange::{Request, Response};

/// Every operation.
const OPERATIONS: &[&[Operation]] = &[
    list::OPERATIONS,
    krate::OPERATIONS,
    versions::OPERATIONS,
    version::OPERATIONS,
    dependents::OPERATIONS,
    downloads::OPERATIONS,
    taxa::OPERATIONS,
];

impl Registry {
    /// Answers a request below `/api/` as crates.io does.
    pub(super) fn crates_io(&self, request: &Request) -> Result<Response, Refusal> {
        let (action, call) = route::find(OPERATIONS, request)?;
        action(self, &call)
    }
}
