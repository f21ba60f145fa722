use serde::{Deserialize, Serialize};

use super::Policy;

/// Something that a registry may offer or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Uploading crates.
    Publish,
    /// Yanking and unyanking.
    Yank,
    /// Listing and changing owners.
    Owners,
    /// Searching.
    Search,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Publish, Self::Yank, Self::Owners, Self::Search];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Yank => "yank",
            Self::Owners => "owners",
            Self::Search => "search",
        }
    }
}

impl std::str::FromStr for Action {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|action| action.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|action| action.name()).collect();
            format!("`{text}` is no action; actions are {}", names.join(", "))
        })
    }
}

/// Who may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writers {
    /// Whoever has a token.
    Token,
    /// Anyone.
    Anyone,
}

/// What a target claims of itself: `[target]` in `regspec.toml`. What is not said is probed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Claims {
    /// The actions that it offers.
    pub actions: Option<Vec<Action>>,
    /// Actions that it does not offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Action>,
    /// Who may write.
    pub writers: Option<Writers>,
    /// Only owners may change a crate.
    pub ownership: Option<bool>,
    /// It asks for a token on every request.
    pub private: Option<bool>,
    /// How many bytes an upload may have.
    pub largest_crate: Option<u64>,
    /// What it asks of a package beyond the protocol.
    #[serde(flatten)]
    pub policy: Policy,
}

impl Claims {
    /// What the claims say of an action; nothing if they are silent.
    pub fn offers(&self, action: Action) -> Option<bool> {
        if self.without.contains(&action) {
            return Some(false);
        }
        self.actions.as_ref().map(|actions| actions.contains(&action))
    }
}
