use std::collections::BTreeSet;

use super::{Accounts, Id, next};

/// A team on GitHub, as far as the registry knows it.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Team {
    pub(in crate::reference) id: Id,
    /// `github:org:team`, in lower case.
    pub(in crate::reference) login: String,
    pub(in crate::reference) name: Option<String>,
    pub(in crate::reference) avatar: Option<String>,
    /// Users who are in it.
    pub(in crate::reference) members: BTreeSet<Id>,
    /// It was added as an owner once; before that only GitHub knows it.
    pub(in crate::reference) listed: bool,
}

impl Team {
    /// The page of its organisation.
    pub(in crate::reference) fn url(&self) -> Option<String> {
        Some(format!("https://github.com/{}", self.login.split(':').nth(1)?))
    }
}

impl Accounts {
    /// Adds a team and gives it a number.
    pub(in crate::reference) fn found(&mut self, team: Team) -> Id {
        let id = next(&self.teams);
        self.teams.insert(id, Team { id, ..team });
        id
    }

    /// The team of exactly that login.
    pub(in crate::reference) fn team(&self, login: &str) -> Option<&Team> {
        self.teams.values().find(|team| team.login == login)
    }
}
