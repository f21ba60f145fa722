use super::{Accounts, Id};
use crate::reference::crates_io::Time;

/// How long an invitation can be accepted.
const LIFETIME: Time = 30 * 86_400 * 1_000_000;

/// How an invitation token looks: that many letters and digits.
const TOKEN: usize = 26;

/// That somebody is asked to own a crate.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Invitation {
    pub(in crate::reference) krate: Id,
    pub(in crate::reference) invitee: Id,
    pub(in crate::reference) inviter: Id,
    pub(in crate::reference) created: Time,
    /// What the mail says; who has it can accept without logging in.
    pub(in crate::reference) token: String,
}

impl Invitation {
    /// From when on it cannot be accepted any more.
    pub(in crate::reference) fn expires(&self) -> Time {
        self.created + LIFETIME
    }

    /// It cannot be accepted any more.
    pub(in crate::reference) fn is_expired(&self, now: Time) -> bool {
        self.expires() <= now
    }
}

impl Accounts {
    /// Invites a user; false if an invitation that can still be accepted is there already. One that cannot is replaced.
    pub(in crate::reference) fn invite(&mut self, krate: Id, invitee: Id, inviter: Id, now: Time) -> bool {
        if self.invitations.get(&(krate, invitee)).is_some_and(|there| !there.is_expired(now)) {
            return false;
        }
        let token = self.secret(TOKEN);
        self.invitations.insert((krate, invitee), Invitation { krate, invitee, inviter, created: now, token });
        true
    }
}
