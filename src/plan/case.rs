use std::{collections::BTreeSet, sync::Arc};

use super::properties::{Property, property};
use crate::{
    spec::{Level, Need, RequirementId},
    suite::{CaseDecl, Check, Credential, Element, Step, Text, Variant, Verb},
};

/// One independent test.
#[derive(Debug, Clone)]
pub struct Case {
    /// `suite::name`, or `suite::name::element`.
    pub id: String,
    /// The contract that it belongs to.
    pub contract: String,
    /// The file that declares it.
    pub file: String,
    /// The line in which it begins.
    pub line: usize,
    /// What it tries: its own requirement first, then those that its checks speak for.
    pub requirements: Vec<RequirementId>,
    /// The level of the first requirement.
    pub level: Level,
    /// What it needs of target and run.
    pub needs: Vec<Need>,
    /// The declaration.
    pub decl: Arc<CaseDecl>,
    /// The element over which it was expanded.
    pub element: Option<Element>,
    /// How many values it draws for `{each}`; 1 where it draws none.
    pub trials: usize,
}

impl Case {
    /// The kind of registry that it is about.
    pub fn variant(&self) -> Variant {
        self.decl.variant
    }

    /// The suite's name, with which the id begins.
    pub fn suite(&self) -> &str {
        self.id.split("::").next().unwrap_or_default()
    }

    /// Its requests change something.
    pub fn writes(&self) -> bool {
        self.needs.contains(&Need::Write)
    }

    /// What it draws for `{each}`.
    pub fn property(&self) -> Option<&'static Property> {
        self.decl.draw.as_deref().and_then(property)
    }

    /// The same case with one value in the place of `{each}`.
    #[must_use]
    pub fn with(&self, value: String) -> Self {
        Self { element: Some(Element { slug: String::new(), value, note: String::new() }), ..self.clone() }
    }

    /// It uploads crates of its own, rather than reading the sample.
    pub fn publishes(&self) -> bool {
        self.decl.journey.is_some_and(|journey| journey.publishes()) || self.uploads() > 0
    }

    /// It calls operations of the contract's document.
    pub fn calls(&self) -> bool {
        self.steps().any(|step| matches!(step.verb, Verb::Call(_)))
    }

    /// Nobody may change anything while it runs.
    pub fn needs_quiet(&self) -> bool {
        self.decl.journey.is_some_and(|journey| journey.walks())
    }

    /// How many fresh crates it makes.
    pub fn new_crates(&self) -> usize {
        let fresh: BTreeSet<&str> = self
            .steps()
            .filter_map(|step| match &step.verb {
                Verb::Publish(publish) => {
                    Some(publish.name.as_ref().or(step.of.as_ref()).map_or("{crate}", |name| name.raw()))
                }
                Verb::Call(call) if call.upload.is_some() => {
                    Some(step.of.as_ref().map_or("{crate}", |name| name.raw()))
                }
                _ => None,
            })
            .collect();
        fresh.len().max(usize::from(self.publishes()))
    }

    /// The values that it draws may go into one crate, each as a version of its own, for as long as they are accepted:
    /// what was refused is sent once more without its fault.
    pub fn shares_crate(&self) -> bool {
        let own_version = |text: &Text| text.placeholders().any(|name| matches!(name, "version" | "each"));
        let mut publishes = self.steps().filter_map(|step| match &step.verb {
            Verb::Publish(publish) => Some(publish.name.is_none() && own_version(&publish.version)),
            _ => None,
        });
        let refused = self.decl.then.iter().any(|expect| matches!(expect.check, Check::Refused(_)));
        self.decl.draw.is_some() && !refused && publishes.next() == Some(true) && publishes.all(|shares| shares)
    }

    /// How many fresh crates it makes with all that it draws, where the target accepts everything.
    pub fn all_new_crates(&self) -> usize {
        self.new_crates() * if self.shares_crate() { self.trials.min(1) } else { self.trials }
    }

    /// How many uploads it sends, without what a journey repeats.
    pub(super) fn uploads(&self) -> usize {
        self.steps().filter(|step| uploads(step)).count()
    }

    /// How many requests with a wrong token it sends.
    pub fn wrong_tokens(&self) -> usize {
        self.steps().filter(|step| shows_wrong_token(step)).count()
    }

    /// Its steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.decl.given.iter().chain(&self.decl.when).chain(&self.decl.after)
    }
}

fn uploads(step: &Step) -> bool {
    match &step.verb {
        Verb::Publish(_) => true,
        Verb::Call(call) => call.upload.is_some(),
        _ => false,
    }
}

fn shows_wrong_token(step: &Step) -> bool {
    match &step.verb {
        Verb::Call(call) => call.with.is_wrong(),
        _ => step.credential.is_some_and(Credential::is_wrong_token),
    }
}
