use super::{Account, Accounts, Id};

/// How a confirmation token looks: that many letters and digits.
const TOKEN: usize = 26;

/// The address of an account.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Email {
    pub(in crate::reference) address: String,
    pub(in crate::reference) verified: bool,
    /// What the mail with the request to confirm says; it stays good after its use.
    pub(in crate::reference) token: String,
}

impl Accounts {
    /// Gives an account another address, to be confirmed by a new token.
    pub(in crate::reference) fn set_email(&mut self, user: Id, address: &str) {
        let token = self.secret(TOKEN);
        if let Some(account) = self.users.get_mut(&user) {
            account.email = Some(Email { address: address.to_owned(), verified: false, token });
        }
    }

    /// Replaces the token by which an address is confirmed; false where there is no address.
    pub(in crate::reference) fn renew_email_token(&mut self, user: Id) -> bool {
        let token = self.secret(TOKEN);
        let email = self.users.get_mut(&user).and_then(|account| account.email.as_mut());
        email.map(|email| email.token = token).is_some()
    }

    /// Marks the address that a token belongs to as confirmed; false where there is none.
    pub(in crate::reference) fn confirm(&mut self, token: &str) -> bool {
        let mut emails = self.users.values_mut().filter_map(|Account { email, .. }| email.as_mut());
        emails.find(|email| email.token == token).map(|email| email.verified = true).is_some()
    }
}
