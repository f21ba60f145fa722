//! What the fields of a configuration may say. The first that is wrong is told.

use super::configs::New;
use crate::reference::{accounts::Provider, reply::Refusal};

const LONGEST: usize = 255;

/// Checks the fields for a provider.
pub(super) fn check(provider: Provider, new: &New) -> Result<(), Refusal> {
    let first = match provider {
        Provider::GitHub => github(new),
        Provider::GitLab => gitlab(new),
    };
    first.map_or(Ok(()), |told| Err(Refusal::exact(400, told)))
}

fn github(new: &New) -> Option<String> {
    length("GitHub repository owner name", &new.owner)
        .or_else(|| unless(is_github_owner(&new.owner), "Invalid GitHub repository owner name"))
        .or_else(|| length("GitHub repository name", &new.project))
        .or_else(|| unless(only(&new.project, "-_."), "Invalid GitHub repository name"))
        .or_else(|| length("Workflow filename", &new.workflow))
        .or_else(|| unless(is_yaml(&new.workflow), "Workflow filename must end with `.yml` or `.yaml`"))
        .or_else(|| {
            unless(!new.workflow.contains('/'), "Workflow filename must be a filename only, without directories")
        })
        .or_else(|| github_environment(new.environment.as_deref()?))
}

fn is_github_owner(owner: &str) -> bool {
    !owner.starts_with('-') && only(owner, "-")
}

fn github_environment(environment: &str) -> Option<String> {
    let odd = |c: char| c.is_control() || "'\"`,;\\".contains(c);
    environment_length(environment)
        .or_else(|| unless(!environment.starts_with(char::is_whitespace), "Environment name may not start with whitespace"))
        .or_else(|| unless(!environment.ends_with(char::is_whitespace), "Environment name may not end with whitespace"))
        .or_else(|| {
            unless(
                !environment.contains(odd),
                "Environment name must not contain non-printable characters or the characters \"'\", \"\"\", \"`\", \",\", \
                 \";\", \"\\\"",
            )
        })
}

fn gitlab(new: &New) -> Option<String> {
    gitlab_name("GitLab namespace", "_.-/", &new.owner)
        .or_else(|| gitlab_name("GitLab project name", "_.-", &new.project))
        .or_else(|| length("Workflow filepath", &new.workflow))
        .or_else(|| unless(is_yaml(&new.workflow), "Workflow filepath must end with `.yml` or `.yaml`"))
        .or_else(|| unless(!new.workflow.starts_with('/'), "Workflow filepath cannot start with /"))
        .or_else(|| {
            let environment = new.environment.as_deref()?;
            environment_length(environment)
                .or_else(|| unless(only(environment, " -_/${}"), "Environment name contains invalid characters"))
        })
}

fn gitlab_name(what: &str, inside: &str, name: &str) -> Option<String> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let valid = edge(name.chars().next()) && edge(name.chars().last()) && only(name, inside);
    let taken = name.ends_with(".atom") || name.ends_with(".git");
    length(what, name)
        .or_else(|| unless(valid, &format!("Invalid {what}")))
        .or_else(|| unless(!taken, &format!("{what} cannot end with .atom or .git")))
}

fn length(what: &str, text: &str) -> Option<String> {
    unless(!text.is_empty(), &format!("{what} may not be empty")).or_else(|| too_long(what, text))
}

fn environment_length(text: &str) -> Option<String> {
    unless(!text.is_empty(), "Environment name may not be empty (use `null` to omit)")
        .or_else(|| too_long("Environment name", text))
}

fn too_long(what: &str, text: &str) -> Option<String> {
    unless(text.chars().count() <= LONGEST, &format!("{what} is too long (maximum is {LONGEST} characters)"))
}

fn is_yaml(file: &str) -> bool {
    file.ends_with(".yml") || file.ends_with(".yaml")
}

/// ASCII letters, digits and those.
fn only(text: &str, more: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn unless(holds: bool, told: &str) -> Option<String> {
    (!holds).then(|| told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::configs::New, check};
    use crate::{
        exchange::Response,
        reference::{accounts::Provider, testing::detail},
    };

    fn told(provider: Provider, [owner, project, workflow, environment]: [&str; 4]) -> String {
        let new = New {
            name: "a".to_owned(),
            owner: owner.to_owned(),
            project: project.to_owned(),
            workflow: workflow.to_owned(),
            environment: (environment != "-").then(|| environment.to_owned()),
        };
        check(provider, &new).map_or_else(|refusal| detail(&Response::from(refusal)), |()| String::new())
    }

    #[test]
    fn the_first_wrong_field_is_told() {
        let long = "a".repeat(256);
        for (fields, expected) in [
            (["o-1", "r_.-", "x.yaml", "a b"], ""),
            (["", "", "", ""], "GitHub repository owner name may not be empty"),
            (["-o", "", "", ""], "Invalid GitHub repository owner name"),
            (["o", &long, "", ""], "GitHub repository name is too long (maximum is 255 characters)"),
            (["o", "a/b", "", ""], "Invalid GitHub repository name"),
            (["o", "r", "x/y.txt", ""], "Workflow filename must end with `.yml` or `.yaml`"),
            (["o", "r", "x/y.yml", ""], "Workflow filename must be a filename only, without directories"),
            (["o", "r", "y.yml", ""], "Environment name may not be empty (use `null` to omit)"),
            (["o", "r", "y.yml", "a "], "Environment name may not end with whitespace"),
        ] {
            assert_eq!(told(Provider::GitHub, fields), expected, "{fields:?}");
        }
        for (fields, expected) in [
            (["a/b.c", "p", "x/y.yml", "a/${b}"], ""),
            (["a-", "", "", ""], "Invalid GitLab namespace"),
            (["a.git", "", "", ""], "GitLab namespace cannot end with .atom or .git"),
            (["a", "b/c", "", ""], "Invalid GitLab project name"),
            (["a", "b", "/x.yml", ""], "Workflow filepath cannot start with /"),
            (["a", "b", "x.yml", "a!b"], "Environment name contains invalid characters"),
        ] {
            assert_eq!(told(Provider::GitLab, fields), expected, "{fields:?}");
        }
    }
}
