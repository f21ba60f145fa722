//! What was said, as a run takes it.

use std::time::Duration;

use super::{
    super::{Claims, Credentials, Options, Policy, Remote, Secret, Target, base, is_loopback, run_id_of},
    Inputs,
};
use crate::spec::{LoadError, Need};

impl Inputs {
    /// The target that is meant.
    ///
    /// # Errors
    /// It cannot be read as one.
    pub fn target(&self) -> Result<Target, LoadError> {
        let url = self.target.as_ref().and_then(|table| table.url.as_deref());
        let mut remote = match url.map(Target::parse).transpose()? {
            Some(Target::Remote(remote)) => remote,
            _ if self.index.is_some() || self.api.is_some() => Remote::default(),
            _ => return Ok(Target::Embedded),
        };
        if let Some(index) = &self.index {
            remote.index = Some(base(index)?);
        }
        if let Some(api) = &self.api {
            remote.api = Some(base(api)?);
        }
        remote.index_dir.clone_from(&self.index_dir);
        Ok(Target::Remote(remote))
    }

    /// What the target claims.
    pub fn claims(&self) -> Claims {
        let table = self.target.clone().unwrap_or_default();
        let without = table.without.into_iter().chain(self.without.iter().copied()).collect();
        Claims {
            actions: table.actions,
            without,
            writers: table.writers,
            ownership: table.ownership,
            private: table.private,
            largest_crate: table.largest_crate,
            policy: Policy {
                name_prefix: table.name_prefix,
                foreign_dependencies: table.foreign_dependencies,
                wildcards: table.wildcards,
                manifest_fields: table.manifest_fields,
            },
        }
    }

    /// What the run holds.
    ///
    /// # Errors
    /// The file of `--credentials` cannot be read.
    pub fn credentials(&self) -> Result<Credentials, LoadError> {
        let mut held = match &self.credentials {
            None => Credentials::default(),
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .map_err(|error| LoadError::new(&name, format!("the credentials cannot be read: {error}")))?;
                // The error of the TOML reader would quote the line, and with it the secret.
                toml::from_str(&text)
                    .map_err(|error: toml::de::Error| LoadError::new(&name, error.message().to_owned()))?
            }
        };
        let secrets = [
            (&self.token, &mut held.token),
            (&self.other_token, &mut held.other_token),
            (&self.cookie, &mut held.cookie),
        ];
        for (given, held) in secrets {
            if let Some(given) = given {
                *held = Some(given.reveal().to_owned());
            }
        }
        let logins = [
            (&self.login, &mut held.login),
            (&self.other_login, &mut held.other_login),
            (&self.third_login, &mut held.third_login),
        ];
        for (given, held) in logins {
            if given.is_some() {
                held.clone_from(given);
            }
        }
        Ok(held)
    }

    /// How the run goes about its work against a target.
    ///
    /// # Errors
    /// A value that no run can use.
    pub fn options(&self, target: &Target) -> Result<Options, LoadError> {
        let mut options = match target {
            Target::Embedded => Options::embedded(),
            Target::Remote(remote) => {
                let bases = remote.index.iter().chain(&remote.api);
                Options::remote(bases.into_iter().all(|base| is_loopback(base)))
            }
        };
        let seconds = |name: &str, value: Option<f64>| match value {
            None => Ok(None),
            Some(seconds) if seconds > 0.0 && seconds < 86_400.0 => Ok(Some(Duration::from_secs_f64(seconds))),
            Some(seconds) => {
                Err(LoadError::new(name, format!("{seconds} is no number of seconds that a run could wait")))
            }
        };
        options.timeout = seconds("--timeout", self.timeout)?.unwrap_or(options.timeout);
        options.settle = seconds("--settle", self.settle)?.unwrap_or(options.settle);
        // What does not show is waited for three times: for itself, for a later version and for another crate.
        options.case_timeout = options.case_timeout.max(options.settle * 4);
        options.write |= self.write.unwrap_or(false);
        options.hostile |= self.hostile.unwrap_or(false);
        options.jobs = self.jobs.unwrap_or(options.jobs).max(1);
        options.max_denied = self.max_denied.unwrap_or(options.max_denied);
        options.max_new_crates = self.max_new_crates;
        options.crates.clone_from(&self.crates);
        options.cacert.clone_from(&self.cacert);
        options.allow_origins = self.allow_origin.iter().map(|url| base(url)).collect::<Result<_, _>>()?;
        options.seed = self.seed.unwrap_or(0);
        if *target == Target::Embedded {
            options.run_id = run_id_of(options.seed);
        }
        if let Some(run_id) = &self.run_id {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            if run_id.is_empty() || run_id.len() > 12 || !run_id.chars().all(fits) {
                return Err(LoadError::new("--run-id", format!("`{run_id}` cannot be part of a crate name"))
                    .hint("1 to 12 lower-case letters and digits"));
            }
            options.run_id.clone_from(run_id);
        }
        if let Some(rate) = &self.rate {
            let number = rate.trim_end_matches("/s").parse().ok().filter(|rate: &f64| *rate > 0.0);
            options.rate = Some(
                number.ok_or_else(|| LoadError::new("--rate", format!("`{rate}` is no rate")).hint("such as 5/s"))?,
            );
        }
        for header in &self.header {
            // The value may be a secret, and without a colon nobody knows where it begins.
            let Some((name, value)) = header.reveal().split_once(':') else {
                return Err(
                    LoadError::new("--header", "a header field lacks its colon").hint("such as 'X-Team: build'")
                );
            };
            options.headers.push((name.trim().to_owned(), Secret::from(value.trim())));
        }
        Ok(options)
    }

    /// Inputs without which a case is inconclusive.
    ///
    /// # Errors
    /// A name that is no input.
    pub fn required(&self) -> Result<Vec<Need>, LoadError> {
        let known = |name: &String| match name.trim_start_matches("--") {
            "write" => Ok(Need::Write),
            "other-token" => Ok(Need::OtherToken),
            "other-login" => Ok(Need::OtherLogin),
            "third-login" => Ok(Need::ThirdLogin),
            "credentials" | "revoked-token" => Ok(Need::RevokedToken),
            "crate" | "sample" => Ok(Need::Sample),
            _ => Err(LoadError::new("--require", format!("`{name}` is no input"))
                .hint("inputs are write, other-token, other-login, third-login, revoked-token and crate")),
        };
        self.require.iter().map(known).collect()
    }
}
