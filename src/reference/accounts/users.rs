use super::{Accounts, Email, Id, next};
use crate::reference::crates_io::Time;

/// Somebody with an account.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Account {
    pub(in crate::reference) id: Id,
    pub(in crate::reference) login: String,
    pub(in crate::reference) name: Option<String>,
    pub(in crate::reference) avatar: Option<String>,
    pub(in crate::reference) is_admin: bool,
    pub(in crate::reference) created: Time,
    /// It belongs to an account on GitHub of the same name.
    pub(in crate::reference) github: bool,
    pub(in crate::reference) publish_notifications: bool,
    pub(in crate::reference) email: Option<Email>,
    pub(in crate::reference) lock: Option<Lock>,
}

/// Why an account may do nothing for now.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Lock {
    pub(in crate::reference) reason: String,
    /// For good if there is none.
    pub(in crate::reference) until: Option<Time>,
}

impl Account {
    /// Somebody without e-mail, name and rights, as yet without number.
    pub(in crate::reference) fn new(login: impl Into<String>, created: Time) -> Self {
        Self { login: login.into(), created, publish_notifications: true, ..Self::default() }
    }

    /// The page of the account elsewhere that it was made from.
    pub(in crate::reference) fn url(&self) -> String {
        format!("https://github.com/{}", self.login)
    }

    /// Has an address that is confirmed.
    pub(in crate::reference) fn is_verified(&self) -> bool {
        self.email.as_ref().is_some_and(|email| email.verified)
    }
}

impl Accounts {
    /// Adds an account and gives it a number.
    pub(in crate::reference) fn join(&mut self, account: Account) -> Id {
        let id = next(&self.users);
        self.users.insert(id, Account { id, ..account });
        id
    }

    /// The account of that login; case and `-` against `_` make no difference. Of several the newest.
    pub(in crate::reference) fn user(&self, login: &str) -> Option<&Account> {
        let wanted = fold(login);
        self.users.values().rev().find(|account| fold(&account.login) == wanted)
    }

    /// The account of exactly that login, save for case. Of several the newest.
    pub(in crate::reference) fn user_exactly(&self, login: &str) -> Option<&Account> {
        self.users.values().rev().find(|account| account.login.eq_ignore_ascii_case(login))
    }
}

fn fold(login: &str) -> String {
    login.to_ascii_lowercase().replace('-', "_")
}
