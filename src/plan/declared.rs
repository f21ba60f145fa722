use std::sync::Arc;

use super::{
    Case, ground, needs,
    place::Place,
    properties::{CASES, PROPERTIES, property},
};
use crate::{
    package::{Envelope, Tarball},
    spec::{LoadError, RequirementId, Spec},
    suite::{CaseDecl, Check, Corpora, Element, Expect, PLACEHOLDERS, Step, Suite, Text, Verb},
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
                for (at, expect) in decl.then.iter().enumerate() {
                    declared.values(declared.place.expectation(at), expect, element.as_ref())?;
                }
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
        self.placeholders(self.place, self.steps().flat_map(Step::texts))?;
        self.earlier_marks()?;
        for step in self.steps() {
            if let Verb::Call(call) = &step.verb
                && self.spec.operation(&call.operation).is_none()
            {
                let known = self.spec.operations.iter().map(|operation| operation.id.as_str());
                return Err(self.place.unknown(&["call"], "operation", &call.operation, known));
            }
        }
        if let Some(name) = &decl.draw
            && property(name).is_none()
        {
            let known = PROPERTIES.iter().map(|property| property.name);
            return Err(self.place.unknown(&[], "property", name, known));
        }
        let mut expectations = decl.then.iter().enumerate();
        expectations
            .try_for_each(|(at, expect)| self.expectation(self.place.expectation(at), expect, &decl.requirement))
    }

    fn placeholders<'t>(&self, place: Place<'_>, texts: impl IntoIterator<Item = &'t Text>) -> Result<(), LoadError> {
        for name in texts.into_iter().flat_map(Text::placeholders) {
            // Of what is found on the target, other spellings are made.
            let kind = name.strip_suffix("-upper").or_else(|| name.strip_suffix("-folded")).unwrap_or(name);
            if !PLACEHOLDERS.iter().any(|(known, _)| *known == name) && !self.spec.kinds().any(|known| known == kind) {
                let known = PLACEHOLDERS.iter().map(|(known, _)| *known).chain(self.spec.kinds());
                return Err(place.unknown(&[], "placeholder", name, known));
            }
            if name == "each" && self.decl.each.is_none() && self.decl.draw.is_none() {
                return Err(place.wrong((&[], "each"), "`{each}` stands there without `each = …` or `draw = …`"));
            }
        }
        Ok(())
    }

    /// A step builds on replies that came before it.
    fn earlier_marks(&self) -> Result<(), LoadError> {
        let mut earlier: Vec<&str> = Vec::new();
        for step in self.steps() {
            for (key, mark) in step.builds_on() {
                if !earlier.contains(&mark) {
                    return Err(self.place.unknown(&[key], "earlier mark", mark, earlier));
                }
            }
            earlier.extend(step.mark.as_deref());
        }
        Ok(())
    }

    fn mark(&self, place: Place<'_>, key: &str, mark: &str) -> Result<(), LoadError> {
        // The steps of a journey are code, and so are their marks.
        if self.decl.journey.is_some() || self.steps().any(|step| step.mark.as_deref() == Some(mark)) {
            return Ok(());
        }
        Err(place.unknown(&[key], "mark", mark, self.steps().filter_map(|step| step.mark.as_deref())))
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
        for (key, mark) in expect.at.iter().map(|mark| ("at", mark.as_str())).chain(expect.check.marks()) {
            self.mark(place, key, mark)?;
        }
        self.placeholders(place, expect.check.texts())?;
        match &expect.check {
            Check::Schema(name) if self.spec.schemas.get(name).is_none() => {
                let mut known: Vec<_> = self.spec.schemas.names().collect();
                known.sort_unstable();
                return Err(place.unknown(&["schema"], "schema", name, known));
            }
            Check::Agree(agree) => {
                if let Some((key, message)) = agree.misfit() {
                    return Err(place.wrong((&[key], ""), message));
                }
                // Its steps may be taken once more.
                let changes = |step: &Step| match &step.verb {
                    Verb::Call(call) => self.spec.operation(&call.operation).is_none_or(|operation| !operation.reads()),
                    verb => verb.mutates(),
                };
                if decl.when.iter().chain(&decl.after).any(changes) {
                    let message = "`agree` looks more than once: what changes something belongs into `given`";
                    return Err(place.wrong((&[], "agree"), message));
                }
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

    /// What checks say in JSON, which an element of a list may complete.
    fn values(&self, place: Place<'_>, expect: &Expect, element: Option<&Element>) -> Result<(), LoadError> {
        // What is drawn is JSON or not as its strategy goes.
        let drawn = |text: &Text| self.decl.draw.is_some() && text.placeholders().any(|name| name == "each");
        for (key, text) in expect.check.json_texts().into_iter().filter(|(_, text)| !drawn(text)) {
            let fill = |name: &str| match element {
                Some(element) if name == "each" => Some(element.value.clone()),
                // Numbers that replies gave.
                _ if name.ends_with("-id") => Some("0".to_owned()),
                _ => Some("x".to_owned()),
            };
            let filled = text.replace(fill).unwrap_or_default();
            if let Err(error) = serde_json::from_str::<serde_json::Value>(&filled) {
                return Err(place.wrong((&[], key), format!("`{}` is not JSON: {error}", text.raw())));
            }
        }
        let Check::Outcome(outcome) = &expect.check else { return Ok(()) };
        let mut both = outcome.accepted.iter().chain(&outcome.refused);
        both.try_for_each(|expect| self.values(place, expect, element))
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
            trials: if decl.draw.is_some() { CASES } else { 1 },
            turn: None,
        }
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.decl.given.iter().chain(&self.decl.when).chain(&self.decl.after)
    }
}
