//! What an operation has, read off the document with its overlays.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Aspect,
    Family::{self, Body, Condition as Condit, Credential, Pages, Parameter as Param, Reply, Sort},
    Want::{Invalid, Valid},
    body::{Field, fields},
};
use crate::spec::{
    Accepts, Access, Condition, Excuse, Operation, PageKind, Pagination, Parameter, Place, Scheme, Spec,
};

/// What overlays say by hand of an aspect that has no case.
pub(super) fn excused(operation: &Operation, aspect: &Aspect) -> Option<Excuse> {
    operation.layers.iter().find_map(|layer| layer.excuses.get(&aspect.name()).copied())
}

/// The aspects of an operation, each with the excuse that follows from the document itself.
pub(super) fn of(spec: &Spec, operation: &Operation) -> Vec<(Aspect, Option<Excuse>)> {
    let bare = spec.document(operation).is_some_and(|document| document.touches.is_empty());
    let mut cells = Cells { operation, bare, found: Vec::new() };
    if let Some(condition) = operation.refused {
        // Whatever is told of it beside that is told of nothing.
        cells.add(Condit, condition.name(), None);
        return cells.found;
    }
    cells.replies();
    for parameter in &operation.parameters {
        cells.parameter(parameter);
    }
    if operation.removed.is_none() {
        cells.body();
        cells.credentials();
        cells.pages();
        cells.sort();
        cells.conditions();
    }
    cells.found.sort();
    cells.found.dedup_by(|a, b| a.0 == b.0);
    cells.found
}

struct Cells<'s> {
    operation: &'s Operation,
    bare: bool,
    found: Vec<(Aspect, Option<Excuse>)>,
}

