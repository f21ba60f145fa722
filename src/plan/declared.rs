use std::sync::Arc;

use super::{
    Case, ground, needs,
    properties::{CASES, PROPERTIES, property},
};
use crate::{
    package::{Envelope, Tarball},
    spec::{LoadError, RequirementId, Spec, nearest},
    suite::{CaseDecl, Check, Corpora, Element, Expect, PLACEHOLDERS, Suite, Text, Verb},
};

/// The cases of the declared suites, in order, each checked against the contract.
///
/// # Errors
/// A case names a requirement, list, schema, form, mark or placeholder that does not exist, or asserts what the sources
/// leave open.
pub fn declared(spec: &Spec, suites: &[Suite], corpora: &Corpora) -> Result<Vec<Case>, LoadError> {
    let mut cases = Vec::new();
    for suite in suites {
        for (line, decl) in &suite.cases {
            let place = Place { spec, suite, line: *line, decl };
            place.check()?;
            let elements = match &decl.each {
                None => vec![None],
                Some(list) => match corpora.get(list) {
                    Some(elements) => elements.iter().cloned().map(Some).collect(),
                    None => return Err(place.unknown("list", list, corpora.names())),
                },
            };
            for element in elements {
                place.forms(element.as_ref())?;
                cases.push(place.case(element));
            }
        }
    }
    Ok(cases)
}

struct Place<'a> {
    spec: &'a Spec,
    suite: &'a Suite,
    line: usize,
    decl: &'a Arc<CaseDecl>,
}

impl Place<'_> {
    fn wrong(&self, message: impl std::fmt::Display) -> LoadError {
        LoadError::new(format!("{}:{}", self.suite.file, self.line), format!("case `{}`: {message}", self.decl.name))
    }

    fn unknown<'n>(&self, what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> LoadError {
        let error = self.wrong(format!("there is no {what} `{name}`"));
        match nearest(name, known) {
            Some(known) => error.hint(format!("did you mean `{known}`?")),
            None => error,
        }
    }

    fn check(&self) -> Result<(), LoadError> {
        let decl = self.decl;
        for id in std::iter::once(&decl.requirement).chain(&decl.also) {
            if self.spec.catalogue.get(id.as_str()).is_none() {
                return Err(self.spec.catalogue.unknown(id.as_str(), &format!("{}:{}", self.suite.file, self.line)));
            }
        }
        for text in self.texts() {
            for name in text.placeholders() {
                if !PLACEHOLDERS.iter().any(|(known, _)| *known == name) {
                    return Err(self.unknown("placeholder", name, PLACEHOLDERS.iter().map(|(known, _)| *known)));
                }
                if name == "each" && decl.each.is_none() && decl.draw.is_none() {
                    return Err(self.wrong("`{each}` stands there without `each = …` or `draw = …`"));
                }
            }
        }
        if let Some(name) = &decl.draw
            && property(name).is_none()
        {
            return Err(self.unknown("property", name, PROPERTIES.iter().map(|property| property.name)));
        }
        decl.then.iter().try_for_each(|expect| self.expectation(expect, &decl.requirement))
    }

    fn expectation(&self, expect: &Expect, otherwise: &RequirementId) -> Result<(), LoadError> {
        let decl = self.decl;
        let speaks_for = expect.requirement.as_ref().unwrap_or(otherwise);
        if let Some(id) = &expect.requirement
            && *id != decl.requirement
            && !decl.also.contains(id)
        {
            return Err(
                self.wrong(format!("a check speaks for {id}, which stands neither in `requirement` nor in `also`"))
            );
        }
        if let Some(mark) = &expect.at
            && decl.journey.is_none()
            && !self.steps().any(|step| step.mark.as_deref() == Some(mark))
        {
            return Err(self.unknown("mark", mark, self.steps().filter_map(|step| step.mark.as_deref())));
        }
        match &expect.check {
            Check::Schema(name) if self.spec.schemas.get(name).is_none() => {
                return Err(self.unknown("schema", name, self.spec.schemas.names()));
            }
            Check::Outcome(outcome) => {
                let both = outcome.accepted.iter().chain(&outcome.refused);
                return both.clone().try_for_each(|expect| self.expectation(expect, speaks_for));
            }
            _ => {}
        }
        ground::defined(self.spec, decl, expect, speaks_for).map_err(|message| self.wrong(message))
    }

    /// Names of tarball and envelope forms, which an element of a list may give.
    fn forms(&self, element: Option<&Element>) -> Result<(), LoadError> {
        for step in self.steps() {
            let Verb::Publish(publish) = &step.verb else { continue };
            let fill = |text: &Text| text.replace(|_| element.map(|element| element.value.clone())).unwrap_or_default();
            if let Some(name) = publish.tarball.as_ref().map(fill)
                && !Tarball::ALL.iter().any(|form| form.name() == name)
            {
                return Err(self.unknown("form of a tarball", &name, Tarball::ALL.iter().map(|form| form.name())));
            }
            if let Some(name) = publish.envelope.as_ref().map(fill)
                && !Envelope::ALL.iter().any(|form| form.name() == name)
            {
                return Err(self.unknown("form of an envelope", &name, Envelope::ALL.iter().map(|form| form.name())));
            }
        }
        Ok(())
    }

    fn case(&self, element: Option<Element>) -> Case {
        let decl = self.decl;
        let mut id = format!("{}::{}", self.suite.name, decl.name);
        if let Some(element) = &element {
            id = format!("{id}::{}", element.slug);
        }
        let requirement = self.spec.catalogue.get(decl.requirement.as_str()).expect("checked before");
        Case {
            id,
            contract: self.spec.contract.clone(),
            file: self.suite.file.clone(),
            line: self.line,
            requirements: std::iter::once(&decl.requirement).chain(&decl.also).cloned().collect(),
            level: requirement.level,
            needs: needs::of(decl, requirement),
            decl: Arc::clone(decl),
            element,
            trials: if decl.draw.is_some() { CASES } else { 1 },
        }
    }

    fn steps(&self) -> impl Iterator<Item = &crate::suite::Step> {
        self.decl.given.iter().chain(&self.decl.when).chain(&self.decl.after)
    }

    fn texts(&self) -> Vec<&Text> {
        self.steps().flat_map(crate::suite::Step::texts).collect()
    }
}
