//! Whether a refused request changed something: what the exchanges behind it show.

mod flags;
mod owners;
mod uploads;

use super::{Evidence, Judged, outcome::settle};
use crate::exchange::Role;

/// What a refusal changed all the same.
///
/// # Errors
/// The aftermath could not be looked at.
pub(super) fn faults(seen: &Evidence<'_>) -> Judged {
    let behind = seen.transcript.exchanges.iter().enumerate().skip(seen.at + 1);
    let aftermath = behind.filter(|(_, exchange)| exchange.role == Role::Aftermath);
    settle(aftermath.flat_map(|(at, exchange)| {
        let look = Evidence { at, ..*seen };
        match exchange.verb.as_str() {
            "publish" => vec![uploads::still_possible(seen, &look)],
            "index" => vec![uploads::listed(seen, &look), flags::flags(seen, &look)],
            "owners" => vec![owners::owners(seen, &look)],
            _ => Vec::new(),
        }
    }))
}
