use std::sync::Arc;

use super::{
    Done,
    args::Run,
    output,
    plan::load,
    run::{inputs, setup},
};
use crate::{
    engine::Engine,
    target::{Action, Claims},
};

pub(super) fn probe(args: Run) -> Done {
    let inputs = inputs(args)?;
    let (spec, cases) = load("cargo", &[], &["config".to_owned()])?;
    let setup = setup(&inputs)?;
    let writes = setup.options.write;
    let runtime = super::runtime()?;
    let mut engine = runtime.block_on(Engine::start(Arc::new(spec), setup, &cases))?;
    let offered = engine.profile().endpoints.api.is_some()
        && !engine.profile().not_offered.iter().any(|(action, _)| *action == Action::Publish);
    let policies = if writes && offered { runtime.block_on(engine.find_policies()) } else { Vec::new() };
    let profile = engine.profile();
    let missing = |action: &Action| profile.not_offered.iter().any(|(known, _)| known == action);
    let api = profile.endpoints.api.is_some();
    let claims = Claims {
        actions: Some(Action::ALL.into_iter().filter(|action| api && !missing(action)).collect()),
        without: Vec::new(),
        writers: profile.writers,
        ownership: writes.then_some(profile.ownership),
        private: Some(profile.private),
        largest_crate: profile.largest_crate,
        policy: profile.policy.clone(),
    };
    output::line("# What the target claims, as probed. Review it, then keep it in regspec.toml.");
    output::line("[target]");
    if let Some(index) = &profile.endpoints.index {
        output::line(&format!("url = \"sparse+{index}/\""));
    } else if let Some(api) = &profile.endpoints.api {
        output::line(&format!("url = \"{api}\""));
    }
    output::line(toml::to_string(&claims).unwrap_or_default().trim_end());
    for (action, how) in &profile.not_offered {
        output::line(&format!("# {}: {how}", action.name()));
    }
    for words in &policies {
        output::line(&format!("# {words}"));
    }
    if !writes {
        output::line(
            "# Whether yanking is offered, who may write and whether owners matter is asked with --write only, and so is what it refuses by policy.",
        );
    }
    Ok(0)
}
