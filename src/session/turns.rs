//! Crates that cases take turns in, where a target shall keep only so many.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Session, names, wait::Expected};
use crate::plan::{Case, Kind};

/// The crates of one kind.
#[derive(Debug, Default)]
struct Shelf {
    /// Those that nobody has now.
    free: Vec<Shared>,
    turns: Option<Arc<Semaphore>>,
}

/// One of them.
#[derive(Debug)]
struct Shared {
    name: String,
    known: Expected,
    /// The case behind which nobody has conformed in it yet.
    doubt: Option<String>,
}

/// All that cases share.
#[derive(Debug, Default)]
pub(super) struct Turns {
    shelves: Mutex<BTreeMap<Kind, Shelf>>,
}

/// The crates of a case whose turn it is.
#[derive(Debug)]
pub struct Held {
    kind: Kind,
    crates: Vec<(&'static str, Shared)>,
    _turn: OwnedSemaphorePermit,
}

impl Session {
    /// Says how many crates of a kind cases may take turns in.
    pub fn share(&mut self, crates: usize) {
        let shelf = || Shelf { free: Vec::new(), turns: Some(Arc::new(Semaphore::new(crates))) };
        self.turns.shelves = Mutex::new([Kind::Plain, Kind::Odd].map(|kind| (kind, shelf())).into());
    }

    /// How many more crates may be made, those aside that the run still needs for its sample.
    pub fn crates_left(&self) -> usize {
        let due = match (&self.profile.sample, self.prepared.get()) {
            (Some(sample), None) if sample.ours => super::sample::own_case("sample").new_crates(),
            _ => 0,
        };
        self.pace.left().saturating_sub(due)
    }

    /// Waits for a case's turn. Gives nothing where it takes none.
    ///
    /// # Errors
    /// No more crates may be made.
    pub(super) async fn take(&self, case: &Case, attempt: usize) -> Result<Option<Held>, String> {
        let Some(turn) = &case.turn else { return Ok(None) };
        let semaphore = {
            let shelves = self.turns.shelves.lock().expect("no holder of this lock panics");
            shelves.get(&turn.kind).and_then(|shelf| shelf.turns.clone())
        };
        let none = || "more crates than --max-new-crates allows would be made".to_owned();
        let wanted = u32::try_from(turn.crates.len()).unwrap_or(u32::MAX);
        let permit = semaphore.ok_or_else(none)?.acquire_many_owned(wanted).await.map_err(|error| error.to_string())?;
        let fresh = names::fresh(case, &self.options, &self.profile.policy, attempt.into());
        let mut held = Held { kind: turn.kind, crates: Vec::new(), _turn: permit };
        for slot in &turn.crates {
            let free = {
                let mut shelves = self.turns.shelves.lock().expect("no holder of this lock panics");
                shelves.get_mut(&turn.kind).and_then(Shelf::pop)
            };
            let shared = match free {
                Some(shared) => shared,
                None if self.pace.may_make(1) => Shared {
                    name: fresh.get(slot).unwrap_or_default().to_owned(),
                    known: Expected::default(),
                    doubt: None,
                },
                None => {
                    self.shelve(held);
                    return Err(none());
                }
            };
            held.crates.push((slot, shared));
        }
        Ok(Some(held))
    }

    /// Hands crates on to the next turn, and says whether the case conformed there, if that could be told. Where it did not, gives
    /// the case that puts that in doubt: one that failed in the same crate, in which nobody has conformed since.
    pub fn give_back(&self, mut held: Held, case: &Case, conforms: Option<bool>) -> Option<String> {
        let doubt = held.crates.iter().find_map(|(_, shared)| shared.doubt.clone());
        for (_, shared) in &mut held.crates {
            match conforms {
                Some(true) => shared.doubt = None,
                Some(false) => shared.doubt = shared.doubt.take().or_else(|| Some(case.id.clone())),
                None => {}
            }
        }
        self.shelve(held);
        doubt.filter(|_| conforms == Some(false))
    }

    fn shelve(&self, held: Held) {
        let mut shelves = self.turns.shelves.lock().expect("no holder of this lock panics");
        if let Some(shelf) = shelves.get_mut(&held.kind) {
            shelf.free.extend(held.crates.into_iter().map(|(_, shared)| shared));
        }
    }
}

impl Shelf {
    /// A free crate, one without doubt if there is any.
    fn pop(&mut self) -> Option<Shared> {
        let at = self.free.iter().position(|shared| shared.doubt.is_none()).or(self.free.len().checked_sub(1))?;
        Some(self.free.swap_remove(at))
    }
}

impl Held {
    /// The crates by their placeholders, with what is known of each.
    pub(super) fn crates(&self) -> impl Iterator<Item = (&'static str, &str, &Expected)> {
        self.crates.iter().map(|(slot, shared)| (*slot, shared.name.as_str(), &shared.known))
    }

    /// Keeps what a case did to its crates.
    pub(super) fn learn(&mut self, mut known: BTreeMap<String, Expected>) {
        for (_, shared) in &mut self.crates {
            if let Some(known) = known.remove(&shared.name) {
                shared.known = known.of_others();
            }
        }
    }
}
