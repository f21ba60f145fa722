//! A registry with so many requests a second to spare.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::reply::Refusal;

/// After this time the budget is as it was. `Retry-After` says the same in seconds.
const REFILL: Duration = Duration::from_secs(1);

/// Requests since the budget was last whole. It goes by the system's clock, for the one that callers see may stand still.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Option<(Instant, u32)>>);

impl Throttle {
    /// Lets a request pass while the budget lasts.
    pub(super) fn admit(&self, budget: u32) -> Result<(), Refusal> {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, requests) = spent.filter(|(since, _)| since.elapsed() < REFILL).unwrap_or((Instant::now(), 0));
        if requests >= budget {
            return Err(Refusal::too_fast(REFILL.as_secs()));
        }
        *spent = Some((since, requests + 1));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{Registry, testing::config};

    #[test]
    fn a_budget_is_spent_and_filled_again() {
        let throttle = Throttle::default();
        assert!(throttle.admit(0).is_err());
        assert!(throttle.admit(1).is_ok() && throttle.admit(1).is_err());
        *throttle.0.lock().unwrap() = Some((Instant::now() - REFILL, 1));
        assert!(throttle.admit(1).is_ok());
    }

    #[test]
    fn too_fast_is_told_with_the_time_to_wait() {
        let registry = Registry::new(config().throttle(1));
        assert_eq!(registry.get("/index/config.json").status, 200);
        let reply = registry.get("/index/config.json");
        assert_eq!((reply.status, reply.headers.get("retry-after")), (429, Some("1")));
        assert!(reply.body.json().unwrap()["errors"][0]["detail"].is_string());
    }
}
