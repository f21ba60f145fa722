//! Reading an index file once what was accepted shows there.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{
    End,
    builder::Built,
    names::{self, Attempt},
    perform::{Run, index_step, sound},
    wait::{Expected, pause},
};
use crate::{
    exchange::{BODY_LIMIT, Exchange, FailureKind, Request, Role, Shown, accepts},
    spec::{Need, RequirementId},
    suite::{Check, Step, Until, Verb},
};

impl Run<'_> {
    /// A registry that works in the background may not know yet what it has accepted: what fails before the index
    /// shows it says nothing.
    pub(super) fn may_be_early(&self, step: &Step, name: &str, at: usize) -> bool {
        let builds_on = matches!(
            step.verb,
            Verb::Yank(_)
                | Verb::Unyank(_)
                | Verb::Download(_)
                | Verb::Owners
                | Verb::AddOwners(_)
                | Verb::RemoveOwners(_)
        );
        let failed = self.transcript.exchanges[at].response().is_some_and(|reply| (400..500).contains(&reply.status));
        builds_on && failed && !step.at_once && self.crates.get(name).is_some_and(|known| !known.seen)
    }

    /// Waits until the index shows what was accepted of a crate.
    pub(super) async fn settled(&mut self, name: &str) -> Result<bool, End> {
        let Some(expected) = self.crates.get(name).cloned() else { return Ok(false) };
        if self.session.profile.lacks(Need::Index).is_some() {
            return Ok(false);
        }
        let look = index_step(name);
        let Built { request, .. } = self.builder().build(&look)?;
        let since = expected.since.unwrap_or_else(Instant::now);
        let until = if self.session.pace.is_stuck() { since } else { since + self.session.options.settle };
        let before = self.transcript.exchanges.len();
        let at = self.look(&look, &request, Role::After, &expected, until).await?;
        let shows = self.transcript.exchanges[at].response().is_some_and(|reply| expected.shows(reply));
        if let (Some(known), Some(reply)) = (self.crates.get_mut(name), self.transcript.exchanges[at].response()) {
            known.looked_at(reply, shows);
        }
        self.transcript.exchanges.truncate(before);
        Ok(shows)
    }

    /// Reads an index file once everything that was accepted shows there.
    pub(super) async fn index(&mut self, step: &Step, request: Request, name: &str, role: Role) -> Result<usize, End> {
        let Some(expected) = self.crates.get(name).cloned() else {
            let at = self.exchange(step, request, role, step.raw).await;
            return if step.first_hop { Ok(at) } else { self.hops(step, at, role).await };
        };
        let since = expected.since.unwrap_or_else(Instant::now);
        let settle = self.session.options.settle;
        // One case tells how long it takes, whatever other cases found.
        let stuck = self.session.pace.is_stuck() && !self.tells_how_long();
        let until = if stuck { since } else { since + settle };
        let mut at = self.look(step, &request, role, &expected, until).await?;
        let waited = since.elapsed().as_secs_f64();
        let there =
            self.transcript.exchanges[at].response().is_some_and(|reply| expected.shows(reply) || reply.status == 304);
        let conditional = request.headers.has("if-none-match") || request.headers.has("if-modified-since");
        let never = !expected.may_still_come(self.transcript.exchanges[at].response());
        if stuck && !there && !conditional && !never {
            let why = unread(&self.transcript.exchanges[at]).map(|why| format!("; {why}")).unwrap_or_default();
            return Err(End::Inconclusive(format!(
                "the index showed none of several changes on end within {} s, so that none is waited for any more{why}",
                settle.as_secs_f64()
            )));
        }
        if !there && !conditional {
            // What follows takes as long again, and may be cut short by the time that a case has.
            self.transcript.exchanges[at].shown = Some(Shown::NotInTime { after_s: waited });
        }
        let mut lags = 1;
        let shown = if there || conditional {
            Shown::InTime { after_s: waited }
        } else if never {
            Shown::Lost { after_s: waited }
        } else {
            match self.control(name, settle, &mut lags).await? {
                // What came with the control, or since, was late.
                Some(_) if self.came_late(step, &request, &expected).await? => Shown::NotInTime { after_s: waited },
                None => Shown::NotInTime { after_s: waited },
                Some(Control::Elsewhere) if !self.case.requirements.contains(&rule_of_place(name)) => {
                    let missing = expected.missing(self.transcript.exchanges[at].response());
                    return Err(End::Blocked {
                        by: rule_of_place(name),
                        why: format!(
                            "{waited:.1} s after it was accepted, {missing} in the index file of {name}, while a crate published later shows"
                        ),
                    });
                }
                Some(_) => Shown::Lost { after_s: waited },
            }
        };
        if let (Some(known), Some(reply)) = (self.crates.get_mut(name), self.transcript.exchanges[at].response()) {
            known.looked_at(reply, there);
        }
        if !conditional {
            match shown {
                Shown::NotInTime { .. } => self.session.pace.lagged(lags),
                Shown::InTime { .. } | Shown::Lost { .. } => self.session.pace.moved(),
            }
        }
        // The later publish stands behind in the transcript; the look that is judged is the one before it.
        at = at.min(self.transcript.exchanges.len() - 1);
        self.transcript.exchanges[at].shown = Some(shown);
        match shown {
            Shown::NotInTime { .. } => {
                let missing = match unread(&self.transcript.exchanges[at]) {
                    Some(why) => why,
                    None => expected.missing(self.transcript.exchanges[at].response()),
                };
                Err(End::Inconclusive(format!(
                    "{waited:.1} s after it was accepted, {missing} in the index file of {name}"
                )))
            }
            _ => Ok(at),
        }
    }

    /// It is about how long a publish takes to show: what no wait comes to is told by it, and by no other case.
    fn tells_how_long(&self) -> bool {
        self.case.requirements[0].as_str() == IN_TIME
            && self.case.decl.then.iter().any(|expect| matches!(expect.check, Check::ShownWithin(_)))
    }

    /// Looks until the change is there or the time is up. Keeps the last look alone.
    pub(super) async fn look(
        &mut self,
        step: &Step,
        request: &Request,
        role: Role,
        expected: &Expected,
        until: Instant,
    ) -> Result<usize, End> {
        let conditional = request.headers.has("if-none-match") || request.headers.has("if-modified-since");
        let mut looks = 0;
        loop {
            let before = self.transcript.exchanges.len();
            let at = self.exchange(step, request.clone(), role, step.raw).await;
            let at = if step.first_hop { at } else { self.hops(step, at, role).await? };
            let reply = self.transcript.exchanges[at].response();
            if conditional || reply.is_some_and(|reply| expected.shows(reply)) || Instant::now() >= until {
                return Ok(at);
            }
            if self.transcript.exchanges[at].reply.as_ref().is_err_and(|failure| failure.kind == FailureKind::Withheld)
            {
                return Ok(at);
            }
            self.transcript.exchanges.truncate(before);
            tokio::time::sleep(
                pause(looks).min(until.saturating_duration_since(Instant::now())) + Duration::from_millis(1),
            )
            .await;
            looks += 1;
        }
    }

    /// Searches until what the run published is found, where the case asks that it is: how long that takes is open.
    /// Keeps the last search alone.
    pub(super) async fn found(&mut self, step: &Step, first: usize) -> Result<usize, End> {
        let sought = self.sought();
        let started = Instant::now();
        let settle = self.session.options.settle;
        let mut at = first;
        for looks in 0.. {
            let reply = self.transcript.exchanges[at].response();
            let Some(json) = reply.filter(|reply| reply.is_success()).and_then(|reply| reply.body.json().ok()) else {
                return Ok(at);
            };
            let after_s = started.elapsed().as_secs_f64();
            if sought.iter().all(|name| lists(&json, name)) {
                return Ok(at);
            }
            if started.elapsed() >= settle {
                self.transcript.exchanges[at].shown = Some(Shown::NotInTime { after_s });
                return Ok(at);
            }
            tokio::time::sleep(pause(looks)).await;
            let Built { request, .. } = self.builder().build(step)?;
            self.transcript.exchanges.truncate(at);
            at = self.exchange(step, request, Role::When, step.raw).await;
        }
        Ok(at)
    }

    /// Reads again until a reply says what it is to say in time. Keeps the last look alone.
    pub(super) async fn until(&mut self, step: &Step, until: &Until, first: usize, role: Role) -> Result<usize, End> {
        let wanted = self.builder().fill(&until.equals)?;
        let started = Instant::now();
        let settle = self.session.options.settle;
        let mut at = first;
        for looks in 0.. {
            let reply = self.transcript.exchanges[at].response().and_then(|reply| reply.body.json().ok());
            let found = reply.and_then(|json| json.pointer(&until.pointer).map(Value::to_string)).unwrap_or_default();
            let after_s = started.elapsed().as_secs_f64();
            if found == wanted {
                self.transcript.exchanges[at].shown = Some(Shown::InTime { after_s });
                break;
            }
            if started.elapsed() >= settle {
                let path = self.transcript.exchanges[at].request.target().to_owned();
                return Err(End::Inconclusive(format!(
                    "{after_s:.1} s after the change, {} of {path} is not yet {wanted}",
                    until.pointer
                )));
            }
            tokio::time::sleep(pause(looks)).await;
            let Built { request, .. } = self.builder().build(step)?;
            self.transcript.exchanges.truncate(at);
            at = self.exchange(step, request, role, step.raw).await;
        }
        Ok(at)
    }

    /// The crates that the case wants found by its search, as far as this run published them.
    fn sought(&self) -> Vec<String> {
        let ours = self.case.publishes() || self.session.profile.sample.as_ref().is_some_and(|sample| sample.ours);
        let wanted = self.case.decl.then.iter().filter(|expect| ours && expect.at.is_none());
        let names = wanted.flat_map(|expect| match &expect.check {
            Check::Results(results) if results.found_in.is_none() => results.includes.as_slice(),
            _ => &[],
        });
        names.filter_map(|name| name.fill(&self.bindings).ok()).collect()
    }

    /// Publishes something later and waits for that: what does not show by then is lost, not late. Nothing if that does not
    /// show either, or none can be published. Counts the waits in vain.
    async fn control(&mut self, name: &str, settle: Duration, lags: &mut usize) -> Result<Option<Control>, End> {
        if !self.case.publishes() || self.session.pace.is_stuck() {
            return Ok(None);
        }
        match self.later_publish_shows(name, settle).await? {
            Some(true) => return Ok(Some(Control::There)),
            Some(false) => *lags += 1,
            None => {}
        }
        // A crate with nothing odd about it: if that one shows, the first lies where nobody looks.
        if !self.session.pace.may_make(1) {
            return Ok(None);
        }
        let names = names::fresh(self.case, &self.session.options, &self.session.profile.policy, CONTROL);
        let other = names.get("crate").unwrap_or_default().to_owned();
        match self.later_publish_shows(&other, settle).await? {
            Some(true) => return Ok(Some(Control::Elsewhere)),
            Some(false) => *lags += 1,
            None => {}
        }
        Ok(None)
    }

    /// Publishes a later version and says whether that one becomes visible; nothing if it is not accepted.
    async fn later_publish_shows(&mut self, name: &str, settle: Duration) -> Result<Option<bool>, End> {
        let version = self.case.version("99.99.99");
        let publish = sound(name, &version, None);
        let Ok(Built { request, .. }) = self.builder().build(&publish) else { return Ok(None) };
        let at = self.exchange(&publish, request, Role::Aftermath, false).await;
        if !self.transcript.exchanges[at].response().is_some_and(accepts) {
            return Ok(None);
        }
        let mut later = Expected::default();
        later.change(&version, false);
        let look = Step { mark: None, ..index_step(name) };
        let Ok(Built { request, .. }) = self.builder().build(&look) else { return Ok(None) };
        let at = self.look(&look, &request, Role::Aftermath, &later, Instant::now() + settle).await?;
        Ok(Some(self.transcript.exchanges[at].response().is_some_and(|reply| later.shows(reply))))
    }

    /// Whether the index shows by now what it did not in time. Leaves no exchange.
    async fn came_late(&mut self, step: &Step, request: &Request, expected: &Expected) -> Result<bool, End> {
        let kept = self.transcript.exchanges.len();
        let at = self.look(step, request, Role::Aftermath, expected, Instant::now()).await?;
        let came = self.transcript.exchanges[at].response().is_some_and(|reply| expected.shows(reply));
        self.transcript.exchanges.truncate(kept);
        Ok(came)
    }
}

