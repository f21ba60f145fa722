//! `PUT /api/v1/crates/new`: the rules of crates.io in their order. What does not depend on other crates is tried before the state is
//! locked; everything else under the lock that also stores, so that a refused upload leaves nothing.

mod dependency;
mod envelope;
mod feature;
mod license;
mod licenses;
mod manifest;
mod name;
mod rate;
mod rules;
mod store;
mod tarball;

use semver::Version as Number;
use serde_json::{Value, json};

pub(in crate::reference) use self::{
    rate::{Limited, Rates},
    store::{Publisher, Upload},
};
use super::{
    catalogue::{Time, canonical, moment, written},
    present::{self, Look},
    route::{Call, Operation},
};
use crate::{
    exchange::{Request, Response},
    reference::{
        Registry, Rule, State,
        accounts::{Demand, EndpointScope, presented},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[("PUT", "/api/v1/crates/new", publish)];

/// The longest version, in characters.
const LONGEST_VERSION: usize = 150;

fn publish(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let (metadata, rest) = envelope::metadata(&call.request.body)?;
    name::check("crate", &metadata.name)?;
    let number = number(&metadata.vers)?;
    let publisher = registry.admitted(&metadata.name, call.request)?;
    let upload = Upload::read(metadata, number, envelope::file(rest)?)?;

    let mut state = registry.state();
    let now = state.catalogue.tick(&registry.config.clock);
    let entry = Registry::store(&registry.config, &mut state, upload, &publisher, now)?;
    let look = Look { top: true, ..Look::default() };
    let shown = state.catalogue.by_id(entry).map(|entry| present::krate(entry, look));
    Ok(reply::ok(&json!({
        "crate": shown,
        "warnings": { "invalid_categories": [], "invalid_badges": [], "other": [] },
    })))
}

fn number(text: &str) -> Result<Number, Refusal> {
    let refused = |text: String| Err(Refusal::exact(400, text));
    let Ok(number) = text.parse() else { return refused(format!("\"{text}\" is an invalid semver version")) };
    if text.chars().count() > LONGEST_VERSION {
        return refused(format!("the version number is too long (max {LONGEST_VERSION} characters)"));
    }
    Ok(number)
}

impl Registry {
    /// Who publishes under a name, if they may as far as this is known before the file is read.
    fn admitted(&self, name: &str, request: &Request) -> Result<Publisher, Refusal> {
        let mut state = self.state();
        let now = moment(self.config.clock.now());
        let taken = state.catalogue.deleted.get(&canonical(name)).filter(|until| **until > now);
        if let Some(until) = taken.filter(|_| self.upholds(Rule::DeletedNameKept)) {
            return Err(Refusal::exact(
                400,
                format!(
                    "A crate with the name `{name}` was recently deleted. Reuse of this name will be available after {}.",
                    written(until - until.rem_euclid(1_000_000))
                ),
            ));
        }
        if let Some(token) = presented(request)? {
            return trusted(&state, token, name, now);
        }
        let scope = match state.catalogue.named(name) {
            None => EndpointScope::PublishNew,
            Some(_) => EndpointScope::PublishUpdate,
        };
        let user = self.authenticate(&mut state, request, Demand::scope(scope).on(name))?.user;
        let existing = state.catalogue.named(name);
        if existing.is_some_and(|entry| entry.trustpub_only) {
            return Err(Refusal::exact(
                403,
                "New versions of this crate can only be published using Trusted Publishing (see \
                 https://crates.io/docs/trusted-publishing).",
            ));
        }
        if !state.accounts.users.get(&user).is_some_and(|account| account.is_verified()) {
            return Err(Refusal::exact(
                400,
                "A verified email address is required to publish crates to crates.io. Visit https://crates.io/settings/profile to set and \
                 verify your email address.",
            ));
        }
        let limited = if existing.is_some() { Limited::Update } else { Limited::New };
        state.catalogue.rates.spend(user, limited, self.config.clock.now())?;
        Ok(Publisher::User(user))
    }
}

/// A workflow that publishes without a user.
fn trusted(state: &State, token: &str, name: &str, now: Time) -> Result<Publisher, Refusal> {
    let refused = |text: String| Err(Refusal::exact(403, text));
    let Some(entry) = state.catalogue.named(name) else {
        return refused(
            "Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first"
                .to_owned(),
        );
    };
    let Some(found) = state.accounts.trustpub_token(token, now) else {
        return refused("Invalid authentication token".to_owned());
    };
    if !found.crates.contains(&entry.id) {
        return refused(format!("The provided access token is not valid for crate `{name}`"));
    }
    Ok(Publisher::Workflow(found.data.clone()))
}

/// How many lines of which kind the sources of a file have.
fn line_counts(contents: &tarball::Contents) -> Value {
    json!({
        "languages": {
            "Rust": {
                "code_lines": contents.code,
                "comment_lines": contents.comments,
                "files": contents.sources,
            },
        },
        "total_code_lines": contents.code,
        "total_comment_lines": contents.comments,
    })
}
