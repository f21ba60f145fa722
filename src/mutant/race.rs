//! What goes wrong only between two requests. A pause stands where a slow registry would look at its disk.

use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use super::{
    Mutant,
    envelope::published,
    spoil::{Action, By, is, lock, refusal, remembering, soundly, successes},
    upload::Upload,
};
use crate::{
    exchange::Response,
    package::index_path,
    reference::{Route, Rule},
};

const PAUSE: Duration = Duration::from_millis(40);

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "two-winners",
        &["pub/concurrent-same", "pub/concurrent-one-wins", "line/vers-unique"],
        "derived",
        |registry, request| {
            if !is(registry, request, &[Action::Publish]) {
                return registry.handle(request);
            }
            let sound = soundly(registry, request);
            if !sound.is_success() {
                return sound;
            }
            thread::sleep(PAUSE);
            registry.handle(request)
        },
    )
    .partly(Rule::VersionUnique),
    Mutant::stateful("no-winner", &["pub/concurrent-one-wins"], "derived", |registry| {
        remembering::<By<(usize, bool)>>(registry, |registry, request, running| {
            let Some(upload) = Upload::read(registry, request) else { return registry.handle(request) };
            let id = upload.id();
            let mut guard = lock(running);
            let (number, contended) = guard.entry(id.clone()).or_default();
            *number += 1;
            *contended |= *number > 1;
            drop(guard);
            thread::sleep(PAUSE);
            let mut guard = lock(running);
            let (number, contended) = guard.entry(id.clone()).or_default();
            let lost = *contended;
            *number -= 1;
            if *number == 0 {
                guard.remove(&id);
            }
            drop(guard);
            if lost { refusal(409, "somebody else publishes this version") } else { registry.handle(request) }
        })
    }),
    Mutant::stateful("lost-update", &["pub/concurrent-different"], "B4 nora#650", |registry| {
        remembering::<By<usize>>(registry, |registry, request, written| {
            let Some(upload) = Upload::read(registry, request) else { return registry.handle(request) };
            let name = upload.name().to_owned();
            let read = lock(written).get(&name).copied();
            thread::sleep(PAUSE);
            let mut written = lock(written);
            let reply = soundly(registry, request);
            // Somebody wrote what was read here, and is overwritten or overwrites: either way one of the two is gone.
            if reply.is_success() && written.get(&name).copied() != read {
                return published();
            }
            let reply = registry.handle(request);
            if reply.is_success() {
                *written.entry(name).or_default() += 1;
            }
            reply
        })
    }),
    Mutant::stateful("yank-lost-beside-publish", &["yank/index-flag"], "derived", |registry| {
        remembering::<By<usize>>(registry, |registry, request, running| {
            if let Some(upload) = Upload::read(registry, request) {
                return during(running, upload.name(), || registry.handle(request));
            }
            match registry.route(request) {
                Route::Yank { name, .. } if lock(running).contains_key(&name) => soundly(registry, request),
                _ => registry.handle(request),
            }
        })
    }),
    Mutant::stateful("half-a-file-during-publish", &["line/ndjson"], "B4 nora#682", |registry| {
        remembering::<By<usize>>(registry, |registry, request, running| {
            if let Some(upload) = Upload::read(registry, request) {
                return during(running, &index_path(upload.name()), || registry.handle(request));
            }
            successes(registry, request, &[Action::File], |reply| {
                if let Route::IndexFile(path) = registry.route(request)
                    && lock(running).contains_key(&path)
                {
                    reply.body = reply.body[..reply.body.len() / 2].to_vec().into();
                }
            })
        })
    }),
    Mutant::stateful("index-500-during-publish", &["pub/poll-clean"], "derived", |registry| {
        remembering::<By<usize>>(registry, |registry, request, running| {
            if let Some(upload) = Upload::read(registry, request) {
                return during(running, &index_path(upload.name()), || registry.handle(request));
            }
            match registry.route(request) {
                Route::IndexFile(path) if lock(running).contains_key(&path) => {
                    refusal(503, "the index is being written")
                }
                _ => registry.handle(request),
            }
        })
    }),
    Mutant::stateful(
        "line-before-file",
        &["dl/ready-before-index", "dl/status-200", "cfg/dl-default-suffix", "cfg/dl-marker-set"],
        "B4 nora#316",
        |registry| {
            remembering::<By<Instant>>(registry, |registry, request, listed| {
                if let Some(upload) = Upload::read(registry, request) {
                    let reply = registry.handle(request);
                    if reply.is_success() {
                        lock(listed).insert(upload.id(), Instant::now());
                    }
                    return reply;
                }
                match registry.route(request) {
                    Route::Download { name, version } if is_new(&lock(listed), &format!("{name}/{version}")) => {
                        refusal(404, "there is no such file")
                    }
                    _ => registry.handle(request),
                }
            })
        },
    ),
];

/// Long enough for a client that downloads as soon as it sees the line.
fn is_new(listed: &By<Instant>, id: &str) -> bool {
    listed.get(id).is_some_and(|since| since.elapsed() < 3 * PAUSE)
}

/// Publishes slowly, and lets others see that it is under way, from before the first change until after the last.
fn during(running: &Mutex<By<usize>>, key: &str, publish: impl FnOnce() -> Response) -> Response {
    *lock(running).entry(key.to_owned()).or_default() += 1;
    thread::sleep(PAUSE / 2);
    let reply = publish();
    thread::sleep(PAUSE / 2);
    let mut running = lock(running);
    if let Some(number) = running.get_mut(key) {
        *number -= 1;
        if *number == 0 {
            running.remove(key);
        }
    }
    reply
}