/// Where what was published later shows.
#[derive(Debug, Clone, Copy)]
enum Control {
    /// In the same index file.
    There,
    /// In that of another crate.
    Elsewhere,
}

/// The requirement that says how soon a publish shows.
const IN_TIME: &str = "pub/index-within-60s";

/// Why nothing can be said of an index file from this look at it; nothing if it was read.
fn unread(exchange: &Exchange) -> Option<String> {
    match &exchange.reply {
        Err(failure) => Some(format!("there was no reply ({failure})")),
        Ok(reply) if reply.cut => Some(format!("there was more than {} MiB", BODY_LIMIT >> 20)),
        Ok(_) => None,
    }
}

/// A page of search results lists a crate.
fn lists(page: &Value, name: &str) -> bool {
    let crates = page.get("crates").and_then(Value::as_array).into_iter().flatten();
    crates.filter_map(|found| found.get("name")?.as_str()).any(|found| found.eq_ignore_ascii_case(name))
}

/// An attempt that no case comes to: its names are free for a control.
const CONTROL: Attempt = Attempt { crates_of: 1000, number: 1000 };

/// The requirement that says where the file of a crate of this name lies.
fn rule_of_place(name: &str) -> RequirementId {
    let rule = match name.chars().count() {
        _ if name.chars().any(char::is_uppercase) => "path/lower-case",
        1 => "path/one-char",
        2 => "path/two-char",
        3 => "path/three-char",
        _ => "pub/index-eventual",
    };
    rule.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_file_lies_is_a_matter_of_its_name() {
        let rules = ["Abc", "a", "ab", "a-b", "abcd"].map(|name| rule_of_place(name).as_str().to_owned());
        assert_eq!(
            rules,
            ["path/lower-case", "path/one-char", "path/two-char", "path/three-char", "pub/index-eventual"]
        );
    }
}
