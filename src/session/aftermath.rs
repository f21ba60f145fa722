//! What is done after a refusal, to see that nothing changed.

use std::collections::BTreeMap;

use super::{
    End,
    perform::{Run, index_step, sound},
};
use crate::{
    exchange::Role,
    package::index_path,
    spec::Need,
    suite::{Step, Verb},
};

impl Run<'_> {
    /// After a refusal: looks that show whether anything changed all the same.
    pub(super) async fn aftermath(&mut self, step: &Step, at: usize) -> Result<(), End> {
        if let Verb::AddOwners(_) | Verb::RemoveOwners(_) = &step.verb {
            if step.of.is_some() && !self.crates.contains_key(&self.builder().crate_of(step)?) {
                // A crate that nobody published has no list of owners.
                return Ok(());
            }
            let list = Step {
                credential: None,
                mark: None,
                headers: BTreeMap::new(),
                ..Step::of(Verb::Owners, step.of.clone())
            };
            self.step(&list, Role::Aftermath).await?;
            return Ok(());
        }
        if !step.verb.mutates() {
            return Ok(());
        }
        let upload = self.transcript.uploads.iter().find(|upload| upload.exchange == at).cloned();
        let name = match &upload {
            Some(upload) => upload.name.clone(),
            None => self.builder().crate_of(step)?,
        };
        let known = self.crates.keys().find(|known| index_path(known) == index_path(&name)).cloned();
        let fresh = ["crate", "other", "dep"].iter().any(|slot| self.bindings.get(slot) == Some(name.as_str()));
        let (name, version) = match (known, upload) {
            (Some(known), Some(upload)) if known == upload.name && !self.clashes(&known, &upload.version) => {
                (known, upload.version)
            }
            (Some(known), _) => (known, "99.0.0".to_owned()),
            (None, Some(upload)) if fresh => (name, upload.version),
            _ => return Ok(()),
        };
        // A registry may refuse the very version, which is drawn by chance, for what it is.
        let drawn = self.case.decl.draw.is_some()
            && matches!(&step.verb, Verb::Publish(publish) if publish.version.placeholders().any(|name| name == "each"));
        let version = if drawn { "99.0.0".to_owned() } else { version };
        let version = if semver::Version::parse(&version).is_ok() { version } else { "99.0.0".to_owned() };
        self.step(&sound(&name, &version, None), Role::Aftermath).await?;
        if self.session.profile.lacks(Need::Index).is_none() {
            self.step(&index_step(&name), Role::Aftermath).await?;
        }
        Ok(())
    }

    /// A version was published before, build metadata aside.
    fn clashes(&self, name: &str, version: &str) -> bool {
        let plain = |version: &str| version.split('+').next().unwrap_or_default().to_owned();
        self.crates.get(name).is_some_and(|known| known.versions.keys().any(|known| plain(known) == plain(version)))
    }
}
