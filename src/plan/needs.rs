use std::collections::BTreeSet;

use crate::{
    spec::{Need, Requirement, Spec},
    suite::{CaseDecl, Check, ConfigRule, Credential, Expect, Journey, SameWhat, Status, Step, Verb},
};

/// What a case needs: what its requirement says, what it says itself, and what its steps show.
pub(super) fn of(decl: &CaseDecl, requirement: &Requirement, spec: &Spec) -> Vec<Need> {
    let steps = || decl.given.iter().chain(&decl.when).chain(&decl.after);
    let uploads = |step: &Step| match &step.verb {
        Verb::Publish(_) => true,
        Verb::Call(call) => call.upload.is_some(),
        _ => false,
    };
    let publishes = decl.journey.is_some_and(Journey::publishes) || steps().any(uploads);
    let mut needs: BTreeSet<Need> = requirement.needs.iter().chain(&decl.needs).copied().collect();
    for step in steps() {
        needs.extend(of_step(step));
        if let Verb::Call(call) = &step.verb
            && spec.operation(&call.operation).is_some_and(|operation| !operation.reads())
        {
            needs.insert(Need::Write);
        }
    }
    needs.extend(decl.then.iter().flat_map(|expect| logins(&expect.check)));
    if let Some(journey) = decl.journey.filter(|journey| !journey.walks()) {
        needs.insert(if journey.is_about_http() { Need::Sparse } else { Need::Index });
    }
    if decl.then.iter().any(|expect| about_http(decl, expect) || names_index(&expect.check)) {
        needs.insert(Need::Sparse);
    }
    if decl.journey.is_some_and(Journey::publishes) {
        needs.extend([Need::Write, Need::Api]);
    }
    if decl.then.iter().any(aftermath_needs_index) && needs.contains(&Need::Write) {
        needs.insert(Need::Index);
    }
    // What a requirement needs a fixture for, a case that publishes has made itself.
    match publishes {
        true => needs.remove(&Need::Sample),
        false => steps().any(reads_sample) && needs.insert(Need::Sample),
    };
    needs.into_iter().collect()
}

/// An expectation on how the index is served rather than on what it says.
fn about_http(decl: &CaseDecl, expect: &Expect) -> bool {
    let step = match &expect.at {
        None => decl.when.as_ref(),
        Some(mark) => {
            decl.given.iter().chain(&decl.when).chain(&decl.after).find(|step| step.mark.as_ref() == Some(mark))
        }
    };
    let index = step.is_some_and(|step| matches!(step.verb, Verb::Config | Verb::Index(_)));
    let http = match &expect.check {
        // That a file is there can be said of a folder as well.
        Check::Status(statuses) => !matches!(statuses[..], [Status::Is(200)]),
        Check::NotStatus(_) | Check::Answered(_) | Check::Header(_) | Check::Caching(_) => true,
        Check::Challenge(_) | Check::Redirect(_) | Check::Config(ConfigRule::ModestCaching) => true,
        Check::Same(same) => matches!(same.what, SameWhat::Status | SameWhat::Etag | SameWhat::Look),
        _ => false,
    };
    index && http
}

/// A comparison with the URL of the index, which a clone of a git index does not tell.
fn names_index(check: &Check) -> bool {
    match check {
        Check::Line(line) => {
            let texts = line.has.iter().chain(line.one_of.iter().map(|one_of| &one_of.values));
            texts.flat_map(|text| text.placeholders()).any(|name| matches!(name, "index" | "index-url"))
        }
        Check::Outcome(both) => both.accepted.iter().chain(&both.refused).any(|expect| names_index(&expect.check)),
        _ => false,
    }
}

fn aftermath_needs_index(expect: &Expect) -> bool {
    matches!(expect.check, Check::Refused(_))
}

fn of_step(step: &Step) -> Vec<Need> {
    let mut needs = match &step.verb {
        Verb::Publish(_) => vec![Need::Api, Need::Write],
        Verb::Yank(_) | Verb::Unyank(_) => vec![Need::Api, Need::Write, Need::Yank],
        Verb::Owners => vec![Need::Api, Need::Owners],
        Verb::AddOwners(_) | Verb::RemoveOwners(_) => vec![Need::Api, Need::Write, Need::Owners],
        Verb::Search(_) => vec![Need::Api, Need::Search],
        Verb::Me | Verb::Call(_) => vec![Need::Api],
        Verb::Config | Verb::Index(_) if step.is_plain() => vec![Need::Index],
        Verb::Config | Verb::Index(_) => vec![Need::Sparse],
        Verb::Download(_) | Verb::Request(_) | Verb::Follow(_) => Vec::new(),
    };
    if step.verb.mutates() {
        needs.push(Need::Write);
    }
    needs.extend(match step.credential {
        Some(Credential::Other) => Some(Need::OtherToken),
        Some(Credential::Revoked) => Some(Need::RevokedToken),
        _ => None,
    });
    for name in step.texts().into_iter().flat_map(|text| text.placeholders()) {
        needs.extend(login(name));
        needs.extend(match name {
            "yanked-version" => Some(Need::YankedSample),
            "api" => Some(Need::Api),
            "index" | "index-url" => Some(Need::Sparse),
            _ => None,
        });
    }
    needs
}

/// The account that a placeholder names.
fn login(placeholder: &str) -> Option<Need> {
    match placeholder {
        "login" => Some(Need::Login),
        "other-login" => Some(Need::OtherLogin),
        "third-login" => Some(Need::ThirdLogin),
        _ => None,
    }
}

/// The accounts whose logins an expectation names.
fn logins(check: &Check) -> Vec<Need> {
    match check {
        Check::Logins(logins) => {
            let texts = logins.includes.iter().chain(&logins.lacks);
            texts.flat_map(|text| text.placeholders()).filter_map(login).collect()
        }
        Check::Outcome(both) => {
            both.accepted.iter().chain(&both.refused).flat_map(|expect| logins(&expect.check)).collect()
        }
        _ => Vec::new(),
    }
}

fn reads_sample(step: &Step) -> bool {
    // Calls find by themselves what they read.
    if matches!(step.verb, Verb::Call(_)) {
        return false;
    }
    let about_crate = match &step.verb {
        Verb::Yank(_)
        | Verb::Unyank(_)
        | Verb::Download(_)
        | Verb::Owners
        | Verb::AddOwners(_)
        | Verb::RemoveOwners(_) => step.of.is_none(),
        _ => false,
    };
    let named = step.texts().into_iter().flat_map(|text| text.placeholders());
    about_crate
        || named
            .into_iter()
            .any(|name| name.starts_with("crate") || matches!(name, "version" | "yanked-version" | "index-path"))
}
