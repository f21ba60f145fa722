//! Looking at what `agree` compares until it goes together, or until time can no longer be why it does not.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{
    End,
    builder::Built,
    perform::{Run, sound},
    wait::pause,
};
use crate::{
    exchange::{Role, Shown, accepts},
    suite::{Check, Look, Part, Step, Unseen, document},
};

/// What keeps changing is looked at so many times.
const TRIES: u32 = 5;

/// Versions above all others of a case, each above the one before.
const LATER: [&str; 2] = ["99.99.98", "99.99.99"];

/// What a look came to.
enum Came {
    /// Everything goes together: all that was compared.
    Agrees(Vec<Value>),
    /// Something does not.
    Differs(Differs),
    /// A reply says nothing of it.
    Nothing,
}

/// What does not go together.
struct Differs {
    /// All that was compared.
    seen: Vec<Value>,
    /// Of it, what replies say that is not as it should be.
    odd: Vec<Value>,
}

/// How what is compared stood at one time: all of it where it goes together, else what is odd.
#[derive(Debug, PartialEq)]
struct Stood {
    agrees: bool,
    seen: Vec<Value>,
}

impl Run<'_> {
    /// Takes `when` and `after` until all that `agree` says of them holds.
    ///
    /// Replies to two requests may differ because somebody changed something between: only what two looks on end found
    /// alike is judged. What comes about later than the reply to what caused it has as long as `--settle` says.
    pub(super) async fn look_until_it_agrees(&mut self) -> Result<(), End> {
        let (eventual, started) = (self.case.decl.eventual, Instant::now());
        // What the case itself did may show a moment later where somebody answers from a copy.
        let settle = if eventual || self.case.publishes() { self.session.options.settle } else { Duration::ZERO };
        let kept = self.transcript.exchanges.len();
        let mut before = None;
        let mut late = 0;
        for looks in 0.. {
            self.transcript.exchanges.truncate(kept);
            let steps = self.look_once().await?;
            // What `where` and `value` name was bound on the way here.
            self.transcript.bindings = self.bindings.clone();
            let came = self.came();
            let after_s = started.elapsed().as_secs_f64();
            let over = started.elapsed() >= settle;
            late += u32::from(over);
            match came {
                Came::Agrees(_) => {
                    self.show(eventual.then_some(Shown::InTime { after_s }));
                    return Ok(());
                }
                Came::Nothing if over => return self.all_answered(&steps),
                Came::Differs(now) if over && before.as_ref() == Some(&now.seen) => {
                    if eventual && self.case.publishes() {
                        if Box::pin(self.later_publishes_move(kept, now.odd, settle)).await? {
                            self.show(Some(Shown::Lost { after_s }));
                            return Ok(());
                        }
                        self.show(Some(Shown::NotInTime { after_s }));
                        return Err(End::Inconclusive(format!(
                            "{after_s:.1} s after what the case did, not all that follows from it shows"
                        )));
                    }
                    return Ok(());
                }
                Came::Differs(_) if late > TRIES => {
                    return Err(End::Inconclusive(format!("what is compared changed during each of {TRIES} looks")));
                }
                Came::Differs(now) => before = Some(now.seen),
                Came::Nothing => before = None,
            }
            tokio::time::sleep(pause(looks)).await;
        }
        Ok(())
    }

    /// Takes the steps once, and gives them with their exchanges.
    async fn look_once(&mut self) -> Result<Vec<(Step, usize)>, End> {
        let decl = self.case.decl.clone();
        let mut steps = Vec::new();
        match (decl.journey, &decl.when) {
            (Some(journey), _) => self.journey(journey).await?,
            (None, Some(step)) => steps.push((step.clone(), self.step(step, Role::When).await?)),
            (None, None) => {}
        }
        for step in &decl.after {
            steps.push((step.clone(), self.step(step, Role::After).await?));
        }
        Ok(steps)
    }

    fn came(&self) -> Came {
        let bodies: Vec<Result<Value, String>> = self
            .transcript
            .exchanges
            .iter()
            .map(|exchange| match exchange.response() {
                Some(reply) => document(exchange, &reply.body),
                None => Err("no reply".to_owned()),
            })
            .collect();
        let read = |at: usize| bodies[at].as_ref().map_err(Clone::clone);
        let (mut seen, mut odd, mut agrees) = (Vec::new(), Vec::new(), true);
        for expect in &self.case.decl.then {
            let Check::Agree(agree) = &expect.check else { continue };
            let at = match &expect.at {
                Some(mark) => self.transcript.marked(mark),
                None => self.transcript.when(),
            };
            let Some(at) = at else { return Came::Nothing };
            match agree.compare(&Look { transcript: &self.transcript, at, read: &read }) {
                Ok(compared) => {
                    if compared.odd.is_some() {
                        agrees = false;
                        odd.extend(compared.seen.first().filter(|_| agree.these.value.is_none()).cloned());
                    }
                    seen.extend(compared.seen);
                }
                Err(Unseen(_)) => return Came::Nothing,
            }
        }
        if agrees { Came::Agrees(seen) } else { Came::Differs(Differs { seen, odd }) }
    }

    /// Publishes two later versions, one after the other, and says whether what is odd moves with both: then what stood there before
    /// was not late but wrong, for the target had come to it. With the first the target may come to what went before just now; the
    /// second begins where nothing is waited for, and has half the time, so that what moves with it is what the target does at once.
    /// The exchanges stay those of before.
    async fn later_publishes_move(&mut self, kept: usize, odd: Vec<Value>, settle: Duration) -> Result<bool, End> {
        let looked_at = self.transcript.exchanges.clone();
        let mut stood = Some(Stood { agrees: false, seen: odd });
        for (version, patience) in LATER.into_iter().zip([settle, settle / 2]) {
            if let Some(before) = stood.take()
                && self.publishes_later(version).await?
            {
                stood = self.look_for_what_moves(kept, &before, patience).await?;
            }
        }
        self.transcript.exchanges = looked_at;
        Ok(stood.is_some())
    }

    /// Publishes one more version of the case's crate, and says whether that was accepted.
    async fn publishes_later(&mut self, version: &str) -> Result<bool, End> {
        let name = self.bindings.get("crate").unwrap_or_default().to_owned();
        let publish = sound(&name, version, None);
        let Ok(Built { request, .. }) = self.builder().build(&publish) else { return Ok(false) };
        let at = self.exchange(&publish, request, Role::Aftermath, false).await;
        Ok(self.transcript.exchanges[at].response().is_some_and(accepts))
    }

    /// Looks until it stands another way than `before`, and gives how; nothing if it does not in time.
    async fn look_for_what_moves(
        &mut self,
        kept: usize,
        before: &Stood,
        patience: Duration,
    ) -> Result<Option<Stood>, End> {
        let started = Instant::now();
        for looks in 0.. {
            self.transcript.exchanges.truncate(kept);
            self.look_once().await?;
            let stands = match self.came() {
                Came::Agrees(seen) => Some(Stood { agrees: true, seen }),
                // Of what is odd nothing may be told in a value.
                Came::Differs(now) if !now.odd.is_empty() && !before.seen.is_empty() => {
                    Some(Stood { agrees: false, seen: now.odd })
                }
                Came::Differs(_) | Came::Nothing => None,
            };
            if let Some(stands) = stands.filter(|stands| stands != before) {
                return Ok(Some(stands));
            }
            if started.elapsed() >= patience {
                break;
            }
            tokio::time::sleep(pause(looks)).await;
        }
        Ok(None)
    }

    /// What a comparison reads has to be there: a reply that is missing is another requirement's business.
    fn all_answered(&self, steps: &[(Step, usize)]) -> Result<(), End> {
        for (step, at) in steps {
            let statuses = self.case.decl.then.iter().any(|expect| match &expect.check {
                Check::Agree(agree) => agree
                    .sides()
                    .any(|(_, side)| side.of == Part::Status && (side.r#in.is_none() || side.r#in == step.mark)),
                _ => false,
            });
            if !statuses && !self.transcript.exchanges[*at].response().is_some_and(accepts) {
                self.succeeded(step, *at)?;
            }
        }
        Ok(())
    }

    fn show(&mut self, shown: Option<Shown>) {
        if let (Some(shown), Some(at)) = (shown, self.transcript.when()) {
            self.transcript.exchanges[at].shown = Some(shown);
        }
    }
}