impl Cells<'_> {
    fn add(&mut self, family: Family, subject: impl Into<String>, excuse: Option<Excuse>) {
        self.found.push((Aspect::new(family, subject, None), excuse));
    }

    /// What follows for wrong requests from what is said, and what is not.
    fn silence(&self, conditions: &[Condition], parameter: Option<&str>) -> Option<Excuse> {
        if self.bare || conditions.iter().any(|condition| self.operation.states(*condition, parameter)) {
            return None;
        }
        let open = conditions.iter().any(|condition| self.operation.leaves_open(*condition, parameter));
        Some(if open { Excuse::LeftOpen } else { Excuse::NotStated })
    }

    fn replies(&mut self) {
        for reply in &self.operation.replies {
            let name = reply.status.map_or_else(|| "default".to_owned(), |status| status.to_string());
            self.add(Reply, name, reply.excuse);
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let name = parameter.name.as_str();
        if parameter.refused.is_none() {
            self.found.push((Aspect::new(Param, name, Valid), parameter.excuse));
        }
        if self.operation.removed.is_some() {
            return;
        }
        let own = !parameter.layer.errors.is_empty();
        let rows = self.operation.layers.iter().take(2).flat_map(|layer| &layer.errors);
        let named = rows.into_iter().any(|row| row.parameters.iter().any(|known| known == name));
        let bounded = is_bounded(parameter) || parameter.required && parameter.place == Place::Query;
        if own || named || parameter.refused.is_some() || (bounded && parameter.ignored.is_none()) {
            let silent = self.silence(&wrong_ways(parameter), Some(name)).filter(|_| parameter.refused.is_none());
            self.found.push((Aspect::new(Param, name, Invalid), parameter.excuse.or(silent)));
        }
        for (fold, condition) in [("case", Condition::PathOtherCase), ("dash", Condition::PathOtherDash)] {
            if parameter.folds.iter().any(|known| known == fold) {
                self.add(Condit, condition.name(), None);
            }
        }
    }

    fn body(&mut self) {
        use Condition::{
            BodyExtraField, BodyFieldMissing, BodyFieldWrongType, BodyInvalidValue, BodyMissing, BodyNotJson,
            BodyTooLarge, BodyWrongMediaType, BodyWrongShape,
        };
        let Some(body) = &self.operation.body else { return };
        if body.ignored.is_some() {
            return;
        }
        self.found.push((Aspect::new(Body, "/", Valid), None));
        if body.upload {
            self.whole(&[BodyMissing], true);
            self.whole(&[BodyWrongShape, BodyInvalidValue, BodyTooLarge], false);
            return;
        }
        self.whole(&[BodyInvalidValue, BodyTooLarge], false);
        if has_fields_for(&body.schema, BodyExtraField) {
            self.whole(&[BodyExtraField], false);
        }
        self.whole(&[BodyMissing], body.required);
        self.whole(&[BodyNotJson, BodyWrongShape], true);
        self.whole(&[BodyWrongMediaType], self.bare);
        for field in fields(&body.schema) {
            let ignored = field.schema.get("x-regspec-ignored").map(|_| Excuse::NoEffect);
            let told = field.schema.get("x-regspec-not-from-outside").cloned();
            let told: Option<Excuse> = told.and_then(|name| serde_json::from_value(name).ok());
            self.found.push((Aspect::new(Body, field.pointer.as_str(), Valid), told.or(ignored)));
            if ignored.is_none() && (field.required || field.has_type()) {
                let silent = self.silence(&[BodyFieldMissing, BodyFieldWrongType, BodyWrongShape], Some(&field.name));
                self.found.push((Aspect::new(Body, field.pointer, Invalid), told.or(silent)));
            }
        }
    }

    /// What is wrong with a body as a whole, where that is said, or demanded by the document.
    fn whole(&mut self, conditions: &[Condition], demanded: bool) {
        for condition in conditions {
            if demanded || self.operation.states(*condition, None) {
                self.add(Body, condition.name(), self.silence(&[*condition], None));
            }
        }
    }

    fn credentials(&mut self) {
        match self.operation.access.clone() {
            Some(access) if access.ignored => {
                self.add(Credential, "none", None);
                self.add(Credential, "malformed", None);
                self.add(Credential, "unknown", None);
            }
            Some(access) => self.ruled(&access),
            None => {
                for scheme in self.operation.security.clone() {
                    self.add(Credential, scheme_name(scheme), None);
                }
                let open = [Scheme::None, Scheme::Header];
                if !self.operation.security.iter().any(|scheme| open.contains(scheme)) {
                    self.add(Credential, "none", self.silence(&[Condition::CredentialMissing], None));
                }
            }
        }
    }

    fn ruled(&mut self, access: &Access) {
        let silence = |condition| move |cells: &Self| cells.silence(&[condition], None);
        let refused = |cells: &mut Self, name: &str, condition: Condition| {
            let excuse = silence(condition)(cells);
            cells.add(Credential, name, excuse);
        };
        self.add(Credential, "none", None);
        if !access.none.is_ok() || access.when.is_some() {
            refused(self, "malformed", Condition::CredentialMalformed);
            refused(self, "unknown", Condition::CredentialUnknown);
            for (name, condition) in
                [("revoked", Condition::CredentialRevoked), ("expired", Condition::CredentialExpired)]
            {
                // Not every kind of credential can be taken back or ends by itself.
                if self.operation.states(condition, None) {
                    refused(self, name, condition);
                }
            }
        }
        if let Some(rules) = &access.token {
            self.add(Credential, "token", None);
            if rules.endpoint_scope.is_some() {
                self.add(Credential, "scope", None);
                refused(self, "lacks-scope", Condition::CredentialLacksScope);
                if rules.crate_scope {
                    refused(self, "lacks-crate", Condition::CredentialLacksCrateScope);
                }
                if rules.crate_scoped.is_some() {
                    self.add(Credential, "other-crates", None);
                }
            } else if let Some(Accepts::Refused(condition)) = rules.scoped {
                refused(self, "scoped", condition);
            }
        }
        for (name, accepts) in [
            ("cookie", access.cookie),
            ("trusted-publishing", access.trustpub),
            ("another-account", access.other_user.filter(|accepts| !accepts.is_ok())),
        ] {
            match accepts {
                Some(Accepts::Ok) => self.add(Credential, name, None),
                Some(Accepts::Refused(condition)) => refused(self, name, condition),
                None => {}
            }
        }
        for (before, conditions) in [("before", &access.before_authentication), ("after", &access.after_authentication)]
        {
            let schema = self.operation.body.as_ref().filter(|body| !body.upload).map(|body| &body.schema);
            for condition in conditions {
                if schema.is_some_and(|schema| !has_fields_for(schema, *condition)) {
                    continue;
                }
                self.add(Credential, format!("{before} {condition}"), self.silence(&[*condition], None));
            }
        }
    }

    fn pages(&mut self) {
        let Some(pages) = &self.operation.pagination else { return };
        for kind in pages.kinds.iter().filter(|kind| **kind == PageKind::Page || pages.next.is_some()) {
            self.add(Pages, kind.name(), None);
        }
        for condition in PAGING.into_iter().filter(|condition| can_meet(pages, *condition)) {
            if self.operation.states(condition, None) || self.operation.states(condition, Some(&pages.page)) {
                self.add(Pages, condition.name(), None);
            }
        }
    }

    fn sort(&mut self) {
        let Some(sort) = &self.operation.sort else { return };
        if sort.default_order().is_some() {
            self.add(Sort, "default", None);
        }
        if sort.parameter.is_none() {
            return;
        }
        for value in sort.values.iter().filter(|(_, order)| order.is_some()).map(|(value, _)| value) {
            self.add(Sort, value.as_str(), None);
        }
        if sort.unknown_value.as_ref().and_then(|value| sort.values.get(value)?.as_ref()).is_some() {
            self.add(Sort, "unknown value", None);
        }
    }

    /// What overlays say of this operation, its path or a parameter of it, and no other family has.
    fn conditions(&mut self) {
        let near = self.operation.layers.iter().take(2).chain(self.operation.parameters.iter().map(|p| &p.layer));
        let conditions: BTreeSet<Condition> = near.flat_map(|layer| &layer.errors).map(|row| row.condition).collect();
        for condition in conditions.into_iter().filter(|condition| is_other(*condition)) {
            self.add(Condit, condition.name(), None);
        }
    }
}

