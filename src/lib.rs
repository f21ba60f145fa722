//! regspec, the conformance suite for Cargo package registries.

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
