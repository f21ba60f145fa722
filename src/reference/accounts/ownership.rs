use super::{Account, Accounts, Id, Team};

/// Who owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::reference) enum Owner {
    /// A user, with every right.
    User(Id),
    /// A team, whose members may publish and yank.
    Team(Id),
}

/// That somebody owns a crate.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Ownership {
    pub(in crate::reference) krate: Id,
    pub(in crate::reference) owner: Owner,
    /// A flag of users that nothing follows from any more.
    pub(in crate::reference) email_notifications: bool,
}

/// What a user may do with a crate, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reference) enum Rights {
    /// What everybody may.
    None,
    /// Publish, yank and have the documentation built: a member of a team that owns.
    Publish,
    /// Everything: an owner.
    Full,
}

impl Accounts {
    /// Makes somebody an owner; a second time changes nothing.
    pub(in crate::reference) fn own(&mut self, krate: Id, owner: Owner) {
        if !self.owns(krate, owner) {
            self.ownerships.push(Ownership { krate, owner, email_notifications: true });
        }
    }

    /// Takes an ownership away.
    pub(in crate::reference) fn disown(&mut self, krate: Id, owner: Owner) {
        self.ownerships.retain(|ownership| (ownership.krate, ownership.owner) != (krate, owner));
    }

    /// Forgets all that accounts have to do with a crate that is deleted.
    pub(in crate::reference) fn forget_crate(&mut self, krate: Id) {
        self.ownerships.retain(|ownership| ownership.krate != krate);
        self.invitations.retain(|(invited_to, _), _| *invited_to != krate);
        self.configs.retain(|_, config| config.krate != krate);
        self.follows.retain(|(_, followed)| *followed != krate);
    }

    /// Whether exactly that owner owns the crate.
    pub(in crate::reference) fn owns(&self, krate: Id, owner: Owner) -> bool {
        self.ownerships.iter().any(|ownership| (ownership.krate, ownership.owner) == (krate, owner))
    }

    /// What a user may do with a crate.
    pub(in crate::reference) fn rights(&self, user: Id, krate: Id) -> Rights {
        if self.owns(krate, Owner::User(user)) {
            Rights::Full
        } else if self.owner_teams(krate).any(|team| team.members.contains(&user)) {
            Rights::Publish
        } else {
            Rights::None
        }
    }

    /// Users who own the crate, by rising number.
    pub(in crate::reference) fn owner_users(&self, krate: Id) -> impl Iterator<Item = &Account> {
        self.users.values().filter(move |user| self.owns(krate, Owner::User(user.id)))
    }

    /// Teams that own the crate, by rising number.
    pub(in crate::reference) fn owner_teams(&self, krate: Id) -> impl Iterator<Item = &Team> {
        self.teams.values().filter(move |team| self.owns(krate, Owner::Team(team.id)))
    }

    /// The crates of an owner.
    pub(in crate::reference) fn owned(&self, owner: Owner) -> impl Iterator<Item = &Ownership> {
        self.ownerships.iter().filter(move |ownership| ownership.owner == owner)
    }
}
