//! What a registry with the policy of crates.io knows before the first request: enough that every reply has content, and that every
//! operation can be called. All of it follows from the seed and the clock of the configuration.

mod access;
mod belongings;
mod crates;
mod people;
mod plant;
mod tokens;

pub use self::access::{Access, AccessCookie, AccessResource, AccessToken, AccessUser};
use super::{Config, State, accounts::Accounts};

/// The state at the start.
pub(super) fn state(config: &Config) -> State {
    let mut state = State::of(Accounts::new(config.seed));
    people::settle(&mut state.accounts);
    crates::publish(config, &mut state);
    tokens::issue(config, &mut state);
    belongings::hand_out(config, &mut state);
    state
}
