use semver::Version;

use super::super::{Config, Rule, reply::Refusal};

/// Whether a version is SemVer 2.0, three numbers and all. Cargo can read no line that has another.
pub(super) fn check(config: &Config, version: &str) -> Result<(), Refusal> {
    let parsed = Version::parse(version);
    config.demand(Rule::VersionSemver, parsed.is_ok(), || match parsed {
        Err(error) => format!("the version {version:?} is not SemVer: {error}"),
        Ok(_) => String::new(),
    })
}

/// Whether a version is none of those that are there. Build metadata does not tell versions apart, and a yank frees nothing.
/// Cargo book, Index Format, the `vers` field.
pub(super) fn check_unique<'a>(
    config: &Config,
    version: &str,
    mut others: impl Iterator<Item = &'a str>,
) -> Result<(), Refusal> {
    let clash = others.find(|other| {
        let rule = if *other == version { Rule::VersionUnique } else { Rule::VersionUniqueIgnoringBuild };
        core(other) == core(version) && config.upholds(rule)
    });
    clash.map_or(Ok(()), |other| Err(Refusal::invalid(format!("version {other:?} is already published"))))
}

fn core(version: &str) -> &str {
    version.split('+').next().unwrap_or_default()
}

/// Whether a `rust_version` is one to three numbers: no operator, no pre-release. Anything else makes cargo drop the line.
pub(super) fn check_rust_version(config: &Config, version: &str) -> Result<(), Refusal> {
    let number = |part: &str| {
        part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u64>().is_ok_and(|n| n.to_string() == part)
    };
    let sound = version.split('.').count() <= 3 && version.split('.').all(number);
    config.demand(Rule::RustVersionForm, sound, || format!("the rust_version {version:?} is not one to three numbers"))
}

#[cfg(test)]
mod tests {
    use super::{check, check_rust_version, check_unique};
    use crate::reference::Config;

    #[test]
    fn versions_are_strict() {
        let config = Config::new("");
        for version in ["1.0.0", "0.0.0", "1.0.0-rc.1+b.2", "1.0.0+001"] {
            assert!(check(&config, version).is_ok(), "{version}");
        }
        for version in
            ["", "1.0", "v1.0.0", "01.0.0", "1.0.0-01", "1.0.0+", "1.0.0 ", "1.0.0-", "18446744073709551616.0.0"]
        {
            assert!(check(&config, version).is_err(), "{version}");
        }
    }

    #[test]
    fn build_metadata_does_not_make_a_version() {
        let unique = |version| check_unique(&Config::new(""), version, ["1.0.0+a", "2.0.0"].into_iter()).is_ok();
        assert!(!unique("1.0.0") && !unique("1.0.0+b") && !unique("1.0.0+a") && !unique("2.0.0+a"));
        assert!(unique("1.0.0-a") && unique("1.0.1"));
    }

    #[test]
    fn rust_versions_are_bare() {
        let sound = |version| check_rust_version(&Config::new(""), version).is_ok();
        assert!(sound("1") && sound("1.60") && sound("1.60.0"));
        for version in ["", ">=1.60", "1.60.0-beta", "1.60.0.0", "1.", "01.60", "+1", "1.60 "] {
            assert!(!sound(version), "{version}");
        }
    }
}
