use cargo_platform::Platform;
use semver::VersionReq;
use serde::Deserialize;
use url::Url;

use super::{
    super::{Config, Rule, reply::Refusal},
    name,
};

/// One dependency of an upload. `name` is the real crate; an alias is in `explicit_name_in_toml`.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Dependency {
    pub(in super::super) name: String,
    pub(in super::super) version_req: String,
    pub(in super::super) features: Option<Vec<String>>,
    pub(in super::super) default_features: Option<bool>,
    pub(in super::super) target: Option<String>,
    pub(in super::super) explicit_name_in_toml: Option<String>,
    pub(in super::super) artifact: Option<Vec<String>>,
    pub(in super::super) bindep_target: Option<String>,
    pub(in super::super) lib: Option<bool>,
    optional: Option<bool>,
    kind: Option<String>,
    registry: Option<String>,
}

/// More than anybody nests, and little enough for a parser that recurses.
const DEEPEST_TARGET: usize = 64;

impl Dependency {
    pub(in super::super) fn is_optional(&self) -> bool {
        self.optional == Some(true)
    }

    pub(in super::super) fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or("normal")
    }

    /// What the crate itself calls it.
    pub(super) fn local_name(&self) -> &str {
        self.explicit_name_in_toml.as_deref().unwrap_or(&self.name)
    }

    /// The index of another registry; none if the dependency is from this one, under whichever of its names.
    pub(in super::super) fn foreign_registry(&self, config: &Config) -> Option<String> {
        let own = |registry: &String| {
            let plain = registry.strip_prefix("sparse+").unwrap_or(registry);
            [config.base(), &config.origin].iter().any(|base| plain.strip_prefix(base) == Some("/index/"))
        };
        self.registry.clone().filter(|registry| !own(registry))
    }

    /// Whether cargo can read the index entry that this becomes. One that it cannot read costs it the whole version.
    pub(super) fn check(&self, config: &Config) -> Result<(), Refusal> {
        let named = |what: &str, broken: &str| format!("dependency {:?}: {what} {broken:?}", self.name);
        config.demand(Rule::DependencyName, name::is_identifier(&self.name), || {
            named("no crate is called", &self.name)
        })?;
        if let Some(alias) = &self.explicit_name_in_toml {
            config.demand(Rule::DependencyAlias, name::is_identifier(alias), || named("impossible alias", alias))?;
        }
        let requirement = VersionReq::parse(&self.version_req);
        config.demand(Rule::RequirementSyntax, requirement.is_ok(), || {
            named("no version requirement", &self.version_req)
        })?;
        if let Some(target) = &self.target {
            config.demand(Rule::TargetSyntax, is_target(target), || named("neither a triple nor a cfg:", target))?;
        }
        let kind = self.kind();
        config.demand(Rule::KindKnown, matches!(kind, "normal" | "build" | "dev"), || named("unknown kind", kind))?;
        config
            .demand(Rule::OptionalDev, kind != "dev" || !self.is_optional(), || named("optional, but of kind", kind))?;
        if let Some(registry) = &self.registry {
            config.demand(Rule::DepRegistryUrl, is_index_url(registry), || named("no index URL:", registry))?;
        }
        Ok(())
    }
}

fn is_target(target: &str) -> bool {
    !target.is_empty() && target.matches('(').count() <= DEEPEST_TARGET && target.parse::<Platform>().is_ok()
}

/// An absolute URL; `a:b` is a URL too, but nothing to fetch an index from.
fn is_index_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| !url.cannot_be_a_base())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Dependency;
    use crate::reference::{Config, Rule};

    fn accepted(config: &Config, key: &str, value: Value) -> bool {
        let mut dep = json!({ "name": "b", "version_req": "^1" });
        dep[key] = value;
        serde_json::from_value::<Dependency>(dep).is_ok_and(|dep| dep.check(config).is_ok())
    }

    #[test]
    fn what_cargo_reads_is_accepted() {
        let config = Config::new("");
        for (key, value) in [
            ("version_req", "*"),
            ("version_req", ">=1, <2"),
            ("target", "cfg(all(unix, not(target_os = \"linux\")))"),
            ("target", "x86_64-unknown-linux-gnu"),
            ("kind", "dev"),
            ("explicit_name_in_toml", "_alias"),
            ("registry", "https://github.com/rust-lang/crates.io-index"),
            ("registry", "sparse+https://other.example/index/"),
            ("registry", "ssh://git@other.example/index.git"),
        ] {
            assert!(accepted(&config, key, json!(value)), "{key} {value}");
            assert!(key == "version_req" || accepted(&config, key, Value::Null), "{key}");
        }
    }

    #[test]
    fn each_fault_has_its_rule() {
        for (key, value, rule) in [
            ("name", "a/b", Rule::DependencyName),
            ("name", "", Rule::DependencyName),
            ("explicit_name_in_toml", "", Rule::DependencyAlias),
            ("version_req", "", Rule::RequirementSyntax),
            ("version_req", "abc", Rule::RequirementSyntax),
            ("version_req", ">=1 <2", Rule::RequirementSyntax),
            ("version_req", "1 || 2", Rule::RequirementSyntax),
            ("target", "", Rule::TargetSyntax),
            ("target", "cfg(", Rule::TargetSyntax),
            ("target", "cfg()", Rule::TargetSyntax),
            ("target", "a b", Rule::TargetSyntax),
            ("kind", "Dev", Rule::KindKnown),
            ("registry", "", Rule::DepRegistryUrl),
            ("registry", "mine", Rule::DepRegistryUrl),
            ("registry", "a:b", Rule::DepRegistryUrl),
        ] {
            assert!(!accepted(&Config::new(""), key, json!(value)), "{key} {value}");
            assert!(accepted(&Config::new("").broken([rule]), key, json!(value)), "{key} {value}");
        }
        assert!(!accepted(&Config::new(""), "version_req", Value::Null));
    }

    #[test]
    fn a_deep_target_costs_no_stack() {
        let deep = format!("cfg({}unix{})", "not(".repeat(200_000), ")".repeat(200_000));
        assert!(!accepted(&Config::new(""), "target", json!(deep)));
    }
}
