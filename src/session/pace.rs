use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use crate::{exchange::Response, target::Options};

/// How often one request is sent again because the target asks to wait.
pub(super) const PATIENCE: usize = 3;

/// The longest wait that a target may ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// After so many time-outs of one kind of step the rest of that kind is not tried.
const TIMEOUTS: usize = 3;

/// After so many changes on end that did not show, nothing is waited for that is not there at once.
const LAGS: usize = 3;

/// Throttled replies after which the run no longer waits for more.
const THROTTLES: usize = 60;

/// The run's manners: requests a second, patience with a target that throttles or hangs, wrong tokens.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Option<Duration>,
    next: tokio::sync::Mutex<Instant>,
    timeouts: Mutex<HashMap<&'static str, usize>>,
    throttled: AtomicUsize,
    denied: AtomicUsize,
    max_denied: usize,
    made: AtomicUsize,
    max_made: usize,
    lags: AtomicUsize,
}

impl Pace {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            interval: options.rate.map(|rate| Duration::from_secs_f64(1.0 / rate.max(0.001))),
            next: tokio::sync::Mutex::new(Instant::now()),
            timeouts: Mutex::default(),
            throttled: AtomicUsize::new(0),
            denied: AtomicUsize::new(0),
            max_denied: options.max_denied,
            made: AtomicUsize::new(0),
            max_made: options.max_new_crates.unwrap_or(usize::MAX),
            lags: AtomicUsize::new(0),
        }
    }

    /// Waits until the next request may go.
    pub(super) async fn turn(&self) {
        let Some(interval) = self.interval else { return };
        let mut next = self.next.lock().await;
        let now = Instant::now();
        if *next > now {
            tokio::time::sleep(*next - now).await;
        }
        *next = now.max(*next) + interval;
    }

    /// How long a throttled reply asks to wait; nothing if the run's patience is at its end.
    pub(super) fn throttled(&self, response: &Response) -> Option<Duration> {
        if !response.throttles() {
            return None;
        }
        if self.throttled.fetch_add(1, Ordering::Relaxed) >= THROTTLES {
            return None;
        }
        let asked = match response.headers.get("retry-after") {
            Some(value) => match value.trim().parse() {
                Ok(seconds) => Duration::from_secs(seconds),
                Err(_) => httpdate::parse_http_date(value)
                    .ok()
                    .and_then(|date| date.duration_since(SystemTime::now()).ok())
                    .unwrap_or_default(),
            },
            None => Duration::from_millis(500),
        };
        (asked <= LONGEST).then_some(asked)
    }

    /// The target has throttled this run.
    pub(super) fn was_throttled(&self) -> bool {
        self.throttled.load(Ordering::Relaxed) > 0
    }

    /// Notes a time-out of a kind of step.
    pub(super) fn timed_out(&self, verb: &'static str) {
        *self.timeouts.lock().expect("no holder of this lock panics").entry(verb).or_default() += 1;
    }

    /// Why a kind of step is no longer tried; nothing if it is.
    pub(super) fn gave_up(&self, verb: &'static str) -> Option<String> {
        let timeouts =
            self.timeouts.lock().expect("no holder of this lock panics").get(verb).copied().unwrap_or_default();
        (timeouts >= TIMEOUTS)
            .then(|| format!("{timeouts} requests of the kind `{verb}` had no reply in time, so no more are sent"))
    }

    /// Whether so many more wrong tokens may be shown.
    pub(super) fn may_be_denied(&self, count: usize) -> bool {
        self.denied.fetch_add(count, Ordering::Relaxed) + count <= self.max_denied
    }

    /// Whether so many more crates may be made. What is asked for here counts as made.
    pub(super) fn may_make(&self, count: usize) -> bool {
        let take = |made: usize| made.checked_add(count).filter(|made| *made <= self.max_made);
        self.made.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// How many more crates may be made.
    pub(super) fn left(&self) -> usize {
        self.max_made.saturating_sub(self.made.load(Ordering::Relaxed))
    }

    /// Notes that a change showed in the index.
    pub(super) fn moved(&self) {
        self.lags.store(0, Ordering::Relaxed);
    }

    /// Notes that so many changes on end were waited for in vain.
    pub(super) fn lagged(&self, changes: usize) {
        self.lags.fetch_add(changes, Ordering::Relaxed);
    }

    /// An index that never moves would have each case wait for nothing.
    pub(super) fn is_stuck(&self) -> bool {
        self.lags.load(Ordering::Relaxed) >= LAGS
    }
}
