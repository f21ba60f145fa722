use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, UNIX_EPOCH},
};

use crate::reference::{accounts::Id, reply::Refusal};

/// What a user may do only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reference) enum Limited {
    /// Publish a new crate.
    New,
    /// Publish a version of a crate that exists.
    Update,
    /// Yank, take a yank back, or change either's message.
    Yank,
}

impl Limited {
    /// How many at once, after how many seconds one more, and what is said of it.
    fn bounds(self) -> (u64, u64, &'static str) {
        match self {
            Self::New => (5, 600, "You have published too many new crates in a short period of time"),
            Self::Update => {
                (30, 60, "You have published too many updates to existing crates in a short period of time")
            }
            Self::Yank => (100, 60, "You have yanked or unyanked too many versions in a short period of time"),
        }
    }
}

/// Who did how much of what lately.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Rates {
    /// Users whom the limits hold for. The others have one of their own that nobody reaches.
    pub(in crate::reference) bound: BTreeSet<Id>,
    /// How much is left, and since when.
    left: BTreeMap<(Id, Limited), (u64, u64)>,
}

impl Rates {
    /// Takes one away, at a time in seconds since the epoch.
    ///
    /// # Errors
    /// 429 where none is left.
    pub(in crate::reference) fn spend(&mut self, user: Id, what: Limited, now: u64) -> Result<(), Refusal> {
        if !self.bound.contains(&user) {
            return Ok(());
        }
        let (burst, refill, text) = what.bounds();
        let (left, since) = self.left.entry((user, what)).or_insert((burst, now));
        let gained = now.saturating_sub(*since) / refill;
        *left = (*left + gained).min(burst);
        *since = if *left == burst { now } else { *since + gained * refill };
        if *left == 0 {
            let again = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(*since + refill));
            let text = format!(
                "{text}. Please try again after {again} and see https://crates.io/docs/rate-limits for more details."
            );
            return Err(Refusal::exact(429, text).header("retry-after", again));
        }
        *left -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Limited, Rates};
    use crate::exchange::Response;

    #[test]
    fn what_is_spent_comes_back_with_time() {
        let mut rates = Rates { bound: [1].into(), ..Rates::default() };
        assert!((0..200).all(|_| rates.spend(2, Limited::New, 0).is_ok()));
        assert!((0..5).all(|_| rates.spend(1, Limited::New, 0).is_ok()));
        assert!(rates.spend(1, Limited::Update, 0).is_ok());
        let refused = Response::from(rates.spend(1, Limited::New, 100).unwrap_err());
        assert_eq!((refused.status, refused.headers.get("retry-after")), (429, Some("Thu, 01 Jan 1970 00:10:00 GMT")));
        assert!(rates.spend(1, Limited::New, 600).is_ok());
        assert!(rates.spend(1, Limited::New, 601).is_err());
        assert!(rates.spend(1, Limited::New, 1200).is_ok());
    }
}
