use std::sync::Arc;

use super::{Kill, TIMEOUT, matter, setup as embedded, wire};
use crate::{
    engine::{Embedded, Engine, LARGEST, Setup},
    mutant::Mutant,
    plan::Case,
    spec::Spec,
    target::{Claims, Options},
};

/// Runs the cases that can matter against a mutant that is served at a base URL, as a run against any registry does: it is asked what it
/// is, and its tokens and the size of its uploads, which are those of an embedded registry, were typed in.
pub async fn kill_at(spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant, base: &str) -> Kill {
    let cases = matter(cases, mutant, false);
    let mut kill = Kill::of(mutant.id, "by hand", mutant.from, mutant.breaks);
    let waits = embedded().options;
    let remote = wire::setup(base);
    let setup = Setup {
        claims: Claims { largest_crate: Some(LARGEST), ..remote.claims },
        credentials: Embedded::reference(0).credentials(),
        options: Options {
            hostile: true,
            settle: waits.settle,
            timeout: TIMEOUT,
            jobs: waits.jobs,
            max_denied: usize::MAX,
            ..remote.options
        },
        ..remote
    };
    match Engine::start(Arc::clone(spec), setup, &cases).await {
        Ok(engine) => {
            for record in engine.run(&cases, &|_| ()).await {
                kill.note(spec, &record);
            }
        }
        Err(error) => kill.unreachable = Some(error.to_string()),
    }
    kill
}