/// Conditions of long lists.
pub(super) const PAGING: [Condition; 6] = [
    Condition::PageAndSeek,
    Condition::PageUnsupported,
    Condition::SeekUnsupported,
    Condition::SeekMalformed,
    Condition::PageBeyondLimit,
    Condition::PagePastEnd,
];

/// A list that is handed out so can be asked for in this wrong way.
fn can_meet(pages: &Pagination, condition: Condition) -> bool {
    let knows = |kind| pages.kinds.contains(&kind);
    match condition {
        Condition::PageUnsupported => !knows(PageKind::Page),
        Condition::PagePastEnd => knows(PageKind::Page),
        Condition::SeekUnsupported => !knows(PageKind::Seek),
        Condition::SeekMalformed => knows(PageKind::Seek),
        Condition::PageBeyondLimit => pages.last_page.is_some(),
        _ => true,
    }
}

/// A body of this schema can meet a condition of its fields.
fn has_fields_for(schema: &Value, condition: Condition) -> bool {
    let fields = fields(schema);
    match condition {
        Condition::BodyFieldMissing => fields.iter().any(|field| field.required),
        Condition::BodyFieldWrongType => fields.iter().any(Field::has_type),
        Condition::BodyExtraField => !fields.is_empty(),
        _ => true,
    }
}

/// Conditions that have no family of their own.
pub(super) fn is_other(condition: Condition) -> bool {
    let name = condition.name();
    let elsewhere = name.starts_with("body-") || name.starts_with("credential-") || PAGING.contains(&condition);
    // Which of two ages of a server answers is no matter of the request.
    !elsewhere && condition != Condition::OperationRemoved
}

/// The name of a way in which a caller tells who it is.
pub(super) fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::None => "none",
        Scheme::Cookie => "cookie",
        Scheme::Header => "key",
        Scheme::Token => "token",
    }
}

/// Not every text is a value of it.
fn is_bounded(parameter: &Parameter) -> bool {
    let types = parameter.types();
    let textual = types.is_empty() || types.contains(&"string") || types.contains(&"array");
    let facets = ["enum", "pattern", "minLength", "maxLength"];
    !textual
        || parameter.schema["format"] == "date"
        || facets.iter().any(|facet| parameter.schema.get(*facet).is_some())
        || (parameter.place == Place::Path && parameter.needs.is_some())
}

/// The conditions of which one is met by a wrong value of a parameter.
fn wrong_ways(parameter: &Parameter) -> Vec<Condition> {
    use Condition::{
        IdentifierNotInteger, IncludeUnknown, ParameterAboveMaximum, ParameterBelowMinimum, ParameterEmpty,
        ParameterMissing, ParameterNotInEnum, ParameterNul, ParameterOverflow, ParameterWrongFormat,
        ParameterWrongType, SeekMalformed, UnknownCrate, UnknownResource, UnknownVersion, VersionNotSemver,
    };
    match parameter.place {
        Place::Path => vec![UnknownCrate, UnknownVersion, UnknownResource, VersionNotSemver, IdentifierNotInteger],
        _ if parameter.required && parameter.needs.is_some() => {
            vec![ParameterMissing, UnknownCrate, UnknownVersion, UnknownResource]
        }
        _ if parameter.required => vec![ParameterMissing],
        _ => vec![
            ParameterWrongType,
            ParameterWrongFormat,
            ParameterNotInEnum,
            ParameterBelowMinimum,
            ParameterAboveMaximum,
            ParameterOverflow,
            ParameterEmpty,
            ParameterNul,
            SeekMalformed,
            IncludeUnknown,
        ],
    }
}
