//! Every operation with every credential: what it takes, and what is none, wrong, outlived, too narrow or another's.

use std::sync::Arc;

use super::make::{Aspect, Make, Steps};
use crate::{
    spec::{Accepts, Access, Condition, Level, Scheme},
    suite::{Call, Check, Login, Text, Verb},
};

pub(super) fn add(make: &mut Make<'_>) {
    match make.operation.access.clone() {
        Some(access) if access.ignored => ignored(make),
        Some(access) => ruled(make, &access),
        None => documented(make),
    }
}

/// The document says who may call, and nobody has said more.
fn documented(make: &mut Make<'_>) {
    if make.operation.security.contains(&Scheme::None) || make.operation.security.contains(&Scheme::Header) {
        return;
    }
    for (element, login, condition) in
        [("none", Login::None, Condition::CredentialMissing), ("unknown", Login::Unknown, Condition::CredentialUnknown)]
    {
        let token = make.operation.security.contains(&Scheme::Token);
        if make.tries(condition, None, true) && (login == Login::None || token) {
            refused(make, element, login, condition, None);
        }
    }
}

/// Nobody looks at credentials: not even a wrong one changes the reply.
fn ignored(make: &mut Make<'_>) {
    let wrong = [
        ("malformed", Login::Malformed),
        ("wrong-scheme", Login::WrongScheme),
        ("unknown", Login::Unknown),
        ("bad-cookie", Login::BadCookie),
    ];
    for (element, login) in wrong {
        // A cookie may be what the request is about.
        if login == Login::BadCookie && !make.operation.uses_up.is_empty() {
            continue;
        }
        taken(make, element, login, Level::Should, None);
    }
}

fn ruled(make: &mut Make<'_>, access: &Access) {
    let when = access.when.as_deref();
    let missing = match access.none {
        Accepts::Refused(condition) => Some(condition),
        Accepts::Ok => None,
    };
    if let Some(condition) = missing.or_else(|| when.map(|_| Condition::CredentialMissing)) {
        refused(make, "none", Login::None, condition, when);
        let always = [
            ("malformed", Login::Malformed, Condition::CredentialMalformed),
            ("wrong-scheme", Login::WrongScheme, Condition::CredentialMalformed),
            ("unknown", Login::Unknown, Condition::CredentialUnknown),
            ("revoked", Login::Revoked, Condition::CredentialRevoked),
            ("expired", Login::Expired, Condition::CredentialExpired),
        ];
        for (element, login, condition) in always {
            refused(make, element, login, condition, when);
        }
        // What is nearly a token is as good as none.
        if access.token.as_ref().is_some_and(|rules| rules.takes_legacy()) {
            for (element, login) in
                [("prefix", Login::Prefix), ("other-case", Login::OtherCase), ("padded", Login::Padded)]
            {
                refused(make, element, login, Condition::CredentialUnknown, when);
            }
        }
    }
    tokens(make, access, when);
    for (element, login, accepts) in [
        ("cookie", own(make, Login::Cookie, Login::OtherCookie), access.cookie),
        ("trusted-publishing", Login::Trustpub, access.trustpub),
    ] {
        match accepts {
            Some(Accepts::Ok) => taken(make, element, login, Level::Must, when),
            Some(Accepts::Refused(condition)) => refused(make, element, login, condition, when),
            None => {}
        }
    }
    if let Some(Accepts::Refused(condition)) = access.other_user {
        let cookie = access.token.as_ref().is_none_or(|rules| !rules.takes_legacy());
        let helped = make.good.given.iter().any(|step| matches!(&step.verb, Verb::Call(call) if make.spec.operation(&call.operation).is_some_and(|operation| operation.by_other)));
        let login = match (cookie, helped) {
            (true, false) => own(make, Login::OtherCookie, Login::Cookie),
            (false, false) => own(make, Login::OtherToken, Login::Token),
            // The second account is none of the strangers here.
            (_, true) => Login::Stranger,
        };
        if !(cookie && helped) {
            refused(make, "another-account", login, condition, when);
        }
    }
    if let Some(condition) = missing {
        order(make, access, condition);
    }
}

