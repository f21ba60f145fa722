//! Whether two version requirements mean the same.

use semver::{Comparator, Prerelease, Version, VersionReq};

/// Whether two requirements take the same versions. A registry may spell one anew: `1` as `^1`, `^1` as `>=1.0.0, <2.0.0`.
///
/// They are tried on the versions around every bound of either.
pub(super) fn equivalent(one: &str, other: &str) -> bool {
    match (VersionReq::parse(one), VersionReq::parse(other)) {
        (Ok(first), Ok(second)) => {
            let comparators = first.comparators.iter().chain(&second.comparators);
            comparators.flat_map(around).all(|version| first.matches(&version) == second.matches(&version))
        }
        _ => one == other,
    }
}

fn around(bound: &Comparator) -> Vec<Version> {
    let near = |number: u64| [0, number.saturating_sub(1), number, number.saturating_add(1)];
    let early = [Prerelease::EMPTY, Prerelease::new("0").expect("a number is a pre-release"), bound.pre.clone()];
    let mut versions = Vec::new();
    for major in near(bound.major) {
        for minor in near(bound.minor.unwrap_or(0)) {
            for patch in near(bound.patch.unwrap_or(0)) {
                let version = Version::new(major, minor, patch);
                versions.extend(early.iter().map(|pre| Version { pre: pre.clone(), ..version.clone() }));
            }
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::equivalent;

    #[test]
    fn spelling_is_free() {
        let same = [
            ("^1", "1"),
            ("^1.2.3", ">=1.2.3, <2.0.0"),
            ("~1.2", "1.2.*"),
            ("=1.0.0-rc.1", "= 1.0.0-rc.1"),
            ("*", "*"),
            ("*", ">=0.0.0"),
            ("<2, >=1", ">=1.0.0,<2.0.0"),
            ("x y", "x y"),
        ];
        assert_eq!(same.iter().find(|(one, other)| !equivalent(one, other)), None);
    }

    #[test]
    fn meaning_is_not() {
        let differ = [
            ("^1", "^1.0.1"),
            ("^1", "~1"),
            ("~1", "=1"),
            ("^1", "*"),
            ("*", ">=0.0.1"),
            ("*", "<=1.0.0"),
            ("*", "=0.0.0-0"),
            ("^1.0.0-rc.1", "^1"),
            ("^0.2", "^0.3"),
            ("1", "x"),
        ];
        // `~1` and `=1` both take every 1.x: they are here to be told from the rest.
        let told: Vec<_> = differ.iter().filter(|(one, other)| equivalent(one, other)).collect();
        assert_eq!(told, [&("^1", "~1"), &("~1", "=1")]);
    }
}
