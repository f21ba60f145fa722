use serde_json::json;

use super::{Config, Registry, Rule, caching, reply, reply::Refusal};
use crate::exchange::{Request, Response};

/// The directories of a name, in its own case. Length counts characters. Cargo book, Index Format, Index files.
pub(super) fn prefix(name: &str) -> String {
    let part = |from: usize, to: usize| name.chars().skip(from).take(to - from).collect::<String>();
    match name.chars().count() {
        0 | 1 => "1".to_owned(),
        2 => "2".to_owned(),
        3 => format!("3/{}", part(0, 1)),
        _ => format!("{}/{}", part(0, 2), part(2, 4)),
    }
}

/// Where the lines of a crate lie below the index root: all of it in lower case.
pub(super) fn path(config: &Config, name: &str) -> String {
    let name = if config.upholds(Rule::PathLowerCase) { name.to_lowercase() } else { name.to_owned() };
    format!("{}/{name}", prefix(&name))
}

impl Registry {
    /// `config.json`. Cargo keeps no validators for it, so it never gets one.
    pub(super) fn config_json(&self, request: &Request) -> Result<Response, Refusal> {
        let mut config = json!({ "dl": self.config.dl_template(), "api": self.config.base() });
        if self.config.private {
            config["auth-required"] = true.into();
        }
        if self.upholds(Rule::ConfigUnconditional) {
            return Ok(reply::ok(&config));
        }
        let file = caching::File { text: config.to_string(), version: config.to_string(), modified: 0 };
        Ok(caching::conditional(&self.config, request, file))
    }

    /// The lines of a crate, or 404: the only status that every cargo takes for "no such crate".
    pub(super) fn index_file(&self, request: &Request, path: &str) -> Result<Response, Refusal> {
        let state = self.state();
        let text = state.file(&self.config, path).ok_or_else(|| Refusal::missing("there is no such crate"))?;
        let modified = state.modified(path);
        drop(state);
        let version = caching::version_of(&self.config, &text);
        Ok(caching::conditional(&self.config, request, caching::File { text, version, modified }))
    }
}

#[cfg(test)]
mod tests {
    use super::path;
    use crate::reference::Config;

    #[test]
    fn paths_follow_the_length_of_the_name() {
        let config = Config::new("");
        for (name, expected) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("abc", "3/a/abc"),
            ("a-b", "3/a/a-b"),
            ("a-bc", "a-/bc/a-bc"),
            ("my-crate", "my/-c/my-crate"),
            ("EdgeCase", "ed/ge/edgecase"),
        ] {
            assert_eq!(path(&config, name), expected);
        }
    }

    #[test]
    fn paths_of_names_that_should_not_be_are_still_paths() {
        assert_eq!(path(&Config::new(""), ""), "1/");
        assert_eq!(path(&Config::new(""), "aéb"), "3/a/aéb");
    }
}
