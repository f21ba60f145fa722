use serde::{Deserialize, Serialize};

/// Why something that a document tells has no case, by a name of a closed list. Overlays give it with
/// `x-regspec-not-from-outside`; the first three follow from what they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excuse {
    /// No source says what it is answered with.
    NotStated,
    /// The sources leave it open on purpose.
    LeftOpen,
    /// It is documented and has no effect.
    NoEffect,
    /// The servers that the document is about never do it.
    NeverGiven,
    /// It takes a state of the server that no request brings about.
    ServerState,
    /// It takes what a third party does.
    ThirdParty,
    /// It takes time to pass.
    TimePasses,
    /// Whoever tries it may hurt the target, or takes from others what cannot be given back.
    Harm,
}

impl Excuse {
    /// Every excuse.
    pub const ALL: [Self; 8] = [
        Self::NotStated,
        Self::LeftOpen,
        Self::NoEffect,
        Self::NeverGiven,
        Self::ServerState,
        Self::ThirdParty,
        Self::TimePasses,
        Self::Harm,
    ];

    /// The name, as overlays and reports write it.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// It in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotStated => "no source says what it is answered with",
            Self::LeftOpen => "the sources leave open what it is answered with",
            Self::NoEffect => "documented, and without effect: no value of it is right or wrong",
            Self::NeverGiven => "documented, and never given by the servers that the document is about",
            Self::ServerState => "it takes a state of the server that no request brings about",
            Self::ThirdParty => "it takes what a third party does, such as another site or its members",
            Self::TimePasses => "it takes more time to pass than a run has",
            Self::Harm => "trying it may hurt the target, or take from others what cannot be given back",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_schema_of_our_keys_lists_every_excuse_and_no_other() {
        let schema: Value = serde_json::from_str(super::super::KEYS).unwrap();
        let names: Vec<String> = Excuse::ALL.iter().map(|excuse| excuse.name()).collect();
        assert_eq!(schema["$defs"]["excuse"]["enum"], json!(names));
    }
}
