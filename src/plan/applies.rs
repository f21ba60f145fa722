use super::Case;
use crate::{
    spec::{Spec, State},
    suite::Variant,
    target::{Options, Profile},
};

/// Why a case does not apply to a target; nothing if it does.
///
/// On the embedded target `variants` is set: a registry of the kind that the case is about is started for it.
pub fn applies(spec: &Spec, case: &Case, profile: &Profile, options: &Options, variants: bool) -> Option<String> {
    if let Some(requirement) = spec.catalogue.get(case.requirements[0].as_str())
        && requirement.state != State::Testable
    {
        return Some(requirement.reason.clone().unwrap_or_else(|| "not tried here".to_owned()));
    }
    if case.decl.hostile && !options.hostile {
        return Some("needs --hostile".to_owned());
    }
    if !variants
        && case.variant() != Variant::Any
        && let Some(why) = profile.is_not(case.variant())
    {
        return Some(why);
    }
    case.needs.iter().find_map(|need| profile.lacks(*need))
}
