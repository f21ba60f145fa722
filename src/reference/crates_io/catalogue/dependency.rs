use crate::reference::accounts::Id;

/// What a dependency is for. In the order in which the index and the replies sort them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reference) enum Kind {
    #[default]
    Normal,
    Build,
    Dev,
}

impl Kind {
    /// As replies and index lines spell it.
    pub(in crate::reference) fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Build => "build",
            Self::Dev => "dev",
        }
    }
}

/// A dependency of a version on a crate of this registry.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Dependency {
    pub(in crate::reference) id: Id,
    /// The number of the crate that it is on.
    pub(in crate::reference) krate: Id,
    /// That crate's name, which stays even where the crate goes.
    pub(in crate::reference) name: String,
    /// What the version calls it, if that is another name.
    pub(in crate::reference) rename: Option<String>,
    /// The requirement as it is written after parsing.
    pub(in crate::reference) req: String,
    pub(in crate::reference) optional: bool,
    pub(in crate::reference) default_features: bool,
    pub(in crate::reference) features: Vec<String>,
    pub(in crate::reference) target: Option<String>,
    pub(in crate::reference) kind: Kind,
}
