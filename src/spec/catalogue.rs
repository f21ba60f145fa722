use std::collections::BTreeMap;

use super::{
    Contradiction, Foundation, LoadError, Requirement, RequirementId, State, Undefined,
    foundation::{FoundationFile, matches},
    nearest,
    requirement::{ContradictionFile, RequirementFile, UndefinedFile},
};

/// The requirements of a contract and the ground that its sources leave open.
#[derive(Debug, Default)]
pub struct Catalogue {
    requirements: BTreeMap<RequirementId, Entry>,
    undefined: Vec<Undefined>,
    contradictions: Vec<Contradiction>,
    /// What other requirements stand on, the most basic first.
    pub foundations: Vec<Foundation>,
}

#[derive(Debug)]
struct Entry {
    requirement: Requirement,
    file: String,
}

impl Catalogue {
    /// Adds a file of requirements.
    ///
    /// # Errors
    /// The file is not as it should be, or an id stands twice.
    pub fn add_requirements(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let parsed: RequirementFile = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        for spanned in parsed.requirement {
            let span = spanned.span();
            let requirement = spanned.into_inner();
            let wrong = |message: String| Err(LoadError::new(file, message).at(text, span.start..span.start));
            let id = &requirement.id;
            if !well_formed(id.as_str()) {
                return wrong(format!("`{id}` is no requirement id: it has the form area/slug, in lower case"));
            }
            if let Some(first) = self.requirements.get(id) {
                return wrong(format!("requirement {id} stands in {} already", first.file));
            }
            match requirement.state {
                State::Deferred | State::Untestable if requirement.reason.is_none() => {
                    return wrong(format!("requirement {id} is not tried here and lacks a `reason`"));
                }
                State::OtherContract if requirement.contract.is_none() => {
                    return wrong(format!("requirement {id} belongs to another contract and lacks `contract`"));
                }
                _ => {}
            }
            let file = file.to_owned();
            self.requirements.insert(id.clone(), Entry { requirement, file });
        }
        Ok(())
    }

    /// Adds requirements that a document makes rather than a file of them. One that is there already stays.
    pub fn add_made(&mut self, file: &str, requirements: impl IntoIterator<Item = Requirement>) {
        for requirement in requirements {
            let entry = Entry { file: file.to_owned(), requirement };
            self.requirements.entry(entry.requirement.id.clone()).or_insert(entry);
        }
    }

    /// Adds the undefined areas.
    ///
    /// # Errors
    /// The file is not as it should be.
    pub fn add_undefined(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let parsed: UndefinedFile = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        self.undefined.extend(parsed.area);
        Ok(())
    }

    /// Adds the contradictions.
    ///
    /// # Errors
    /// The file is not as it should be.
    pub fn add_contradictions(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let parsed: ContradictionFile = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        self.contradictions.extend(parsed.contradiction);
        Ok(())
    }

    /// Adds what other requirements stand on.
    ///
    /// # Errors
    /// The file is not as it should be.
    pub fn add_foundations(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let parsed: FoundationFile = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        self.foundations.extend(parsed.foundation);
        Ok(())
    }

    /// Checks what can only be checked once all files are there: that names lead somewhere.
    ///
    /// # Errors
    /// A `may-refuse`, an exception or a contradiction names what does not exist.
    pub fn check(&self) -> Result<(), LoadError> {
        for Entry { requirement, file } in self.requirements.values() {
            if let Some(area) = &requirement.may_refuse
                && !self.undefined.iter().any(|known| known.id == *area)
            {
                return Err(LoadError::new(
                    file,
                    format!("{} may refuse in `{area}`, which no undefined area is", requirement.id),
                ));
            }
        }
        let named = self.undefined.iter().flat_map(|area| area.exceptions.iter().map(|id| (&area.id, id)));
        for (place, id) in
            named.chain(self.contradictions.iter().flat_map(|c| c.requirements.iter().map(|id| (&c.id, id))))
        {
            if self.get(id.as_str()).is_none() {
                return Err(self.unknown(id.as_str(), place));
            }
        }
        self.check_foundations()
    }

    fn check_foundations(&self) -> Result<(), LoadError> {
        let file = "foundations.toml";
        for foundation in &self.foundations {
            if self.get(foundation.id.as_str()).is_none() {
                return Err(self.unknown(foundation.id.as_str(), file));
            }
            for pattern in foundation.under.iter().chain(&foundation.but) {
                if !self.requirements.keys().any(|id| matches(pattern, id.as_str())) {
                    return Err(self.unknown(pattern, file));
                }
            }
        }
        Ok(())
    }

    /// The error for an id that is not in the catalogue.
    pub fn unknown(&self, id: &str, file: &str) -> LoadError {
        let error = LoadError::new(file, format!("there is no requirement `{id}`"));
        match nearest(id, self.requirements.keys().map(RequirementId::as_str)) {
            Some(known) => error.hint(format!("did you mean `{known}`?")),
            None => error,
        }
    }

    /// The requirement of that id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(id).map(|entry| &entry.requirement)
    }

    /// All requirements, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.values().map(|entry| &entry.requirement)
    }

    /// How many requirements there are.
    pub fn len(&self) -> usize {
        self.requirements.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The area, the word before the slash, that the file of a requirement names: `yank` for `unyank/route`.
    pub fn area(&self, id: &str) -> Option<&str> {
        let file = self.requirements.get(id)?.file.as_str();
        file.rsplit('/').next()?.strip_suffix(".toml")
    }

    /// The undefined areas.
    pub fn undefined(&self) -> &[Undefined] {
        &self.undefined
    }

    /// The contradictions.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }
}

fn well_formed(id: &str) -> bool {
    let slug = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    id.split_once('/').is_some_and(|(area, rest)| slug(area) && slug(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_once() {
        let text = "[[requirement]]\nid = \"a/b\"\nlevel = \"MUST\"\ntext = \"t\"\nsource = \"s\"\n";
        let mut catalogue = Catalogue::default();
        catalogue.add_requirements("one.toml", text).unwrap();
        let error = catalogue.add_requirements("two.toml", text).unwrap_err();
        assert!(error.to_string().contains("stands in one.toml already"), "{error}");
    }

    #[test]
    fn what_is_not_tried_says_why() {
        let text =
            "[[requirement]]\nid = \"a/b\"\nlevel = \"MUST\"\ntext = \"t\"\nsource = \"s\"\nstate = \"untestable\"\n";
        let error = Catalogue::default().add_requirements("one.toml", text).unwrap_err();
        assert!(error.to_string().contains("lacks a `reason`"), "{error}");
    }
}
