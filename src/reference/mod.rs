//! The reference registry: the model of a registry that conforms, and the default target.
//!
//! It is a function over state, [`Registry::handle`], with a [`Server`] around it. Nothing in it dials, sleeps or reads a clock that
//! was not handed in, so a run against it can be repeated to the byte.
//!
//! It is written a second time on purpose. The checks know how an index path is built, how an upload becomes an index line and what an
//! envelope looks like; so does this module, from the same sources and without a line in common. A mistake that both shared would never
//! show. Of ours it uses [`crate::exchange`] and nothing else.
//!
//! What it upholds beyond the protocol is named: each validation and each behaviour that a mutant may switch off is a [`Rule`]. A
//! registry with [`Config::broken`] lets exactly that pass, and what follows from it follows by itself.
//!
//! One request goes through four steps, each a file: [`Route`] says what it is about, `auth` whether its sender may ask, the file of the
//! action answers, and `reply` gives every refusal the one shape that cargo shows to its user.

mod accounts;
mod auth;
mod caching;
mod clock;
mod config;
mod crates_io;
mod download;
#[cfg(test)]
mod fuzz;
mod index;
mod line;
mod me;
mod owners;
mod publish;
mod registry;
mod reply;
mod route;
mod rule;
mod search;
mod seed;
mod server;
mod state;
mod template;
#[cfg(test)]
mod testing;
mod yank;

pub use clock::Clock;
pub use config::{Config, Policy, User, Validators};
pub use registry::Registry;
pub use route::Route;
pub use rule::Rule;
pub use seed::{Access, AccessCookie, AccessResource, AccessToken, AccessUser};
pub use server::{Bound, Handler, Server, Tls};
pub use state::State;
