//! `agree`: what values of one reply have to do with those of another. How they are compared stands in [`crate::suite`],
//! for the session looks again where they do not go together yet.

use super::{Evidence, Judged, Unjudged, show};
use crate::suite::{Agree, Look, Unseen, document};

pub(super) fn agree(agree: &Agree, seen: &Evidence<'_>) -> Judged {
    let read = |at: usize| {
        let content = Evidence { at, ..*seen }.content().map_err(|Unjudged(why)| why)?;
        let exchange = &seen.transcript.exchanges[at];
        seen.readings.at(at).document(|| document(exchange, content)).map_err(str::to_owned)
    };
    let look = Look { transcript: seen.transcript, at: seen.at, read: &read };
    let compared = agree.compare(&look).map_err(|Unseen(why)| Unjudged(why))?;
    let fault = compared.odd.map(|odd| seen.fault(show::clip(&odd.expected), show::clip(&odd.actual)).at(odd.exchange));
    Ok(fault.into_iter().collect())
}
