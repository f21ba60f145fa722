//! Whether a case can go on after a step, and what it says where it cannot.

use super::perform::{End, Run};
use crate::{
    exchange::{FailureKind, Response, Shown, accepts, declines},
    spec::RequirementId,
    suite::{Check, Expect, Publish, Step, Verb},
};

impl Run<'_> {
    /// It is the case to tell that no upload is accepted.
    pub(super) fn asks_for_a_sound_upload(&self) -> bool {
        let plain = |step: &Step| match &step.verb {
            Verb::Publish(publish) => publish.name.is_none() && odd_by_name_alone(publish) && step.credential.is_none(),
            _ => true,
        };
        self.case.requirements[0].as_str() == FOUNDATION
            && self.case.decl.journey.is_none()
            && self.case.steps().all(plain)
            && !self.case.decl.then.iter().any(asks_refusal)
    }

    /// A step that the case builds on has to have succeeded.
    pub(super) fn succeeded(&self, step: &Step, at: usize) -> Result<(), End> {
        let exchange = &self.transcript.exchanges[at];
        let by = match &step.verb {
            Verb::Call(call) => RequirementId::from(format!("{}/reply", call.operation).as_str()),
            Verb::Publish(_) if self.took_before(step) => FURTHER.into(),
            verb => relies_on(verb).map_or_else(|| self.case.requirements[0].clone(), RequirementId::from),
        };
        let reply = match &exchange.reply {
            Ok(reply) => reply,
            Err(failure) => return Err(End::Inconclusive(format!("{} got no reply: {failure}", step.verb.name()))),
        };
        let fine = match &step.verb {
            Verb::Index(_) => matches!(reply.status, 200 | 304 | 404 | 410 | 451),
            Verb::Request(_) | Verb::Follow(_) => reply.status < 500,
            _ => accepts(reply),
        };
        if fine && matches!(exchange.shown, Some(Shown::Lost { .. })) {
            let by = if matches!(step.verb, Verb::Index(_)) && self.yanked_something() {
                "yank/index-flag"
            } else {
                "pub/index-eventual"
            };
            return Err(End::Blocked {
                by: by.into(),
                why: "what was accepted before did not show in the index".to_owned(),
            });
        }
        if fine {
            return Ok(());
        }
        let why = format!("{} answered {}", step.verb.name(), in_words(reply));
        if let Verb::Call(call) = &step.verb
            && self.session.spec.operation(&call.operation).is_some_and(|operation| operation.is_gone(reply.status))
        {
            return Err(End::NotApplicable(format!("the target has no {} any more: {why}", call.operation)));
        }
        if matches!(reply.status, 429 | 503) && self.session.pace.was_throttled() {
            return Err(End::Inconclusive(format!("{why}: the target throttles this run")));
        }
        if self.may_refuse && special(step) && !self.took_before(step) && declines(reply) {
            return Err(End::NotApplicable(format!("the registry refuses it by policy: {}", in_words(reply))));
        }
        Err(End::Blocked { by, why })
    }

    /// The target took a crate of this odd name already, so that no policy against names can be why it refuses now.
    fn took_before(&self, step: &Step) -> bool {
        let Verb::Publish(publish) = &step.verb else { return false };
        let name = publish.name.as_ref().and_then(|name| name.fill(&self.bindings).ok());
        odd_by_name_alone(publish) && name.is_some_and(|name| self.crates.contains_key(&name))
    }

    fn yanked_something(&self) -> bool {
        self.case.steps().any(|step| matches!(step.verb, Verb::Yank(_) | Verb::Unyank(_)))
    }

    /// A good call was refused for who makes it, by an operation of which nobody has said who may call it: a document that
    /// asks for a credential does not tell which accounts have the rights.
    fn lacks_rights(&self, step: &Step, at: usize, reply: &Response) -> bool {
        let Verb::Call(call) = &step.verb else { return false };
        let Some(operation) = self.session.spec.operation(&call.operation) else { return false };
        let request = &self.transcript.exchanges[at].request;
        let signed = request.headers.has("authorization") || request.headers.has("cookie");
        let good = self.case.decl.then.iter().any(|expect| matches!(expect.check, Check::Reply(_)));
        matches!(reply.status, 401 | 403) && signed && good && operation.access.is_none()
    }

    /// What is judged may itself be something that the target refuses by right, or that throttling kept from happening.
    pub(super) fn judgeable(&self, step: &Step, at: usize) -> Result<(), End> {
        let exchange = &self.transcript.exchanges[at];
        let reply = match &exchange.reply {
            Ok(reply) => reply,
            Err(failure) if failure.kind == FailureKind::Withheld => {
                return Err(End::NotApplicable(failure.message.clone()));
            }
            Err(_) => return Ok(()),
        };
        if matches!(reply.status, 429 | 503) && self.session.pace.was_throttled() {
            return Err(End::Inconclusive(format!("the target throttles this run: {}", in_words(reply))));
        }
        if self.lacks_rights(step, at, reply) {
            return Err(End::NotApplicable(format!("the credential held may not do it: {}", in_words(reply))));
        }
        let wants_refusal = self.case.decl.then.iter().any(asks_refusal);
        let may_refuse = self.may_refuse && !wants_refusal && !self.took_before(step);
        if may_refuse && matches!(step.verb, Verb::Publish(_)) && declines(reply) {
            return Err(End::NotApplicable(format!("the registry refuses it by policy: {}", in_words(reply))));
        }
        Ok(())
    }
}

/// What every upload stands on.
pub(super) const FOUNDATION: &str = "env/layout";

/// What a further upload of a crate stands on whose first one was taken.
const FURTHER: &str = "pub/further-version";

/// Whether a refusal is what a case asks for.
pub(super) fn asks_refusal(expect: &Expect) -> bool {
    matches!(&expect.check, Check::Refused(_) | Check::Outcome(_))
}

/// It is no plain upload, so that a policy may be against it.
fn special(step: &Step) -> bool {
    match &step.verb {
        Verb::Publish(publish) => publish.name.is_some() || !odd_by_name_alone(publish),
        _ => false,
    }
}

fn odd_by_name_alone(publish: &Publish) -> bool {
    publish.json.is_none()
        && publish.drop.is_empty()
        && publish.tarball.is_none()
        && !publish.beyond_limit
        && publish.envelope.is_none()
        && publish.edits.is_none()
}

/// The requirement without which a verb cannot be built upon.
fn relies_on(verb: &Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Publish(_) => FOUNDATION,
        Verb::Yank(_) => "yank/route",
        Verb::Unyank(_) => "unyank/route",
        Verb::Config => "cfg/exists",
        Verb::Index(_) => "http/status-200-only",
        Verb::Download(_) => "dl/status-200",
        Verb::Owners => "own/list-with-token",
        Verb::AddOwners(_) => "own/add-request",
        Verb::RemoveOwners(_) => "own/remove-request",
        Verb::Search(_) => "search/shape",
        Verb::Me | Verb::Request(_) | Verb::Follow(_) | Verb::Call(_) => return None,
    })
}

/// A reply in words: its status, and what it says of itself.
pub(super) fn in_words(reply: &Response) -> String {
    let text = reply
        .body
        .json()
        .ok()
        .and_then(|json| json.get("errors")?.as_array()?.first()?.get("detail")?.as_str().map(str::to_owned));
    let text = text.or_else(|| reply.body.text().filter(|text| !text.trim_start().starts_with('<')).map(str::to_owned));
    match text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty()) {
        Some(text) => format!("status {}: {}", reply.status, text.chars().take(160).collect::<String>()),
        None => format!("status {}", reply.status),
    }
}
