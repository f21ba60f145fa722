use serde::Deserialize;
use serde_json::{Value, json};

use crate::reference::{
    accounts::{Id, Jwt, KEY_ID, Provider},
    reply::Refusal,
};

/// The issuer of GitHub's workflows.
pub(in crate::reference) const GITHUB: &str = "https://token.actions.githubusercontent.com";
/// The issuer of GitLab's.
pub(in crate::reference) const GITLAB: &str = "https://gitlab.com";
/// Whom a token has to be made for.
pub(in crate::reference) const AUDIENCE: &str = "crates.io";

/// How long past its end a token is still taken, in seconds.
const LEEWAY: i64 = 60;

/// Events that strangers can set off.
const UNSAFE_EVENTS: [&str; 2] = ["pull_request_target", "workflow_run"];

#[derive(Deserialize)]
struct Common {
    iss: String,
    aud: String,
    exp: i64,
    jti: String,
}

#[derive(Deserialize)]
struct GitHubClaims {
    repository: String,
    repository_owner_id: String,
    workflow_ref: String,
    environment: Option<String>,
    event_name: Option<String>,
    run_id: String,
    sha: String,
}

#[derive(Deserialize)]
struct GitLabClaims {
    project_path: String,
    namespace_id: String,
    ci_config_ref_uri: String,
    environment: Option<String>,
    job_id: String,
    sha: String,
}

/// What a token says of the workflow that shows it.
pub(super) struct Workflow {
    pub(super) provider: Provider,
    pub(super) jti: String,
    pub(super) owner: String,
    pub(super) owner_id: Id,
    pub(super) project: String,
    pub(super) file: String,
    pub(super) environment: Option<String>,
    /// What is kept with versions that it publishes.
    pub(super) data: Value,
}

impl Workflow {
    /// Reads and believes a token, or not.
    pub(super) fn read(token: &str, key: &[u8], now: i64) -> Result<Self, Refusal> {
        let undecodable = || refused("Failed to decode JWT");
        let jwt = Jwt::read(token).ok_or_else(undecodable)?;
        let common: Common = jwt.claims().ok_or_else(undecodable)?;
        if ![GITHUB, GITLAB].contains(&common.iss.as_str()) {
            return Err(refused(&format!("Unsupported JWT issuer: {}", common.iss)));
        }
        match jwt.key_id.as_deref() {
            None => return Err(refused("Missing JWT key ID")),
            Some(KEY_ID) => {}
            Some(_) => return Err(refused("Invalid JWT key ID")),
        }
        if !jwt.is_signed(key) || common.aud != AUDIENCE || common.exp + LEEWAY < now {
            return Err(undecodable());
        }
        if common.iss == GITHUB {
            Self::github(common, jwt.claims().ok_or_else(undecodable)?)
        } else {
            Self::gitlab(common, jwt.claims().ok_or_else(undecodable)?)
        }
    }

    fn github(common: Common, claims: GitHubClaims) -> Result<Self, Refusal> {
        if let Some(event) = claims.event_name.filter(|event| UNSAFE_EVENTS.contains(&event.as_str())) {
            return Err(refused(&format!(
                "Trusted Publishing does not support the `{event}` event trigger due to security concerns. Please use a \
                 different trigger such as `push`, `release`, or `workflow_dispatch`."
            )));
        }
        let unexpected = |what: &str| refused(&format!("Unexpected `{what}` value"));
        let repository = claims.repository.split_once('/').ok_or_else(|| unexpected("repository"))?;
        let file = claims.workflow_ref.split_once(".github/workflows/").and_then(|(_, rest)| rest.split_once('@'));
        Ok(Self {
            provider: Provider::GitHub,
            jti: common.jti,
            owner: repository.0.to_owned(),
            project: repository.1.to_owned(),
            file: file.ok_or_else(|| unexpected("workflow_ref"))?.0.to_owned(),
            owner_id: claims.repository_owner_id.parse().map_err(|_| unexpected("repository_owner_id"))?,
            environment: claims.environment,
            data: json!({
                "provider": "github",
                "repository": claims.repository,
                "run_id": claims.run_id,
                "sha": claims.sha,
            }),
        })
    }

    fn gitlab(common: Common, claims: GitLabClaims) -> Result<Self, Refusal> {
        let unexpected = |what: &str| refused(&format!("Unexpected `{what}` value"));
        let path = claims.project_path.rsplit_once('/').ok_or_else(|| unexpected("project_path"))?;
        let file = claims.ci_config_ref_uri.split_once("//").and_then(|(_, rest)| rest.split_once('@'));
        Ok(Self {
            provider: Provider::GitLab,
            jti: common.jti,
            owner: path.0.to_owned(),
            project: path.1.to_owned(),
            file: file.ok_or_else(|| unexpected("ci_config_ref_uri"))?.0.to_owned(),
            owner_id: claims.namespace_id.parse().map_err(|_| refused("Failed to decode JWT"))?,
            environment: claims.environment,
            data: json!({
                "provider": "gitlab",
                "project_path": claims.project_path,
                "job_id": claims.job_id,
                "sha": claims.sha,
            }),
        })
    }
}

pub(super) fn refused(detail: &str) -> Refusal {
    Refusal::exact(400, detail)
}
