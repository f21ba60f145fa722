use std::path::Path;

use serde::Serialize;

use super::{
    Done,
    args::{Specs, SpecsCommand},
    output,
};
use crate::spec::{Gravity, LoadError, RawDocument, Spec, Weight, compare, drift, import, lint};

pub(super) fn specs(args: &Specs) -> Done {
    match &args.command {
        SpecsCommand::Lint { document, strict, json } => show_defects(document, *strict, *json),
        SpecsCommand::Drift { old, new, json } => show_drift(old, new, *json),
        SpecsCommand::Compare { only, json } => show_disagreements(only.as_deref().unwrap_or_default(), *json),
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

fn show_disagreements(only: &str, as_json: bool) -> Done {
    let mut all = Vec::new();
    for contract in Spec::names() {
        all.extend(Spec::documents_of(contract)?.into_iter().map(|document| (contract.to_owned(), document.value)));
    }
    let mut compared = compare(&all);
    compared.retain(|operation| format!("{} {}", operation.method, operation.path).contains(only));
    if as_json {
        json(&compared);
        return Ok(0);
    }
    let mut disagreements = 0;
    for operation in &compared {
        let by: Vec<String> =
            operation.by.iter().map(|(contract, id)| format!("{contract} {id}").trim().to_owned()).collect();
        output::line(&format!("{} {}  ({})", operation.method, operation.path, by.join(", ")));
        for found in &operation.disagreements {
            disagreements += 1;
            let said: Vec<String> = found
                .said
                .iter()
                .map(|(what, by)| format!("{}: {what}", by.iter().cloned().collect::<Vec<_>>().join(", ")))
                .collect();
            output::line(&format!("    {:<9} {}  {}", found.aspect.name(), found.subject, said.join(" | ")));
        }
    }
    let operations = compared.iter().filter(|operation| !operation.method.contains('|')).count();
    output::line(&format!("{operations} operations are described by several documents; {disagreements} disagreements"));
    Ok(0)
}
