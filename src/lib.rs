//! regspec, the conformance suite for Cargo package registries.
//!
//! # The arrow
//!
//! ```text
//! specs  →  model  →  plan  →  execution  →  judgement  →  report
//! files     spec      plan     session      check         report
//! ```
//!
//! A module uses what stands left of it, never right; `tests/layers.rs` holds that. [`plan`], [`check`] and [`report`] are pure; only
//! [`session`] sends. [`mod@reference`] uses nothing of ours but [`exchange`]: what it knows of the protocol is written there a second time on
//! purpose, for a mistake that it shared with the checks would be invisible.
//!
//! # Where a new thing goes
//!
//! - a case: six lines of `suites/<area>.toml`; the values that `each` runs through: `suites/corpus/`
//! - a demand that it covers: a row of `specs/<contract>/requirements/<area>.toml`, with level and source
//! - what a published document leaves out: an action of `specs/<contract>/overlays/<topic>.yaml`, with reason and source
//! - a kind of generated case: a file of `src/plan/generated/`
//! - a word of the suites: [`suite::Check`] or [`suite::Verb`], and its judgement or its request in [`check`] or [`session`]
//! - what needs control flow (races, cut connections): a journey in `src/session/journey/`
//! - a registry that breaks one rule: [`mutant`]; no check counts before one was seen to make it fail
//! - a command: a file of `src/cli/`

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod exchange;
pub mod harness;
pub mod judge;
pub mod kill;
pub mod mutant;
pub mod package;
pub mod plan;
pub mod reference;
pub mod report;
pub mod session;
pub mod spec;
pub mod suite;
pub mod target;
pub mod verdict;
