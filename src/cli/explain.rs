use super::{Done, args::Explain, output::line, plan::load};
use crate::{
    package::{Envelope, Tarball},
    plan::{Case, properties::PROPERTIES},
    spec::{LoadError, Requirement, nearest},
    suite::{Check, PLACEHOLDERS, Part, Relation, Take, Verb},
};

pub(super) fn explain(args: &Explain) -> Done {
    let (spec, cases) = load(&args.contract, &[], &[])?;
    let id = args.id.trim_matches(['{', '}']);
    if let Some(row) = spec.catalogue.get(id) {
        requirement(row, &cases);
        for contradiction in
            spec.catalogue.contradictions().iter().filter(|c| c.requirements.iter().any(|r| r.as_str() == id))
        {
            line(&format!(
                "  {} ({}): the book says {}; the client: {}; so {}",
                contradiction.id,
                contradiction.subject,
                contradiction.book,
                contradiction.client,
                contradiction.consequence
            ));
        }
        return Ok(0);
    }
    // A word may stand for several things: `config` is a step, a check and a suite.
    let words = vocabulary(id);
    if !words.is_empty() {
        words.iter().for_each(|text| line(text));
        return Ok(0);
    }
    let named: Vec<&Case> =
        cases.iter().filter(|case| case.id == id || case.id.starts_with(&format!("{id}::"))).collect();
    if let Some(first) = named.first() {
        for case in &named {
            line(&format!("{} {} ({}:{})", case.level, case.id, case.file, case.line));
        }
        if let Some(property) = first.property() {
            line(&format!("draws {} values a run: {}", first.trials, property.about));
        }
        // As a suite spells them in `needs = […]`.
        let needs = serde_json::json!(first.needs);
        let needs: Vec<_> = needs.as_array().into_iter().flatten().filter_map(|need| need.as_str()).collect();
        if !needs.is_empty() {
            line(&format!("needs {}", needs.join(", ")));
        }
        for id in &first.requirements {
            if let Some(row) = spec.catalogue.get(id.as_str()) {
                requirement(row, &[]);
            }
        }
        return Ok(0);
    }
    if let Some(area) = spec.catalogue.undefined().iter().find(|area| area.id == id) {
        line(&format!("undefined ground {}: {}", area.id, area.text));
        return Ok(0);
    }
    let forms = Envelope::ALL.iter().map(|form| form.name()).chain(Tarball::ALL.iter().map(|form| form.name()));
    let words = spec
        .catalogue
        .iter()
        .map(|row| row.id.as_str())
        .chain(cases.iter().map(|case| case.id.as_str()))
        .chain(Verb::VOCABULARY.iter().chain(PLACEHOLDERS).map(|(name, _)| *name))
        .chain(WORDS.iter().flat_map(|(_, words)| words.iter().map(|(name, _)| *name)))
        .chain(forms);
    let error = LoadError::new("explain", format!("there is no requirement, case, check or placeholder `{}`", args.id));
    Err(match nearest(id, words) {
        Some(word) => error.hint(format!("did you mean `{word}`?")),
        None => error.hint("`regspec list` prints the cases, `regspec coverage` the requirements"),
    }
    .into())
}

/// The words of `agree`, by the key behind which they stand.
const WORDS: [(&str, &[(&str, &str)]); 3] =
    [("are", Relation::VOCABULARY), ("take", Take::VOCABULARY), ("of", Part::VOCABULARY)];

/// What a word of the language of suites means.
fn vocabulary(id: &str) -> Vec<String> {
    let steps = Verb::VOCABULARY.iter().filter(|(name, _)| *name == id);
    let checks = Check::VOCABULARY.iter().filter(|(name, _)| name.replace('_', "-") == id);
    let placeholders = PLACEHOLDERS.iter().filter(|(name, _)| *name == id);
    let properties = PROPERTIES.iter().filter(|property| property.name == id);
    let agree = WORDS.iter().flat_map(|(key, words)| words.iter().map(move |(name, text)| (key, name, text)));
    let agree = agree.filter(|(_, name, _)| **name == id);
    steps
        .map(|(name, text)| format!("step {name}: {text}"))
        .chain(checks.map(|(name, text)| format!("check {}:{text}", name.replace('_', "-"))))
        .chain(placeholders.map(|(name, text)| format!("placeholder {{{name}}}: {text}")))
        .chain(agree.map(|(key, name, text)| format!("agree, {key} = {name}:{text}")))
        .chain(properties.map(|property| format!("draw {}: {}", property.name, property.about)))
        .collect()
}

fn requirement(row: &Requirement, cases: &[Case]) {
    line(&format!("{} {}: {}", row.level, row.id, row.text));
    line(&format!("  source: {}", row.source));
    if let Some(breaks) = &row.breaks {
        line(&format!("  breaks: {breaks}"));
    }
    if let Some(area) = &row.may_refuse {
        line(&format!(
            "  a registry may refuse what it needs (undefined ground: {area}); the case is then not applicable"
        ));
    }
    if let Some(reason) = &row.reason {
        line(&format!("  not tried here: {reason}"));
    }
    for case in cases.iter().filter(|case| case.requirements.contains(&row.id)) {
        line(&format!("  case {} ({}:{})", case.id, case.file, case.line));
    }
}
