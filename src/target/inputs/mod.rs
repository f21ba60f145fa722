mod env;
mod resolve;

use std::path::PathBuf;

use serde::Deserialize;

use super::{Action, Secret};
use crate::spec::{LoadError, nearest};

/// Everything that a run can be told, from the command line, from `REGSPEC_<NAME>` and from `regspec.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field is the option of that name, which --help explains")]
pub struct Inputs {
    pub target: Option<TargetTable>,
    pub contract: Vec<String>,
    pub suite: Vec<PathBuf>,
    pub only: Vec<String>,
    pub index: Option<String>,
    pub api: Option<String>,
    pub index_dir: Option<PathBuf>,
    #[serde(rename = "crate")]
    pub crates: Vec<String>,
    pub without: Vec<Action>,
    pub token: Option<Secret>,
    pub other_token: Option<Secret>,
    pub login: Option<String>,
    pub other_login: Option<String>,
    pub third_login: Option<String>,
    pub cookie: Option<Secret>,
    pub credentials: Option<PathBuf>,
    pub header: Vec<Secret>,
    pub write: Option<bool>,
    pub yes: Option<bool>,
    pub hostile: Option<bool>,
    pub strict: Option<bool>,
    pub require: Vec<String>,
    pub baseline: Option<PathBuf>,
    pub allow_origin: Vec<String>,
    pub max_new_crates: Option<usize>,
    pub max_denied: Option<usize>,
    pub jobs: Option<usize>,
    pub rate: Option<String>,
    pub timeout: Option<f64>,
    pub settle: Option<f64>,
    pub seed: Option<u64>,
    pub cases: Option<usize>,
    pub found: Option<PathBuf>,
    pub run_id: Option<String>,
    pub edition: Option<String>,
    pub cacert: Option<PathBuf>,
    pub record: Option<PathBuf>,
    pub report: Vec<String>,
}

/// `[target]` of `regspec.toml`: where it is, and what it claims.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of Claims, and the target's URL")]
pub struct TargetTable {
    pub url: Option<String>,
    pub actions: Option<Vec<Action>>,
    pub without: Vec<Action>,
    pub writers: Option<super::Writers>,
    pub ownership: Option<bool>,
    pub private: Option<bool>,
    pub largest_crate: Option<u64>,
    pub name_prefix: Option<String>,
    pub foreign_dependencies: Option<bool>,
    pub wildcards: Option<bool>,
    pub manifest_fields: Vec<super::ManifestField>,
}

impl Inputs {
    /// What `regspec.toml` says.
    ///
    /// # Errors
    /// It says something that is no option.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, LoadError> {
        toml::from_str(text).map_err(|error| LoadError::toml(file, &unquoted(text), &error))
    }

    /// What stands here, and elsewhere what stands there.
    #[must_use]
    pub fn or(self, there: Self) -> Self {
        fn list<T>(here: Vec<T>, there: Vec<T>) -> Vec<T> {
            if here.is_empty() { there } else { here }
        }
        let target = match (self.target, there.target) {
            (Some(here), Some(there)) => Some(here.or(there)),
            (here, there) => here.or(there),
        };
        Self {
            target,
            contract: list(self.contract, there.contract),
            suite: list(self.suite, there.suite),
            only: list(self.only, there.only),
            index: self.index.or(there.index),
            api: self.api.or(there.api),
            index_dir: self.index_dir.or(there.index_dir),
            crates: list(self.crates, there.crates),
            without: list(self.without, there.without),
            token: self.token.or(there.token),
            other_token: self.other_token.or(there.other_token),
            login: self.login.or(there.login),
            other_login: self.other_login.or(there.other_login),
            third_login: self.third_login.or(there.third_login),
            cookie: self.cookie.or(there.cookie),
            credentials: self.credentials.or(there.credentials),
            header: list(self.header, there.header),
            write: self.write.or(there.write),
            yes: self.yes.or(there.yes),
            hostile: self.hostile.or(there.hostile),
            strict: self.strict.or(there.strict),
            require: list(self.require, there.require),
            baseline: self.baseline.or(there.baseline),
            allow_origin: list(self.allow_origin, there.allow_origin),
            max_new_crates: self.max_new_crates.or(there.max_new_crates),
            max_denied: self.max_denied.or(there.max_denied),
            jobs: self.jobs.or(there.jobs),
            rate: self.rate.or(there.rate),
            timeout: self.timeout.or(there.timeout),
            settle: self.settle.or(there.settle),
            seed: self.seed.or(there.seed),
            cases: self.cases.or(there.cases),
            found: self.found.or(there.found),
            run_id: self.run_id.or(there.run_id),
            edition: self.edition.or(there.edition),
            cacert: self.cacert.or(there.cacert),
            record: self.record.or(there.record),
            report: list(self.report, there.report),
        }
    }
}

