use std::{collections::BTreeMap, path::Path};

use serde::Serialize;

use super::{
    Done,
    args::{Specs, SpecsCommand},
    output,
};
use crate::{
    engine::Seen,
    report::{Followed, Report, Settled, followed},
    spec::{Compared, Gravity, LoadError, RawDocument, Spec, Weight, compare, drift, import, lint, sayings},
};

pub(super) fn specs(args: &Specs) -> Done {
    match &args.command {
        SpecsCommand::Lint { document, strict, json } => show_defects(document, *strict, *json),
        SpecsCommand::Drift { old, new, json } => show_drift(old, new, *json),
        SpecsCommand::Compare { only, run, json } => {
            show_disagreements(only.as_deref().unwrap_or_default(), run.as_deref(), *json)
        }
        SpecsCommand::Import { file } => {
            let document = RawDocument::read(file)?;
            let imported = RawDocument { value: import(&document.value), ..document };
            output::line(imported.write()?.trim_end());
            Ok(0)
        }
    }
}

/// A bundled contract's documents, or that of a file.
fn documents(named: &str) -> Result<Vec<RawDocument>, LoadError> {
    match Spec::names().any(|contract| contract == named) {
        true => Spec::documents_of(named),
        false => RawDocument::read(Path::new(named)).map(|document| vec![document]),
    }
}

fn json(value: &impl Serialize) {
    output::line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

fn show_defects(named: &str, strict: bool, as_json: bool) -> Done {
    let mut found = Vec::new();
    for document in documents(named)? {
        found.extend(lint(&document.value).into_iter().map(|defect| (document.file.clone(), defect)));
    }
    let count = |gravity| found.iter().filter(|(_, defect)| defect.gravity == gravity).count();
    let (errors, warnings) = (count(Gravity::Error), count(Gravity::Warning));
    if as_json {
        json(&found.iter().map(|(file, defect)| Located { file, defect }).collect::<Vec<_>>());
    } else {
        for (file, defect) in &found {
            let (gravity, rule, place, reason) = (defect.gravity, defect.rule, &defect.place, &defect.reason);
            output::line(&format!("{gravity:<8} {rule:<22} {file}#{place}: {reason}"));
        }
        output::line(&format!("{errors} errors, {warnings} warnings"));
    }
    Ok(u8::from(errors > 0 || strict && warnings > 0))
}

#[derive(Serialize)]
struct Located<'a, T> {
    file: &'a str,
    #[serde(flatten)]
    defect: &'a T,
}

fn show_drift(old: &str, new: &str, as_json: bool) -> Done {
    let one = |named: &str| {
        documents(named)?.into_iter().next().ok_or_else(|| LoadError::new(named, "the contract has no document"))
    };
    let (old, new) = (one(old)?, one(new)?);
    let changes = drift(&old.value, &new.value);
    let count = |weight| changes.iter().filter(|change| change.weight == weight).count();
    if as_json {
        json(&changes);
    } else {
        for change in &changes {
            let operation = change.operation.as_deref().unwrap_or("schema");
            output::line(&format!("{}  {operation}  {}: {}", change.weight, change.place, change.what));
        }
        let (breaking, additive, harmless) =
            (count(Weight::Breaking), count(Weight::Additive), count(Weight::Harmless));
        output::line(&format!("{breaking} breaking, {additive} additive, {harmless} harmless"));
    }
    Ok(u8::from(count(Weight::Breaking) > 0))
}

fn show_disagreements(only: &str, run: Option<&Path>, as_json: bool) -> Done {
    let mut all = Vec::new();
    for contract in Spec::names() {
        all.extend(Spec::documents_of(contract)?.into_iter().map(|document| (contract.to_owned(), document.value)));
    }
    let sayings = sayings(&all);
    let mut compared = compare(&sayings);
    compared.retain(|operation| format!("{} {}", operation.method, operation.path).contains(only));
    let by: Vec<Vec<String>> = compared.iter().map(described_by).collect();
    let described = compared.iter().filter(|operation| !operation.method.contains('|')).count();
    let report = run.map(report_of).transpose()?;
    if as_json && report.is_none() {
        json(&compared);
        return Ok(0);
    }
    let seen: Vec<&Seen> = report.iter().flat_map(|report| report.seen.values()).collect();
    let told = followed(compared, &sayings, &seen);
    if as_json {
        json(&told);
        return Ok(0);
    }
    for (operation, by) in told.iter().zip(&by) {
        output::line(&format!("{} {}  ({})", operation.method, operation.path, by.join(", ")));
        for settled in &operation.disagreements {
            show_disagreement(settled);
        }
    }
    let disagreements = told.iter().map(|operation| operation.disagreements.len()).sum::<usize>();
    output::line(&format!("{described} operations are described by several documents; {disagreements} disagreements"));
    if report.is_some() {
        show_followed(&told);
    }
    Ok(0)
}

/// The contracts that describe an operation, each with what it calls it.
fn described_by(operation: &Compared) -> Vec<String> {
    operation.by.iter().map(|(contract, id)| format!("{contract} {id}").trim().to_owned()).collect()
}

fn report_of(path: &Path) -> Result<Report, LoadError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| LoadError::new(&name, format!("the report cannot be read: {error}")))?;
    let wrong = |error: serde_json::Error| {
        LoadError::new(format!("{name}:{}:{}", error.line(), error.column()), format!("no report of a run: {error}"))
            .hint("`regspec run --report json=PATH` writes one")
    };
    serde_json::from_str(&text).map_err(wrong)
}

fn show_disagreement(settled: &Settled) {
    let found = &settled.disagreement;
    let said: Vec<String> = found
        .said
        .iter()
        .map(|(what, by)| format!("{}: {what}", by.iter().cloned().collect::<Vec<_>>().join(", ")))
        .collect();
    output::line(&format!("    {:<9} {}  {}", found.aspect.name(), found.subject, said.join(" | ")));
    if settled.is_settled() {
        let follows: Vec<&str> = settled.follows.iter().map(String::as_str).collect();
        let whom = if follows.is_empty() { "none".to_owned() } else { follows.join(", ") };
        let departs: Vec<String> =
            settled.departs.iter().map(|(contract, why)| format!("{contract} ({why})")).collect();
        output::line(&format!("              the target follows {whom}; not {}", departs.join(", ")));
    }
}

/// How often each contract is followed where the run settles something.
fn show_followed(told: &[Followed]) {
    let settled = || told.iter().flat_map(|known| &known.disagreements).filter(|settled| settled.is_settled());
    let mut by: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for settled in settled() {
        settled.follows.iter().for_each(|contract| by.entry(contract.as_str()).or_default().0 += 1);
        settled.departs.keys().for_each(|contract| by.entry(contract.as_str()).or_default().1 += 1);
    }
    output::line(&format!("the run settles {} of them; of those that a document has a part in", settled().count()));
    for (contract, (follows, departs)) in by {
        output::line(&format!("    {contract:<10} is followed in {follows} and not in {departs}"));
    }
}
