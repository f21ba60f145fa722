use std::{collections::BTreeMap, sync::Arc};

use super::chain::{GoodCall, good_call};
use crate::{
    plan::{Case, properties::CASES},
    spec::{Condition, Level, Need, Operation, Requirement, RequirementId, Spec},
    suite::{Call, CaseDecl, Check, ErrorReply, Expect, Journey, NameForm, ReplyRule, Step, Text, Variant, Verb},
};

/// Cases, and the requirements that they try.
#[derive(Debug, Default)]
pub struct Generated {
    /// The cases, by operation in the order of the document.
    pub cases: Vec<Case>,
    /// The requirements, each with the file that it stands in.
    pub requirements: Vec<Requirement>,
}

impl Generated {
    pub(super) fn take(&mut self, make: Make<'_>) {
        self.cases.extend(make.cases);
        self.requirements.extend(make.requirements);
    }
}

/// Makes the cases of one operation.
pub(super) struct Make<'s> {
    pub(super) spec: &'s Spec,
    pub(super) operation: &'s Operation,
    pub(super) good: GoodCall,
    cases: Vec<Case>,
    requirements: Vec<Requirement>,
}

/// What a requirement says: its name behind the operation's, its sentence, and where in the document it comes from.
pub(super) struct Aspect {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) pointer: String,
    pub(super) level: Level,
}

/// The steps of a case.
#[derive(Default)]
pub(super) struct Steps {
    /// Header fields of the call that is judged.
    pub(super) headers: BTreeMap<String, Text>,
    /// Usual header fields that it lacks.
    pub(super) without: Vec<String>,
    pub(super) given: Vec<Step>,
    pub(super) when: Call,
    pub(super) then: Vec<Check>,
    /// What it needs beyond the web API and what its steps say.
    pub(super) needs: Vec<Need>,
    /// The kind of registry that it is about.
    pub(super) variant: Variant,
    /// What is drawn for `{each}`.
    pub(super) draw: Option<&'static str>,
}

impl<'s> Make<'s> {
    pub(super) fn new(spec: &'s Spec, operation: &'s Operation) -> Self {
        Self { spec, operation, good: good_call(spec, operation), cases: Vec::new(), requirements: Vec::new() }
    }

