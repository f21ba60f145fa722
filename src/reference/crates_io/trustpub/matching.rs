//! Which configurations a workflow meets.

use super::claims::{Workflow, refused};
use crate::reference::{accounts::TrustpubConfig, reply::Refusal};

/// Narrows the configurations of a repository down, and says what left none.
pub(super) fn narrow<'a, K>(
    workflow: &Workflow,
    mut configs: Vec<(K, &'a TrustpubConfig)>,
) -> Result<Vec<(K, &'a TrustpubConfig)>, Refusal> {
    let repository = format!("{}/{}", workflow.owner, workflow.project);
    configs.retain(|(_, config)| {
        config.owner.eq_ignore_ascii_case(&workflow.owner) && config.project.eq_ignore_ascii_case(&workflow.project)
    });
    if configs.is_empty() {
        return Err(refused(&format!("No Trusted Publishing config found for repository `{repository}`.")));
    }
    let about = format!("The Trusted Publishing config for repository `{repository}` does not match the");
    configs.retain(|(_, config)| config.owner_id.is_none_or(|id| id == workflow.owner_id));
    if configs.is_empty() {
        return Err(refused(&format!("{about} owner ID (`{}`) in the JWT.", workflow.owner_id)));
    }
    configs.retain(|(_, config)| config.workflow == workflow.file);
    if configs.is_empty() {
        return Err(refused(&format!("{about} workflow `{}` in the JWT.", workflow.file)));
    }
    let environment = workflow.environment.as_deref();
    configs.retain(|(_, config)| match (&config.environment, environment) {
        (None, _) => true,
        (Some(wanted), Some(held)) => wanted.eq_ignore_ascii_case(held),
        (Some(_), None) => false,
    });
    if configs.is_empty() {
        return Err(refused(&match environment {
            Some(held) => format!("{about} environment `{held}` in the JWT."),
            None => format!(
                "The Trusted Publishing config for repository `{repository}` requires an environment, and the JWT names none."
            ),
        }));
    }
    Ok(configs)
}
