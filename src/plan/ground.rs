use super::aspects::aspects;
use crate::{
    spec::{Level, RequirementId, Spec},
    suite::{CaseDecl, Expect},
};

/// Refuses an expectation that would fail a registry where the sources leave the matter open.
///
/// # Errors
/// The undefined area that it treads on, in words.
pub(super) fn defined(spec: &Spec, decl: &CaseDecl, expect: &Expect, id: &RequirementId) -> Result<(), String> {
    let level = spec.catalogue.get(id.as_str()).map_or(Level::Must, |requirement| requirement.level);
    if level == Level::May {
        return Ok(());
    }
    let verb = match &expect.at {
        None => decl.when.as_ref(),
        Some(mark) => {
            decl.given.iter().chain(&decl.when).chain(&decl.after).find(|step| step.mark.as_ref() == Some(mark))
        }
    };
    for aspect in aspects(&expect.check, verb.map(|step| step.verb.name())) {
        for area in spec.catalogue.undefined() {
            if area.aspects.contains(&aspect) && !area.exceptions.contains(id) {
                return Err(format!(
                    "`{}` for {id} asserts {aspect:?}, which is undefined ground ({}: {})",
                    expect.check.name(),
                    area.id,
                    area.text
                ));
            }
        }
    }
    Ok(())
}
