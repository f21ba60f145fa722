use std::sync::Arc;

use super::{Case, ground, needs, place::Place};
use crate::{
    package::{Envelope, Tarball},
    spec::{LoadError, RequirementId, Spec},
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
        for (index, (line, decl)) in suite.cases.iter().enumerate() {
            let declared = Declared { spec, suite, line: *line, decl, place: Place::of(suite, index) };
            declared.check()?;
            let elements = match &decl.each {
                None => vec![None],
                Some(list) => match corpora.get(list) {
                    Some(elements) => elements.iter().cloned().map(Some).collect(),
                    None => return Err(declared.place.unknown(&["each"], "list", list, corpora.names())),
                },
            };
            for element in elements {
                declared.forms(element.as_ref())?;
                cases.push(declared.case(element));
            }
        }
    }
    Ok(cases)
}

struct Declared<'a> {
    spec: &'a Spec,
    suite: &'a Suite,
    line: usize,
    decl: &'a Arc<CaseDecl>,
    place: Place<'a>,
}

impl Declared<'_> {
    fn check(&self) -> Result<(), LoadError> {
        let decl = self.decl;
        for id in std::iter::once(&decl.requirement).chain(&decl.also) {
            if self.spec.catalogue.get(id.as_str()).is_none() {
                let known = self.spec.catalogue.iter().map(|known| known.id.as_str());
                return Err(self.place.unknown(&["requirement", "also"], "requirement", id.as_str(), known));
            }
        }
        for text in self.texts() {
            for name in text.placeholders() {
                let kinds: Vec<&str> = self.spec.kinds().collect();
                if !PLACEHOLDERS.iter().any(|(known, _)| *known == name) && !kinds.contains(&name) {
                    let known = PLACEHOLDERS.iter().map(|(known, _)| *known).chain(kinds);
                    return Err(self.place.unknown(&[], "placeholder", name, known));
                }
                if name == "each" && decl.each.is_none() {
                    return Err(self.place.wrong((&[], "each"), "`{each}` stands there without `each = …`"));
                }
            }
        }
        for step in self.steps() {
            if let Verb::Call(call) = &step.verb
                && self.spec.operation(&call.operation).is_none()
            {
                let known = self.spec.operations.iter().map(|operation| operation.id.as_str());
                return Err(self.place.unknown(&["call"], "operation", &call.operation, known));
            }
        }
        let mut expectations = decl.then.iter().enumerate();
        expectations
            .try_for_each(|(at, expect)| self.expectation(self.place.expectation(at), expect, &decl.requirement))
    }

    fn expectation(&self, place: Place<'_>, expect: &Expect, otherwise: &RequirementId) -> Result<(), LoadError> {
        let decl = self.decl;
        let speaks_for = expect.requirement.as_ref().unwrap_or(otherwise);
        if let Some(id) = &expect.requirement
            && *id != decl.requirement
            && !decl.also.contains(id)
        {
            let message = format!("a check speaks for {id}, which stands neither in `requirement` nor in `also`");
            return Err(place.wrong((&["for"], id.as_str()), message).hint(format!("add `{id}` to `also`")));
        }
        if let Some(mark) = &expect.at
            && decl.journey.is_none()
            && !self.steps().any(|step| step.mark.as_deref() == Some(mark))
        {
            let known = self.steps().filter_map(|step| step.mark.as_deref());
            return Err(place.unknown(&["at"], "mark", mark, known));
        }
        match &expect.check {
            Check::Schema(name) if self.spec.schemas.get(name).is_none() => {
                let mut known: Vec<_> = self.spec.schemas.names().collect();
                known.sort_unstable();
                return Err(place.unknown(&["schema"], "schema", name, known));
            }
            Check::Outcome(outcome) => {
                let both = outcome.accepted.iter().chain(&outcome.refused);
                return both.clone().try_for_each(|expect| self.expectation(place, expect, speaks_for));
            }
            _ => {}
        }
        ground::defined(self.spec, decl, expect, speaks_for).map_err(|message| {
            let hint = "leave the check out, or say in an `outcome` what must hold if accepted and if refused";
            place.wrong((&[], expect.check.name()), message).hint(hint)
        })
    }

    /// Names of tarball and envelope forms, which an element of a list may give.
    fn forms(&self, element: Option<&Element>) -> Result<(), LoadError> {
        for step in self.steps() {
            let Verb::Publish(publish) = &step.verb else { continue };
            let fill = |text: &Text| text.replace(|_| element.map(|element| element.value.clone())).unwrap_or_default();
            if let Some(name) = publish.tarball.as_ref().map(fill)
                && !Tarball::ALL.iter().any(|form| form.name() == name)
            {
                let known = Tarball::ALL.iter().map(|form| form.name());
                return Err(self.place.unknown(&["tarball"], "form of a tarball", &name, known));
            }
            if let Some(name) = publish.envelope.as_ref().map(fill)
                && !Envelope::ALL.iter().any(|form| form.name() == name)
            {
                let known = Envelope::ALL.iter().map(|form| form.name());
                return Err(self.place.unknown(&["envelope"], "form of an envelope", &name, known));
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
            needs: needs::of(decl, requirement, self.spec),
            decl: Arc::clone(decl),
            element,
        }
    }

    fn steps(&self) -> impl Iterator<Item = &crate::suite::Step> {
        self.decl.given.iter().chain(&self.decl.when).chain(&self.decl.after)
    }

    fn texts(&self) -> Vec<&Text> {
        self.steps().flat_map(crate::suite::Step::texts).collect()
    }
}
