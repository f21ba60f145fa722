//! What a run says: folds over its records.

mod areas;
mod baseline;
mod capabilities;
mod differences;
mod finding;
mod followed;
mod json;
#[cfg(feature = "cli")]
mod junit;
mod summary;

pub use baseline::Baseline;
pub use capabilities::{Capability, capabilities};
pub use differences::differences;
pub use finding::finding;
pub use followed::{Followed, Settled, followed};
pub use json::Report;
#[cfg(feature = "cli")]
pub use junit::junit;
pub use summary::summary;
