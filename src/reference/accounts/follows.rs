use super::{Accounts, Id};

impl Accounts {
    /// From now on the user is told of new versions of the crate.
    pub(in crate::reference) fn follow(&mut self, user: Id, krate: Id) {
        self.follows.insert((user, krate));
    }

    /// No more.
    pub(in crate::reference) fn unfollow(&mut self, user: Id, krate: Id) {
        self.follows.remove(&(user, krate));
    }

    /// Whether the user follows the crate.
    pub(in crate::reference) fn follows(&self, user: Id, krate: Id) -> bool {
        self.follows.contains(&(user, krate))
    }

    /// The crates that a user follows.
    pub(in crate::reference) fn followed(&self, user: Id) -> impl Iterator<Item = Id> {
        self.follows.range((user, Id::MIN)..=(user, Id::MAX)).map(|(_, krate)| *krate)
    }
}
