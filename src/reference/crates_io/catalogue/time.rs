use chrono::{DateTime, Days, NaiveDate, SecondsFormat};

use crate::reference::Clock;

/// Microseconds since the epoch, UTC.
pub(in crate::reference) type Time = i64;

/// Whole seconds as a [`Time`].
pub(in crate::reference) fn moment(seconds: u64) -> Time {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

/// As every reply writes a time: RFC 3339 with a `Z`, and a fraction where there is one.
pub(in crate::reference) fn written(time: Time) -> String {
    DateTime::from_timestamp_micros(time).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The day of a time.
pub(in crate::reference) fn day(time: Time) -> NaiveDate {
    DateTime::from_timestamp_micros(time).unwrap_or_default().date_naive()
}

/// The day that it is, moved back by some days.
pub(in crate::reference) fn today(clock: &Clock, back: u64) -> NaiveDate {
    let day = day(moment(clock.now()));
    day.checked_sub_days(Days::new(back)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::{moment, written};

    #[test]
    fn a_fraction_is_written_where_there_is_one() {
        assert_eq!(written(moment(951_782_400)), "2000-02-29T00:00:00Z");
        assert_eq!(written(moment(951_782_400) + 1), "2000-02-29T00:00:00.000001Z");
        assert_eq!(written(moment(951_782_400) + 920_669), "2000-02-29T00:00:00.920669Z");
    }
}
