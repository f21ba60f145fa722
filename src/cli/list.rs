use super::{
    Done,
    args::List,
    output,
    plan::{Part, load_all},
};
use crate::plan::{cost, draw};

pub(super) fn list(args: &List) -> Done {
    let mut parts = load_all(&args.plan.contract, &args.plan.suite, &args.plan.only, None)?;
    parts.iter_mut().for_each(|part| draw(&mut part.cases, args.cases, true));
    let cases = || parts.iter().flat_map(|part: &Part| &part.cases);
    if args.cost {
        let drawn = cases().filter(|case| case.decl.draw.is_some() && case.writes());
        let (drawing, values) = (drawn.clone().count(), drawn.map(|case| case.trials).sum::<usize>());
        let cost = cost(cases());
        output::line(&format!(
            "{} cases make {} crates and upload {} versions",
            cases().count(),
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
        let rows: Vec<_> = cases()
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
    for case in cases() {
        let of = if parts.len() > 1 { format!("{:<10} ", case.contract) } else { String::new() };
        output::line(&format!("{of}{:<6} {:<64} {}", case.level, case.id, case.requirements[0]));
    }
    Ok(0)
}
