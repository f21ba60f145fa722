//! The conditions that a request meets: what shows in it, and what it may meet for all that one can see.

use std::collections::BTreeSet;

use crate::{
    exchange::{Exchange, Request},
    spec::{Accepts, Condition, Operation, PageKind, Parameter, Place},
    suite::ErrorReply,
};

/// A condition that a request meets or may meet.
#[derive(Debug, Clone)]
pub(super) struct Met {
    pub(super) wanted: ErrorReply,
    /// What was sent in the parameter.
    pub(super) value: Option<String>,
    /// It shows in the request; else it hangs on what the server knows.
    pub(super) sure: bool,
}

/// Collects conditions.
struct Meets<'a> {
    operation: &'a Operation,
    request: &'a Request,
    query: Vec<(String, Vec<u8>)>,
    met: Vec<Met>,
}

/// All of a request's conditions, those that show first.
pub(super) fn met(operation: &Operation, exchange: &Exchange) -> Vec<Met> {
    let request = &exchange.request;
    let pairs = request.query().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (String::from_utf8_lossy(&decoded(name)).into_owned(), decoded(value))
    });
    let mut meets = Meets { operation, request, query: pairs.collect(), met: Vec::new() };
    let method = request.method.as_str();
    if method != operation.method && method != "HEAD" {
        let condition = if method == "OPTIONS" { Condition::Options } else { Condition::MethodUnsupported };
        meets.sure(condition, None, None);
        return meets.met;
    }
    if request.headers.get("user-agent").is_none_or(str::is_empty) {
        meets.sure(Condition::UserAgentMissing, None, None);
    }
    for parameter in operation.path_parameters() {
        let sent = exchange.called.as_ref().and_then(|called| called.arguments.get(&parameter.name));
        meets.path(parameter, sent.map_or("", String::as_str));
    }
    for parameter in operation.query_parameters() {
        meets.parameter(parameter);
    }
    meets.pages();
    meets.body();
    meets.credentials();
    meets.state();
    meets.met.sort_by_key(|met| !met.sure);
    meets.met
}

/// What a piece of a query means.
fn decoded(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).collect()
}