fn tokens(make: &mut Make<'_>, access: &Access, when: Option<&str>) {
    let Some(rules) = &access.token else { return };
    match rules.legacy.unwrap_or(Accepts::Ok) {
        Accepts::Ok if make.operation.uses_up.iter().any(|kind| kind == "credential") => {}
        Accepts::Ok => taken(make, "token", own(make, Login::Token, Login::OtherToken), Level::Must, when),
        Accepts::Refused(condition) => {
            refused(make, "token", own(make, Login::Token, Login::OtherToken), condition, when)
        }
    }
    match (&rules.endpoint_scope, rules.scoped) {
        // Only the main account's scoped tokens are known by their scopes.
        (Some(_), _) if make.operation.by_other => {}
        (Some(scope), _) => {
            taken(make, "scope", Login::Scope(scope.clone()), Level::Must, when);
            refused(make, "lacks-scope", Login::LacksScope(scope.clone()), Condition::CredentialLacksScope, when);
            if rules.crate_scope {
                refused(
                    make,
                    "lacks-crate",
                    Login::LacksCrate(scope.clone()),
                    Condition::CredentialLacksCrateScope,
                    when,
                );
            }
        }
        (None, Some(Accepts::Refused(condition))) => {
            refused(make, "scoped", Login::LacksScope(String::new()), condition, when)
        }
        (None, _) => {}
    }
}

/// What is told before and what only after the caller is known.
fn order(make: &mut Make<'_>, access: &Access, missing: Condition) {
    for (conditions, before) in [(&access.before_authentication, true), (&access.after_authentication, false)] {
        for condition in conditions {
            let Some(case) = make.with_condition(*condition) else { continue };
            let Some(Verb::Call(call)) = case.decl.when.as_ref().map(|step| &step.verb) else { continue };
            let (mut call, given) = ((**call).clone(), case.decl.given.clone());
            call.with = Login::None;
            let element = format!("{}-{condition}", if before { "before" } else { "after" });
            let (told, about) = match case.decl.then.first().map(|expect| &expect.check) {
                Some(Check::ErrorReply(wanted)) if before => (
                    wanted.condition,
                    (wanted.parameter.clone(), wanted.value.as_ref().map(|value| value.raw().to_owned())),
                ),
                _ => (missing, (None, None)),
            };
            if make.stated(told, about.0.as_deref()) {
                let pointer = place(make);
                make.condition(
                    "credential-order",
                    &element,
                    told,
                    (about.0.as_deref(), about.1.as_deref()),
                    &pointer,
                    (given, call),
                );
            }
        }
    }
}

/// The credential of the account that makes the good call.
fn own(make: &Make<'_>, main: Login, other: Login) -> Login {
    if make.operation.by_other { other } else { main }
}

fn place(make: &Make<'_>) -> String {
    format!("{}/x-regspec-credentials", make.operation.pointer)
}

/// The good call with another credential; where rules hold only beside a parameter, with that.
fn call(make: &Make<'_>, login: Login, when: Option<&str>) -> Call {
    let mut call = make.good.call.clone();
    if let Some(name) = when {
        let given = make.operation.parameter(name).and_then(|parameter| parameter.given());
        call.query.insert(name.to_owned(), Text::from(given.as_deref().unwrap_or("1")));
    }
    call.with = login;
    call
}

fn refused(make: &mut Make<'_>, element: &str, login: Login, condition: Condition, when: Option<&str>) {
    // What nobody has said anything of is not tried, unless the document alone says that a credential is asked for.
    if !make.stated(condition, None) && !make.is_bare() {
        return;
    }
    let (given, call, pointer) = (make.good.given.clone(), call(make, login, when), place(make));
    make.condition("credential", element, condition, (None, None), &pointer, (given, call));
}

fn taken(make: &mut Make<'_>, element: &str, login: Login, level: Level, when: Option<&str>) {
    let aspect = Aspect {
        name: "credential".to_owned(),
        text: format!("{} takes every credential that it is told to take.", make.operation.id),
        pointer: place(make),
        level,
    };
    let steps = Steps {
        given: make.good.given.clone(),
        when: call(make, login, when),
        then: vec![Make::documented()],
        ..Steps::default()
    };
    make.case(aspect, element, None, steps);
}

impl Make<'_> {
    /// The first case of this operation that is about a condition.
    fn with_condition(&self, condition: Condition) -> Option<Arc<crate::plan::Case>> {
        let about = |case: &&crate::plan::Case| {
            case.decl
                .then
                .iter()
                .any(|expect| matches!(&expect.check, Check::ErrorReply(wanted) if wanted.condition == condition))
        };
        self.cases().iter().find(about).cloned().map(Arc::new)
    }
}
