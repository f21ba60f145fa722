use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Done, args::List, output};
use crate::{
    plan::{Case, Filter, Generated, cost, declared, draw, generated, uncovered},
    spec::{LoadError, Spec, State},
    suite::{self, Suite},
};

/// The contract and the cases wanted of it.
pub(super) fn load(contract: &str, suites: &[PathBuf], only: &[String]) -> Result<(Spec, Vec<Case>), LoadError> {
    load_as_of(contract, suites, only, None)
}

/// The same with the contract's documents as of one day.
pub(super) fn load_as_of(
    contract: &str,
    suites: &[PathBuf],
    only: &[String],
    day: Option<&str>,
) -> Result<(Spec, Vec<Case>), LoadError> {
    // A name with a dot or a slash is that of a file.
    let mut spec = match contract.contains(['.', '/']) {
        true => Spec::from_file(Path::new(contract))?,
        false => Spec::bundled_as_of(contract, day)?,
    };
    let generated = if spec.contract == "cargo" { Generated::default() } else { generated(&spec) };
    let file = spec.documents.first().map_or_else(String::new, |document| document.file.clone());
    spec.catalogue.add_made(&file, generated.requirements);
    let mut all = suite::bundled(&spec.contract)?;
    for path in suites {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LoadError::new(&name, format!("the suite cannot be read: {error}")))?;
        all.push(Suite::parse(&name, &text)?);
    }
    let mut cases = declared(&spec, &all, &suite::corpora()?)?;
    cases.extend(generated.cases);
    let cases = Filter::new(only.iter().cloned()).apply(cases)?;
    Ok((spec, cases))
}

pub(super) fn list(args: &List) -> Done {
    let (_, mut cases) = load(&args.contract, &args.suite, &args.only)?;
    if args.cost {
        draw(&mut cases, args.cases, true);
        let drawn = cases.iter().filter(|case| case.decl.draw.is_some() && case.writes());
        let (drawing, values) = (drawn.clone().count(), drawn.map(|case| case.trials).sum::<usize>());
        let cost = cost(&cases);
        output::line(&format!(
            "{} cases make {} crates and upload {} versions",
            cases.len(),
            cost.crates,
            cost.versions
        ));
        if drawing > 0 {
            output::line(&format!(
                "{drawing} of them draw {values} values (--cases): those that are accepted share crates where they can, each that is refused takes one more"
            ));
        }
        output::line(&format!("{} requests carry a wrong token", cost.denied));
        return Ok(0);
    }
    if args.json {
        let rows: Vec<_> = cases
            .iter()
            .map(|case| {
                serde_json::json!({
                    "id": case.id, "contract": case.contract, "requirements": case.requirements, "level": case.level,
                    "needs": case.needs, "variant": case.variant(), "declared": format!("{}:{}", case.file, case.line),
                })
            })
            .collect();
        output::line(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(0);
    }
    for case in &cases {
        output::line(&format!("{:<6} {:<64} {}", case.level, case.id, case.requirements[0]));
    }
    Ok(0)
}

pub(super) fn coverage(args: &List) -> Done {
    let (spec, cases) = load(&args.contract, &args.suite, &args.only)?;
    let mut by_requirement: BTreeMap<&str, usize> = BTreeMap::new();
    for id in cases.iter().flat_map(|case| &case.requirements) {
        *by_requirement.entry(id.as_str()).or_default() += 1;
    }
    if args.json {
        let rows: Vec<_> = spec.catalogue.iter().map(|row| serde_json::json!({
            "requirement": row.id, "level": row.level, "state": row.state, "reason": row.reason,
            "cases": cases.iter().filter(|case| case.requirements.contains(&row.id)).map(|case| &case.id).collect::<Vec<_>>(),
        })).collect();
        output::line(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(0);
    }
    for row in spec.catalogue.iter() {
        let state = match row.state {
            State::Testable => by_requirement.get(row.id.as_str()).map_or("no case".to_owned(), |count| match count {
                1 => "1 case".to_owned(),
                _ => format!("{count} cases"),
            }),
            State::Deferred => format!("deferred: {}", row.reason.as_deref().unwrap_or_default()),
            State::OtherContract => format!("in contract {}", row.contract.as_deref().unwrap_or_default()),
            State::Untestable => format!("untestable: {}", row.reason.as_deref().unwrap_or_default()),
        };
        output::line(&format!("{:<6} {:<36} {state}", row.level, row.id.as_str()));
    }
    output::line(&format!(
        "\n{} requirements, {} testable ones without a case",
        spec.catalogue.len(),
        uncovered(&spec.catalogue, &cases).len()
    ));
    Ok(0)
}