impl Meets<'_> {
    fn add(&mut self, condition: Condition, parameter: Option<&str>, value: Option<&str>, sure: bool) {
        let wanted = ErrorReply { condition, parameter: parameter.map(str::to_owned), value: None };
        self.met.push(Met { wanted, value: value.map(str::to_owned), sure });
    }

    fn sure(&mut self, condition: Condition, parameter: Option<&str>, value: Option<&str>) {
        self.add(condition, parameter, value, true);
    }

    fn maybe(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            self.add(*condition, None, None, false);
        }
    }

    fn path(&mut self, parameter: &Parameter, sent: &str) {
        use Condition::{
            IdentifierNotInteger, IdentifierOverflow, PathEncodedPercent, PathEncodedSlash, PathInvalidUtf8, PathNul,
            PathOtherCase, PathOtherDash, PathTooLong, UnknownCrate, UnknownResource, UnknownVersion, VersionNotSemver,
        };
        let name = Some(parameter.name.as_str());
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(sent).collect();
        let Ok(text) = String::from_utf8(bytes) else {
            self.sure(PathInvalidUtf8, name, None);
            return;
        };
        let value = Some(text.as_str());
        for (found, condition) in [('\0', PathNul), ('/', PathEncodedSlash), ('%', PathEncodedPercent)] {
            if text.contains(found) {
                self.sure(condition, name, value);
            }
        }
        for condition in [UnknownCrate, UnknownVersion, UnknownResource, PathTooLong, PathOtherCase, PathOtherDash] {
            self.add(condition, name, value, false);
        }
        if parameter.is_integer() {
            match text.parse::<i128>() {
                Err(_) => self.sure(IdentifierNotInteger, name, value),
                Ok(number) if number >= i128::from(parameter.overflow.unwrap_or(1 << 31)) => {
                    self.sure(IdentifierOverflow, name, value);
                }
                Ok(_) => {}
            }
        }
        let version = parameter.needs.as_deref().is_some_and(|kind| kind.ends_with("version"));
        if version && semver::Version::parse(&text).is_err() {
            self.sure(VersionNotSemver, name, value);
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let name = Some(parameter.name.as_str());
        let values: Vec<Vec<u8>> =
            self.query.iter().filter(|(known, _)| *known == parameter.name).map(|(_, value)| value.clone()).collect();
        if values.is_empty() {
            if parameter.required {
                // An overlay may demand it so that a plain call is a good one: the server need not.
                self.add(Condition::ParameterMissing, name, None, false);
            }
            return;
        }
        if values.len() > 1 && !parameter.types().contains(&"array") {
            self.sure(Condition::ParameterDoubled, name, Some(&String::from_utf8_lossy(&values[0])));
        }
        for value in values {
            self.value(parameter, value);
        }
        let possible = [Condition::IncludeUnknown, Condition::UnknownCrate, Condition::UnknownResource];
        for condition in possible.into_iter().chain(parameter.refused) {
            let sent = self.query.iter().find(|(known, _)| *known == parameter.name);
            let text = sent.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
            self.add(condition, name, text.as_deref(), false);
        }
    }

    fn value(&mut self, parameter: &Parameter, bytes: Vec<u8>) {
        use Condition::{
            ParameterAboveMaximum, ParameterBelowMinimum, ParameterEmpty, ParameterHuge, ParameterInvalidUtf8,
            ParameterNotInEnum, ParameterNul, ParameterOverflow, ParameterWrongFormat, ParameterWrongType,
        };
        let name = Some(parameter.name.as_str());
        let Ok(text) = String::from_utf8(bytes) else {
            self.sure(ParameterInvalidUtf8, name, None);
            return;
        };
        let value = Some(text.as_str());
        if text.is_empty() {
            self.sure(ParameterEmpty, name, value);
        } else if parameter.accepted.contains(&text) {
            // A spelling that is told to be taken.
        } else if parameter.is_integer() {
            let Ok(number) = text.parse::<i128>() else {
                self.sure(ParameterWrongType, name, value);
                return;
            };
            if parameter.minimum().is_some_and(|least| number < i128::from(least)) {
                self.sure(ParameterBelowMinimum, name, value);
                self.sure(ParameterWrongType, name, value);
            }
            if parameter.maximum().is_some_and(|most| number > i128::from(most)) {
                self.sure(ParameterAboveMaximum, name, value);
            }
            if number >= i128::from(parameter.overflow.unwrap_or(1 << 32)) {
                self.sure(ParameterOverflow, name, value);
            } else if number >= 1 << 31 {
                self.add(ParameterOverflow, name, value, false);
            }
        } else if text.contains('\0') {
            self.sure(ParameterNul, name, value);
        } else {
            let date = parameter.schema["format"] == "date";
            if date && chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d").is_err() {
                self.sure(ParameterWrongFormat, name, value);
            }
            if date && text.len() != "2026-01-01".len() {
                self.add(ParameterWrongFormat, name, value, false);
            }
            if !parameter.choices().is_empty() && !parameter.choices().contains(&text) {
                self.sure(ParameterNotInEnum, name, value);
            }
            self.add(ParameterHuge, name, value, false);
        }
    }

    /// How a page was asked for. A server may page a list of which nobody said so.
    fn pages(&mut self) {
        let told = self.operation.pagination.clone();
        let names = told.as_ref().map_or(("page", "seek"), |pages| (pages.page.as_str(), pages.seek.as_str()));
        let sent = |name: &str| self.query.iter().find(|(known, _)| known == name);
        let text = |name: &str| sent(name).map(|(_, value)| String::from_utf8_lossy(value).into_owned());
        let (page, seek) = (text(names.0), text(names.1));
        let asks = told.as_ref().is_some_and(|pages| pages.needs.as_ref().is_none_or(|needs| sent(needs).is_some()));
        let knows = |kind| told.as_ref().is_some_and(|pages| pages.kinds.contains(&kind));
        let mut add = |condition, sure: bool| {
            self.add(condition, Some(names.0), page.as_deref(), sure && asks);
        };
        if page.is_some() && seek.is_some() {
            add(Condition::PageAndSeek, true);
        }
        if page.is_some() {
            add(Condition::PageUnsupported, !knows(PageKind::Page));
            let number = page.as_ref().and_then(|page| page.parse::<u64>().ok());
            let last = told.as_ref().and_then(|pages| pages.last_page);
            if last.zip(number).is_some_and(|(last, number)| number > last) {
                add(Condition::PageBeyondLimit, false);
            }
            add(Condition::PageTooDeep, false);
        }
        if seek.is_some() {
            add(Condition::SeekUnsupported, !knows(PageKind::Seek));
            add(Condition::SeekMalformed, false);
        }
    }

    fn body(&mut self) {
        use Condition::{
            BodyExtraField, BodyFieldMissing, BodyFieldWrongType, BodyInvalidValue, BodyMissing, BodyNotJson,
            BodyTooLarge, BodyWrongMediaType, BodyWrongShape, LimitReached,
        };
        let Some(body) = self.operation.body.as_ref().filter(|body| body.ignored.is_none()) else { return };
        let shape = [BodyWrongShape, BodyFieldMissing, BodyFieldWrongType];
        self.maybe(&[BodyInvalidValue, LimitReached, BodyTooLarge, BodyExtraField]);
        if body.upload || !body.schema.is_object() {
            self.maybe(&shape);
            self.maybe(&[BodyMissing, BodyNotJson, BodyWrongMediaType]);
            return;
        }
        let sent = self.request.headers.get("content-type").unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let named = std::iter::once(&body.content_type).chain(&body.accepted_types).any(|known| *known == essence);
        if self.request.body.is_empty() {
            self.add(BodyMissing, None, None, body.required);
            self.maybe(&[BodyNotJson, BodyWrongMediaType]);
            return;
        }
        if !named && !essence.ends_with("+json") {
            self.sure(BodyWrongMediaType, None, None);
            return;
        }
        if self.request.body.json().is_err() {
            self.sure(BodyNotJson, None, None);
        }
        // A reader that goes through the text once may see a wrong shape before wrong syntax, and more in it than the
        // schema says.
        self.maybe(&shape);
    }

    fn credentials(&mut self) {
        use Condition::{
            AccountLocked, CredentialCookieOnTokenOperation, CredentialExpired, CredentialLacksCrateScope,
            CredentialLacksScope, CredentialLegacyRefused, CredentialMalformed, CredentialMissing, CredentialRevoked,
            CredentialScopedRefused, CredentialTokenOnCookieOperation, CredentialTrustpubRefused, CredentialUnknown,
            NotFoundForCaller, NotOwner, NotSelf, OriginRefused,
        };
        let Some(access) = &self.operation.access else {
            self.maybe(&[CredentialMissing, CredentialMalformed, CredentialUnknown, NotOwner]);
            return;
        };
        let asked = access
            .when
            .as_ref()
            .is_none_or(|name| self.query.iter().any(|(known, value)| known == name && !value.is_empty()));
        if access.ignored || !asked {
            return;
        }
        let missing = match access.none {
            Accepts::Refused(condition) => Some(condition),
            Accepts::Ok => access.when.as_ref().map(|_| CredentialMissing),
        };
        let sent = |name| self.request.headers.get(name).is_some();
        let (token, cookie) = (sent("authorization"), sent("cookie"));
        if let Some(condition) = missing.filter(|_| !token) {
            // A cookie that the server does not know is none.
            self.add(condition, None, None, !cookie);
        }
        if token || cookie {
            self.maybe(&[
                AccountLocked,
                CredentialCookieOnTokenOperation,
                CredentialExpired,
                CredentialLacksCrateScope,
                CredentialLacksScope,
                CredentialLegacyRefused,
                CredentialMalformed,
                CredentialRevoked,
                CredentialScopedRefused,
                CredentialTokenOnCookieOperation,
                CredentialTrustpubRefused,
                CredentialUnknown,
                NotFoundForCaller,
                NotOwner,
                NotSelf,
            ]);
            if sent("origin") {
                self.maybe(&[OriginRefused]);
            }
        }
    }

    /// What hangs on the server alone.
    fn state(&mut self) {
        use Condition::{
            AlreadyGone, AlreadyThere, EmailUnverified, Expired, FilterConflict, FilterMissing, HasDependents,
            LimitAge, LimitReached, OperationRemoved, ReadOnly, Throttled, UnknownCrate, UnknownResource,
            UnknownVersion,
        };
        self.maybe(&[
            AlreadyGone,
            AlreadyThere,
            EmailUnverified,
            Expired,
            HasDependents,
            LimitAge,
            LimitReached,
            OperationRemoved,
            ReadOnly,
            Throttled,
            UnknownCrate,
            UnknownResource,
            UnknownVersion,
        ]);
        let names: BTreeSet<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        let query = || self.operation.parameters.iter().filter(|parameter| parameter.place == Place::Query);
        let missing = query().any(|parameter| parameter.required && !names.contains(parameter.name.as_str()));
        let conflict = query().any(|parameter| parameter.refused.is_some() && names.contains(parameter.name.as_str()));
        if missing {
            self.maybe(&[FilterMissing]);
        }
        if conflict {
            self.maybe(&[FilterConflict]);
        }
    }
}
