//! `shown-within`: how long changes took to show.

use super::{Evidence, Judged, Unjudged};
use crate::exchange::Shown;

/// The slowest wait of the case counts, and one that never ended before all others.
pub(super) fn shown_within(seconds: f64, seen: &Evidence<'_>) -> Judged {
    let waits = seen.transcript.exchanges.iter().enumerate().filter_map(|(at, exchange)| {
        let (after_s, came) = match exchange.shown? {
            Shown::InTime { after_s } => (after_s, true),
            Shown::Lost { after_s } | Shown::NotInTime { after_s } => (after_s, false),
        };
        Some((at, after_s, came))
    });
    let slowest = waits.max_by(|one, other| other.2.cmp(&one.2).then(one.1.total_cmp(&other.1)));
    let (at, after_s, came) = slowest.ok_or_else(|| Unjudged("nothing was waited for".to_owned()))?;
    let expected = format!("shown within {seconds} s");
    match came {
        true if after_s <= seconds => Ok(Vec::new()),
        true => Ok(vec![seen.fault(expected, format!("shown after {after_s:.1} s")).at(at)]),
        false if after_s >= seconds => Ok(vec![seen.fault(expected, format!("not shown after {after_s:.1} s")).at(at)]),
        false => Err(Unjudged(format!("not shown after {after_s:.1} s, and not waited for longer"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::exchange::Shown;

    #[test]
    fn the_slowest_counts() {
        let with = |shown| Scene::new().index("").shown(Shown::InTime { after_s: 1.0 }).index("").shown(shown);
        let check = "shown-within = 60.0";
        assert_eq!(with(Shown::InTime { after_s: 59.0 }).judge(check), Ok(vec![]));
        let late = only(with(Shown::InTime { after_s: 61.26 }).judge(check));
        assert_eq!((&*late.expected, &*late.actual, late.exchange), ("shown within 60 s", "shown after 61.3 s", 1));
        assert_eq!(only(with(Shown::NotInTime { after_s: 60.0 }).judge(check)).actual, "not shown after 60.0 s");
        assert!(with(Shown::NotInTime { after_s: 2.0 }).judge(check).is_err());
        let never = Scene::new().index("").shown(Shown::NotInTime { after_s: 2.0 });
        assert!(never.index("").shown(Shown::InTime { after_s: 9.0 }).judge(check).is_err());
        assert!(Scene::new().index("").judge(check).is_err());
    }
}
