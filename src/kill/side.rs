use std::{io, panic::resume_unwind, sync::Mutex, thread};

use tokio::runtime::{Builder, Runtime};

/// What a thread that runs mutants has on its stack: a debug build of the engine is deep.
const STACK: usize = 16 << 20;

/// Does the work for all items, so many at once, each thread with a runtime of its own: registries wait for requests most of the time.
/// What comes of them is in the order of the items.
///
/// # Errors
/// No runtime or no thread can be started.
///
/// # Panics
/// The work does.
pub fn side_by_side<T: Send, R: Send>(
    at_once: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(&Runtime, T) -> R + Sync,
) -> io::Result<Vec<R>> {
    let items: Vec<T> = items.into_iter().collect();
    let waiting = Mutex::new(items.into_iter().enumerate());
    let take = || -> io::Result<Vec<(usize, R)>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut done = Vec::new();
        loop {
            let next = waiting.lock().expect("no holder of this lock panics").next();
            let Some((place, item)) = next else { return Ok(done) };
            done.push((place, work(&runtime, item)));
        }
    };
    let done: io::Result<Vec<_>> = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, take);
        let threads = (0..at_once).map(start).collect::<io::Result<Vec<_>>>()?;
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut done: Vec<_> = done?.into_iter().flatten().collect();
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let slow_first = |_: &Runtime, item: u64| {
            thread::sleep(std::time::Duration::from_millis(20 - item));
            item
        };
        assert_eq!(side_by_side(4, 0..20, slow_first).unwrap(), (0..20).collect::<Vec<_>>());
        assert!(side_by_side(2, [], slow_first).unwrap().is_empty());
    }
}