/// The text with its values blotted out where a key may be that of a secret, misspelt or not: an error quotes its line.
fn unquoted(text: &str) -> String {
    let secret = |line: &str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        nearest(key, ["token", "other-token", "cookie", "header"]).is_some()
    };
    let line = |line: &str| match line.find('=') {
        // As long in bytes as before, for errors count them.
        Some(at) if secret(line) => {
            let value = line[at + 1..].bytes().map(|byte| if byte == b'\n' { '\n' } else { '.' });
            line[..=at].chars().chain(value).collect()
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

impl TargetTable {
    fn or(self, there: Self) -> Self {
        Self {
            url: self.url.or(there.url),
            actions: self.actions.or(there.actions),
            without: if self.without.is_empty() { there.without } else { self.without },
            writers: self.writers.or(there.writers),
            ownership: self.ownership.or(there.ownership),
            private: self.private.or(there.private),
            largest_crate: self.largest_crate.or(there.largest_crate),
            name_prefix: self.name_prefix.or(there.name_prefix),
            foreign_dependencies: self.foreign_dependencies.or(there.foreign_dependencies),
            wildcards: self.wildcards.or(there.wildcards),
            manifest_fields: match self.manifest_fields.is_empty() {
                true => there.manifest_fields,
                false => self.manifest_fields,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
        let file = Inputs::from_toml("regspec.toml", "jobs = 1\nseed = 1\nsettle = 1\n").unwrap();
        let env = Inputs::from_env(|name| (name == "REGSPEC_JOBS" || name == "REGSPEC_SEED").then(|| "2".to_owned()))
            .unwrap();
        let inputs = Inputs { jobs: Some(3), ..Inputs::default() }.or(env).or(file);
        assert_eq!((inputs.jobs, inputs.seed, inputs.settle), (Some(3), Some(2), Some(1.0)));
    }

    #[test]
    fn a_case_has_time_for_what_it_waits_for() {
        let target = crate::target::Target::parse("sparse+http://127.0.0.1:1/").unwrap();
        for settle in [None, Some(1.0), Some(300.0)] {
            let options = Inputs { settle, ..Inputs::default() }.options(&target).unwrap();
            assert!(options.case_timeout > options.settle * 3, "{options:?}");
        }
    }

    #[test]
    fn an_error_does_not_quote_a_secret() {
        let error = Inputs::from_toml("regspec.toml", "tokne = \"hunter2-é\"\n").unwrap_err().to_string();
        assert!(error.contains("1 | tokne =......") && !error.contains("hunter2"), "{error}");
        let error = Inputs::from_toml("regspec.toml", "token = \"hunter2-é\"\njbos = 3\n").unwrap_err().to_string();
        assert!(error.contains("2 | jbos = 3\n  | ^^^^\n"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place() {
        let error = Inputs::from_toml("regspec.toml", "jbos = 3\n").unwrap_err();
        let told = error.to_string();
        assert!(told.ends_with("1 | jbos = 3\n  | ^^^^\nhint: did you mean `jobs`?"), "{told}");
    }
}
