//! What a run says: folds over its records.

mod baseline;
mod differences;
mod finding;
mod json;
#[cfg(feature = "cli")]
mod junit;
mod summary;

pub use baseline::Baseline;
pub use differences::differences;
pub use finding::finding;
pub use json::Report;
#[cfg(feature = "cli")]
pub use junit::junit;
pub use summary::summary;
