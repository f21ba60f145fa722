//! The bank of mutants: the reference registry with exactly one rule broken.
//!
//! They are what the suite is measured by. A requirement whose mutant goes unnoticed has no case worth the name; a case that notices the
//! mutant of another rule says more than it was asked. Most are faults that a registry really had: [`Mutant::from`] names the row of the
//! list of known bugs.
//!
//! Each stands in the file of the area it breaks, in about five lines: a rule that the reference registry is told to forget, or a function
//! between it and the wire that spoils what it says. Everything else stays as it is, so that only the cases of that rule notice.

mod auth_required;
mod caching;
mod config;
mod crates_io;
mod dependencies;
mod document;
mod downloads;
mod drawn;
mod envelope;
mod index_auth;
mod layout;
mod lines;
mod metadata;
mod odd;
mod owners;
mod publish;
mod race;
mod search;
mod spoil;
#[cfg(test)]
mod tests;
mod tokens;
mod upload;
mod web_api;
pub mod wire;
mod yank;

pub use document::{Edit, Slip, Step, slips};

use std::sync::Arc;

use crate::{
    exchange::{Request, Response},
    reference::{self, Config, Registry, Rule},
    spec::matches,
    suite::Variant,
};

/// Answers in place of the registry, mostly by asking it.
pub type Spoil = fn(&Registry, &Request) -> Response;

/// The reference registry with exactly one rule broken.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// Its name, in kebab-case.
    pub id: &'static str,
    /// The contract that it breaks, by which the registry has its policy and its content.
    pub contract: &'static str,
    /// The requirements that it breaks: of each some case must notice. Those of generated cases are told by patterns, in which each `*`
    /// is any text, whatever the level: some case of some of them must notice.
    pub breaks: &'static [&'static str],
    /// Where it comes from: a row of the known bugs with its thread, or `derived`.
    pub from: &'static str,
    /// The kind of registry on which it shows.
    pub variant: Variant,
    /// How the rule is broken.
    pub how: How,
}

/// How a mutant breaks its rule.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// The reference registry without one of its rules.
    Without(Rule),
    /// The reference registry behind a function that spoils what it says or does.
    Spoilt(Spoil),
    /// As spoilt, and `HEAD` is answered by the function as well.
    Whole(Spoil),
    /// The reference registry without one of its rules, behind a function that upholds the rule elsewhere.
    Partly(Rule, Spoil),
    /// The reference registry behind something that remembers. What it remembers belongs to that one registry.
    Stateful(fn(Arc<Registry>) -> reference::Handler),
}

const AREAS: &[(&str, &[Mutant])] = &[
    ("config", config::MUTANTS),
    ("layout", layout::MUTANTS),
    ("lines", lines::MUTANTS),
    ("dependencies", dependencies::MUTANTS),
    ("caching", caching::MUTANTS),
    ("index-auth", index_auth::MUTANTS),
    ("downloads", downloads::MUTANTS),
    ("web-api", web_api::MUTANTS),
    ("envelope", envelope::MUTANTS),
    ("metadata", metadata::MUTANTS),
    ("publish", publish::MUTANTS),
    ("yank", yank::MUTANTS),
    ("owners", owners::MUTANTS),
    ("search", search::MUTANTS),
    ("tokens", tokens::MUTANTS),
    ("auth-required", auth_required::MUTANTS),
    ("race", race::MUTANTS),
    ("drawn", drawn::MUTANTS),
    ("odd", odd::MUTANTS),
];

/// Every mutant, area by area.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    areas().flat_map(|(_, mutants)| mutants)
}

/// The mutants of each area, with its name.
pub fn areas() -> impl Iterator<Item = (&'static str, &'static [Mutant])> {
    AREAS.iter().chain(crates_io::AREAS).copied()
}

/// The mutants of one contract.
pub fn of(contract: &str) -> impl Iterator<Item = &'static Mutant> {
    all().filter(move |mutant| mutant.contract == contract)
}

/// The mutant of that name.
pub fn find(id: &str) -> Option<&'static Mutant> {
    all().find(|mutant| mutant.id == id)
}

/// Whether one of these patterns names a requirement. What a document is asked for at another level is the same requirement.
pub fn names(patterns: &[&str], requirement: &str) -> bool {
    let among = |id: &str| patterns.iter().any(|pattern| matches(pattern, id));
    among(requirement) || requirement.strip_suffix("-recommended").is_some_and(among)
}

impl Mutant {
    const fn new(id: &'static str, breaks: &'static [&'static str], from: &'static str, how: How) -> Self {
        Self { id, contract: "cargo", breaks, from, variant: Variant::Any, how }
    }

    const fn without(id: &'static str, breaks: &'static [&'static str], from: &'static str, rule: Rule) -> Self {
        Self::new(id, breaks, from, How::Without(rule))
    }

    const fn spoilt(id: &'static str, breaks: &'static [&'static str], from: &'static str, spoil: Spoil) -> Self {
        Self::new(id, breaks, from, How::Spoilt(spoil))
    }

    const fn stateful(
        id: &'static str,
        breaks: &'static [&'static str],
        from: &'static str,
        make: fn(Arc<Registry>) -> reference::Handler,
    ) -> Self {
        Self::new(id, breaks, from, How::Stateful(make))
    }

    const fn on(mut self, variant: Variant) -> Self {
        self.variant = variant;
        self
    }

    /// Stops upholding a rule, so that what the spoiler lets through is kept.
    const fn partly(mut self, rule: Rule) -> Self {
        if let How::Spoilt(spoil) = self.how {
            self.how = How::Partly(rule, spoil);
        }
        self
    }

    /// Whether it breaks a requirement.
    pub fn breaks(&self, requirement: &str) -> bool {
        names(self.breaks, requirement)
    }

    /// It shows only when requests meet.
    pub fn from_a_race(&self) -> bool {
        race::MUTANTS.iter().any(|mutant| mutant.id == self.id)
    }

    /// The configuration of the registry that is to be spoilt.
    #[must_use]
    pub fn config(&self, config: Config) -> Config {
        match self.how {
            How::Without(rule) | How::Partly(rule, _) => config.broken([rule]),
            How::Spoilt(_) | How::Whole(_) | How::Stateful(_) => config,
        }
    }

    /// What answers: the mutant around a registry that was made with [`Mutant::config`].
    pub fn handler(&self, registry: Arc<Registry>) -> reference::Handler {
        match self.how {
            How::Without(_) => Arc::new(move |request| registry.handle(request)),
            How::Spoilt(spoil) | How::Partly(_, spoil) => headless(move |request| spoil(&registry, request)),
            How::Whole(spoil) => Arc::new(move |request| spoil(&registry, request)),
            How::Stateful(make) => {
                let handler = make(registry);
                headless(move |request| handler(request))
            }
        }
    }
}

/// Answers `HEAD` as `GET` without its body, so that no spoiler has to think of it.
fn headless(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> reference::Handler {
    Arc::new(move |request| {
        if request.method != "HEAD" {
            return answer(request);
        }
        let mut reply = answer(&Request { method: "GET".to_owned(), ..request.clone() });
        if reply.status != 304 {
            reply.headers.set("content-length", reply.body.len().to_string());
        }
        reply.body = Vec::new().into();
        reply
    })
}