    /// The document of the operation.
    pub(super) fn document(&self) -> Option<&'s crate::spec::Document> {
        self.spec.document(self.operation)
    }

    /// Nobody has said more than the document does, so that what it suggests is tried.
    pub(super) fn is_bare(&self) -> bool {
        self.document().is_some_and(|document| document.touches.is_empty())
    }

    /// A condition is tried: overlays say what it is answered with, or it breaks what the document alone says.
    pub(super) fn tries(&self, condition: Condition, parameter: Option<&str>, breaks_document: bool) -> bool {
        self.stated(condition, parameter) || (breaks_document && self.is_bare())
    }

    /// Overlays say what a condition is answered with.
    pub(super) fn stated(&self, condition: Condition, parameter: Option<&str>) -> bool {
        self.operation.states(condition, parameter)
    }

    /// The level of what a condition is answered with: MUST where every row says so.
    pub(super) fn level(&self, condition: Condition, parameter: Option<&str>, value: Option<&str>) -> Level {
        let rows = self.operation.rows(condition, parameter, value);
        let told = rows.iter().map(|row| row.level.unwrap_or(Level::Should)).min();
        let place = parameter.and_then(|name| self.operation.parameter(name)?.level);
        told.or(place).unwrap_or(Level::Should)
    }

    /// Where a condition is written.
    pub(super) fn source(&self, condition: Condition, parameter: Option<&str>, pointer: &str) -> String {
        let rows = self.operation.rows(condition, parameter, None);
        match rows.iter().find_map(|row| Some((row.source.as_ref()?, row.reason.as_ref()))) {
            Some((source, Some(reason))) => format!("{source} ({reason})"),
            Some((source, None)) => source.clone(),
            None => self.document().map_or_else(String::new, |document| document.source(pointer)),
        }
    }

    /// The reply that a condition is owed.
    pub(super) fn error(condition: Condition, parameter: Option<&str>, value: Option<&str>) -> Check {
        Check::ErrorReply(ErrorReply {
            condition,
            parameter: parameter.map(str::to_owned),
            value: value.map(Text::from),
        })
    }

    /// What is asked where a condition is met.
    pub(super) fn aspect(
        &self,
        name: &str,
        condition: Condition,
        about: (Option<&str>, Option<&str>),
        pointer: &str,
    ) -> Aspect {
        let what = match (name, about.0) {
            (_, Some(parameter)) => format!("`{parameter}` is out of order"),
            ("credential" | "credential-order", _) => "the caller may not call it".to_owned(),
            _ => format!("a request is odd ({name})"),
        };
        Aspect {
            text: format!("{} answers as it is told to where {what}.", self.operation.id),
            level: self.level(condition, about.0, about.1),
            pointer: pointer.to_owned(),
            name: name.to_owned(),
        }
    }

    /// A case about a condition.
    pub(super) fn condition(
        &mut self,
        aspect: &str,
        element: &str,
        condition: Condition,
        about: (Option<&str>, Option<&str>),
        pointer: &str,
        steps: (Vec<Step>, Call),
    ) {
        let (parameter, value) = about;
        let aspect = self.aspect(aspect, condition, about, pointer);
        let source = self.source(condition, parameter, pointer);
        self.case(
            aspect,
            element,
            Some(source),
            Steps {
                given: steps.0,
                when: steps.1,
                then: vec![Self::error(condition, parameter, value)],
                ..Steps::default()
            },
        );
    }

    /// A case whose steps begin with a call and go on as the replies have it.
    pub(super) fn journey(&mut self, aspect: Aspect, journey: Journey, steps: Steps) {
        self.add(aspect, "", None, steps, Some(journey));
    }

    /// Adds a case and, where it is the first of its aspect, the requirement that it tries.
    pub(super) fn case(&mut self, aspect: Aspect, element: &str, source: Option<String>, steps: Steps) {
        self.add(aspect, element, source, steps, None);
    }

    fn add(&mut self, aspect: Aspect, element: &str, source: Option<String>, steps: Steps, journey: Option<Journey>) {
        let operation = self.operation;
        // What is asked of wrong requests at another level than of good ones is a requirement of its own.
        let tail = if aspect.level < Level::Must && aspect.name != "reply" { "-recommended" } else { "" };
        let id = RequirementId::from(format!("{}/{}{tail}", operation.id, aspect.name).as_str());
        let source = source
            .unwrap_or_else(|| self.document().map_or_else(String::new, |document| document.source(&aspect.pointer)));
        if !self.requirements.iter().any(|known| known.id == id) {
            self.requirements.push(Requirement::made(id.clone(), aspect.level, aspect.text, source));
        }
        let name = if element.is_empty() { aspect.name.clone() } else { format!("{}::{element}", aspect.name) };
        let call = Verb::Call(Box::new(steps.when));
        let when = Step { headers: steps.headers, without: steps.without, ..Step::of(call, None) };
        // The good reply is also where members show that the document does not know.
        let also: Vec<RequirementId> = match aspect.name == "reply" {
            true => vec![RequirementId::from(format!("{}/extra-members", operation.id).as_str())],
            false => Vec::new(),
        };
        let mut needs = vec![Need::Api];
        needs.extend(steps.needs);
        if steps.given.iter().chain([&when]).any(|step| self.writes(step)) {
            needs.push(Need::Write);
        }
        let decl = CaseDecl {
            name: name.clone(),
            requirement: id.clone(),
            also: also.clone(),
            each: None,
            draw: steps.draw.map(str::to_owned),
            needs: needs.clone(),
            variant: steps.variant,
            hostile: false,
            quiet: false,
            eventual: false,
            names: NameForm::Telling,
            given: steps.given,
            when: Some(when),
            after: Vec::new(),
            journey,
            then: steps.then.into_iter().map(|check| Expect { check, at: None, requirement: None }).collect(),
        };
        let case_id = format!("{}::{name}", operation.id);
        if self.cases.iter().any(|case| case.id == case_id) {
            return;
        }
        self.cases.push(Case {
            id: case_id,
            contract: self.spec.contract.clone(),
            file: format!("{}#{}", self.document().map_or("", |document| document.file.as_str()), aspect.pointer),
            line: 0,
            requirements: std::iter::once(id).chain(also).collect(),
            level: aspect.level,
            needs,
            decl: Arc::new(decl),
            element: None,
            trials: if steps.draw.is_some() { CASES } else { 1 },
            turn: None,
        });
    }

    /// The cases made so far.
    pub(super) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What the document says of good replies, as a check.
    pub(super) fn documented() -> Check {
        Check::Reply(ReplyRule::Documented)
    }

    fn writes(&self, step: &Step) -> bool {
        let Verb::Call(call) = &step.verb else { return step.verb.mutates() };
        let method = call.method.as_deref().or_else(|| Some(self.spec.operation(&call.operation)?.method.as_str()));
        !matches!(method, Some("GET" | "HEAD" | "OPTIONS"))
    }

    /// A requirement that no case has as its first.
    pub(super) fn requires(&mut self, slug: &str, level: Level, text: &str) {
        let id = RequirementId::from(format!("{}/{slug}", self.operation.id).as_str());
        let source = self.document().map_or_else(String::new, |document| document.source(&self.operation.pointer));
        self.requirements.push(Requirement::made(id, level, text.to_owned(), source));
    }
}
