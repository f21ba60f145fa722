use super::{Accounts, Id};
use crate::exchange::Request;

/// The name of the cookie.
pub(in crate::reference) const COOKIE: &str = "cargo_session";

const VALUE: usize = 64;

/// What a session cookie carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::reference) struct Session {
    /// Who is logged in.
    pub(in crate::reference) user: Option<Id>,
    /// The word that the way back from GitHub has to bring along.
    pub(in crate::reference) state: Option<String>,
}

impl Accounts {
    /// The session of the request's cookie. A value that was never issued is as good as none.
    pub(in crate::reference) fn session(&self, request: &Request) -> Option<&Session> {
        let mut pairs = request.headers.all("cookie").flat_map(|line| line.split(';'));
        let value = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        self.sessions.get(value)
    }

    /// Issues a cookie, and gives its value.
    pub(in crate::reference) fn begin(&mut self, session: Session) -> String {
        let value = self.secret(VALUE);
        self.sessions.insert(value.clone(), session);
        value
    }
}
