use super::super::{Config, Rule, reply::Refusal};

const LONGEST: usize = 64;

/// Whether a crate may be called that. Cargo book, Index Format, Name restrictions.
pub(super) fn check(config: &Config, name: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    config.demand(Rule::NameCharset, !name.is_empty() && name.chars().all(legal), || {
        format!("the crate name {name:?} has other characters than letters, digits, `-` and `_`")
    })?;
    let starts_well = !name.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '_');
    config.demand(Rule::NameFirstLetter, starts_well, || {
        format!("the crate name {name:?} does not begin with a letter")
    })?;
    config.demand(Rule::NameLength, name.chars().count() <= LONGEST, || {
        format!("the crate name is longer than {LONGEST} characters")
    })?;
    config.demand(Rule::NameReserved, !is_device(&name.to_ascii_lowercase()), || {
        format!("the crate name {name:?} is reserved")
    })
}

/// Files of these names cannot be written on Windows, so neither can such an index file.
fn is_device(name: &str) -> bool {
    let numbered = |prefix| name.strip_prefix(prefix).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    ["nul", "con", "prn", "aux"].contains(&name) || numbered("com") || numbered("lpt")
}

/// Whether a new name can be told from those that are there: not by case alone, nor by `-` against `_`.
pub(super) fn check_collision<'a>(
    config: &Config,
    name: &str,
    mut others: impl Iterator<Item = &'a String>,
) -> Result<(), Refusal> {
    let lower = name.to_lowercase();
    let fold = |name: &str| name.to_lowercase().replace('-', "_");
    let Some(other) = others.find(|other| fold(other) == fold(name)) else { return Ok(()) };
    let rule = if other.to_lowercase() == lower { Rule::NameCaseCollision } else { Rule::NameDashCollision };
    config.demand(rule, false, || format!("the crate name {name:?} is too close to {other:?}, which exists"))
}

/// Whether a manifest may call a dependency that: cargo's rule for identifiers.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

#[cfg(test)]
mod tests {
    use super::{check, check_collision};
    use crate::reference::{Config, Rule};

    #[test]
    fn names_are_letters_digits_dashes_and_underscores() {
        let config = Config::new("");
        for name in ["a", "new", "a-b_c9", "com", "com10", "nullable", &"a".repeat(64)] {
            assert!(check(&config, name).is_ok(), "{name}");
        }
        for name in ["", "../x", "a/b", "1abc", "-a", "_a", "aé", "a b", "NUL", "com1", "LPT9", &"a".repeat(65)] {
            assert!(check(&config, name).is_err(), "{name}");
        }
    }

    #[test]
    fn each_collision_has_its_own_rule() {
        let others = ["Foo".to_owned(), "a_b".to_owned()];
        let collides = |broken: &[Rule], name| {
            check_collision(&Config::new("").broken(broken.iter().copied()), name, others.iter()).is_err()
        };
        assert!(collides(&[], "foo") && collides(&[], "a-b") && !collides(&[], "fo-o"));
        assert!(!collides(&[Rule::NameCaseCollision], "foo") && collides(&[Rule::NameCaseCollision], "a-b"));
        assert!(!collides(&[Rule::NameDashCollision], "a-b") && collides(&[Rule::NameDashCollision], "foo"));
    }
}
