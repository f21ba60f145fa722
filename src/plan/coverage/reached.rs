//! What a case tries: read off the call that it judges, and off its checks.

use std::collections::BTreeSet;

use super::{
    Aspect, Family,
    Want::{Invalid, Valid},
    body,
    cells::PAGING,
};
use crate::{
    plan::Case,
    spec::{Condition, Operation, PageKind, Parameter, Spec, StatusRange},
    suite::{Call, Check, ErrorReply, Login, ReplyRule, Status, Text, Verb},
};

/// The operation that a case judges, with the aspects that it tries.
pub(super) fn by<'s>(spec: &'s Spec, case: &Case) -> Option<(&'s str, BTreeSet<Aspect>)> {
    let Verb::Call(call) = &case.decl.when.as_ref()?.verb else { return None };
    let operation = spec.operation(&call.operation)?;
    let mut reach = Reach { operation, call, case, found: BTreeSet::new() };
    for expect in case.decl.then.iter().filter(|expect| expect.at.is_none()) {
        reach.check(&expect.check);
    }
    Some((operation.id.as_str(), reach.found))
}

struct Reach<'a> {
    operation: &'a Operation,
    call: &'a Call,
    case: &'a Case,
    found: BTreeSet<Aspect>,
}

impl Reach<'_> {
    fn add(&mut self, family: Family, subject: impl Into<String>) {
        self.found.insert(Aspect::new(family, subject, None));
    }

    fn check(&mut self, check: &Check) {
        match check {
            Check::Reply(ReplyRule::Documented) => self.good(None),
            Check::Reply(ReplyRule::NotAFailure) => self.odd(),
            Check::Reply(ReplyRule::Head) => self.add(Family::Condition, Condition::Head.name()),
            Check::Pages(kind) => {
                self.good(None);
                self.walked(*kind);
            }
            Check::Ordered(ordered) => self.ordered(ordered.value.as_deref()),
            Check::ErrorReply(wanted) => self.error(wanted),
            Check::Outcome(both) => {
                both.accepted.iter().chain(&both.refused).for_each(|expect| self.check(&expect.check));
            }
            _ => {}
        }
    }

    /// Parameters whose values the document does not take, whatever comes of them.
    fn odd(&mut self) {
        let takes = |parameter: &Parameter, value: &str| match parameter.is_integer() {
            true => value.parse::<i64>().is_ok(),
            false => parameter.choices().iter().any(|choice| choice == value),
        };
        for (name, text) in &self.call.query {
            if self.operation.parameter(name).is_some_and(|parameter| !takes(parameter, text.raw())) {
                self.found.insert(Aspect::new(Family::Parameter, name.as_str(), Invalid));
            }
        }
    }

    /// A reply that the document calls good; `odd` is the parameter whose value is none that is right.
    fn good(&mut self, odd: Option<&str>) {
        self.good_replies();
        let encoded = self.call.query_encoded.iter().flat_map(|text| text.raw().split('&'));
        let encoded = encoded.filter_map(|pair| pair.split('=').next());
        let encoded = encoded.map(|name| percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned());
        let named = self.call.path.keys().chain(self.call.path_encoded.keys()).chain(self.call.query.keys());
        let headers = self.case.decl.when.iter().flat_map(|step| step.headers.keys());
        let named: Vec<String> = named.chain(headers).cloned().chain(encoded).collect();
        for parameter in &self.operation.parameters {
            if Some(parameter.name.as_str()) != odd && named.contains(&parameter.name) {
                self.found.insert(Aspect::new(Family::Parameter, parameter.name.as_str(), Valid));
            }
        }
        for text in self.call.path.values().chain(self.call.query.values()) {
            for name in text.placeholders() {
                match name {
                    name if name.ends_with("-upper") => self.add(Family::Condition, Condition::PathOtherCase.name()),
                    name if name.ends_with("-folded") => self.add(Family::Condition, Condition::PathOtherDash.name()),
                    _ => {}
                }
            }
        }
        if self.call.body.is_some() || self.call.upload.is_some() {
            self.found.insert(Aspect::new(Family::Body, "/", Valid));
        }
        if let (Some(declared), Some(text)) = (&self.operation.body, &self.call.body)
            && let Some(json) = body::json(text.raw())
        {
            for pointer in body::right(&declared.schema, &json) {
                self.found.insert(Aspect::new(Family::Body, pointer, Valid));
            }
        }
        if let Some(name) = self.login() {
            self.add(Family::Credential, name);
        }
    }

    /// Which good replies the checks leave room for.
    fn good_replies(&mut self) {
        let narrowed: Vec<u16> = self
            .case
            .decl
            .then
            .iter()
            .filter_map(|expect| match &expect.check {
                Check::Status(statuses) => Some(statuses),
                _ => None,
            })
            .flatten()
            .filter_map(|status| match status {
                Status::Is(number) => Some(*number),
                Status::Class(_) => None,
            })
            .collect();
        for reply in self.operation.good_replies() {
            let asked = match narrowed.is_empty() {
                true => reply.asked_by.is_empty(),
                false => narrowed.iter().any(|number| reply.status.is_some_and(|status| status.covers(*number))),
            };
            if let Some(status) = reply.status.filter(|_| asked) {
                self.found.insert(Aspect::new(Family::Reply, status.to_string(), None));
            }
        }
    }

    fn walked(&mut self, kind: PageKind) {
        self.add(Family::Pages, kind.name());
        let Some(pages) = &self.operation.pagination else { return };
        let by = match kind {
            PageKind::Page => &pages.page,
            PageKind::Seek => &pages.seek,
        };
        for name in [&pages.size, by] {
            self.found.insert(Aspect::new(Family::Parameter, name.as_str(), Valid));
        }
    }

    fn ordered(&mut self, value: Option<&str>) {
        let Some(sort) = &self.operation.sort else { return };
        let known = value.and_then(|value| sort.values.keys().find(|known| known.eq_ignore_ascii_case(value)));
        match (value, known) {
            (None, _) => self.add(Family::Sort, "default"),
            (Some(_), Some(known)) => self.add(Family::Sort, known.as_str()),
            (Some(_), None) => self.add(Family::Sort, "unknown value"),
        }
    }

    fn error(&mut self, wanted: &ErrorReply) {
        let (condition, operation) = (wanted.condition, self.operation);
        let value = wanted.value.as_ref().map(Text::raw);
        let rows = operation.rows(condition, wanted.parameter.as_deref(), value);
        let odd = wanted.parameter.as_deref().filter(|_| !condition.name().starts_with("body-"));
        if !rows.is_empty() && rows.iter().all(|row| row.is_success()) {
            if !matches!(condition, Condition::Options) {
                self.good(odd);
            }
        } else {
            let statuses: Vec<StatusRange> = rows.iter().flat_map(|row| row.status.iter().copied()).collect();
            self.error_replies(&statuses);
            if let Some(name) = self.login().filter(|_| self.call.with != Login::Good) {
                self.add(Family::Credential, name);
            }
        }
        if let Some(name) = odd {
            self.found.insert(Aspect::new(Family::Parameter, name, Invalid));
        }
        if let Some(pages) = operation.pagination.as_ref().filter(|_| PAGING.contains(&condition)) {
            self.add(Family::Pages, condition.name());
            if matches!(condition, Condition::SeekMalformed | Condition::SeekUnsupported | Condition::PageAndSeek) {
                self.found.insert(Aspect::new(Family::Parameter, pages.seek.as_str(), Invalid));
            }
        }
        if condition.name().starts_with("body-") {
            self.add(Family::Body, condition.name());
            self.fields();
        }
        self.add(Family::Condition, condition.name());
        // A caller without credential who is told of something else shows in which order things are looked at.
        if self.call.with == Login::None
            && let Some(access) = &operation.access
        {
            if access.before_authentication.contains(&condition) {
                self.add(Family::Credential, format!("before {condition}"));
            }
            self.order();
        }
    }

    /// Replies that the document tells and that may answer what is wrong.
    fn error_replies(&mut self, statuses: &[StatusRange]) {
        let numbers = (400..600).filter(|number| match statuses {
            [] => *number < 500,
            statuses => statuses.iter().any(|status| status.covers(*number)),
        });
        let numbers: Vec<u16> = numbers.collect();
        let told = |status: StatusRange| numbers.iter().any(|number| status.covers(*number));
        for reply in &self.operation.replies {
            match reply.status {
                Some(status) if told(status) => self.add(Family::Reply, status.to_string()),
                None => self.add(Family::Reply, "default"),
                _ => {}
            }
        }
    }

    /// `after` and `before`: the case says by its own name what is wrong beside the missing credential.
    fn order(&mut self) {
        if let Some(rest) = self.case.id.split("::credential-order::").nth(1)
            && let Some((when, condition)) = rest.split_once('-')
        {
            self.add(Family::Credential, format!("{when} {condition}"));
        }
    }

    fn fields(&mut self) {
        let (Some(declared), Some(text)) = (&self.operation.body, &self.call.body) else { return };
        let Some(json) = body::json(text.raw()).filter(|json| json.is_object()) else { return };
        for pointer in body::wrong(&declared.schema, &json) {
            self.found.insert(Aspect::new(Family::Body, pointer, Invalid));
        }
    }

    /// The credential of the call, by the name that cells have for it.
    fn login(&self) -> Option<&'static str> {
        let login = match &self.call.with {
            Login::Good => Login::of(self.operation),
            other => other.clone(),
        };
        if self.operation.key_header.is_some() && self.call.with == Login::Good {
            return Some("key");
        }
        let other = self.operation.by_other;
        Some(match login {
            Login::Token if other => "another-account",
            Login::OtherToken if !other => "another-account",
            Login::Cookie if other => "another-account",
            Login::OtherCookie if !other => "another-account",
            Login::Token | Login::OtherToken => "token",
            Login::Cookie | Login::OtherCookie => "cookie",
            Login::Stranger => "another-account",
            Login::None => "none",
            Login::Scope(_) => "scope",
            Login::LacksScope(scope) if scope.is_empty() => "scoped",
            Login::LacksScope(_) => "lacks-scope",
            Login::LacksCrate(_) => "lacks-crate",
            Login::Trustpub => "trusted-publishing",
            Login::Burn => match &self.operation.access {
                Some(access) if access.token.as_ref().is_none_or(|rules| !rules.takes_legacy()) => "trusted-publishing",
                _ => "token",
            },
            Login::Expired => "expired",
            Login::Revoked | Login::Spent => "revoked",
            Login::Unknown | Login::Prefix | Login::OtherCase | Login::Padded => "unknown",
            Login::Malformed | Login::WrongScheme | Login::Empty => "malformed",
            Login::BadCookie => "bad-cookie",
            Login::Named(_) | Login::Good => return None,
        })
    }
}
