//! Trusted Publishing: which workflows may publish a crate, and the tokens that they get for it.

mod claims;
mod configs;
mod exchange;
mod fields;
mod matching;

pub(in crate::reference) use self::claims::{AUDIENCE, GITHUB, GITLAB};
pub(super) use self::{configs::OPERATIONS as CONFIGS, exchange::OPERATIONS as EXCHANGE};
