use std::{sync::Arc, time::Duration};

use super::Kill;
use crate::{
    engine::{Engine, Setup, StartError},
    mutant::wire::{Ends, Wire},
    plan::{Case, Filter},
    spec::Spec,
    target::{Credentials, Options, Remote, Target},
    verdict::{Record, Verdict},
};

const TOKEN: &str = "Wire-Token/of+alice-1105";

/// Runs the cases that meet a broken wire against it, as a run against a URL does. `killed_by` holds those that ended as
/// they should, and the probe where nothing else can; `unexpected` holds false
/// alarms, and tokens that went astray.
pub async fn kill_wire(spec: &Arc<Spec>, cases: &[Case], wire: &'static Wire) -> Kill {
    let mut kill = Kill::of(wire.id, "wire", "derived", wire.breaks);
    let filter = Filter::new(wire.only.iter().map(|part| (*part).to_owned()));
    let (cases, wired) = match (filter.apply(cases.to_vec()), wire.serve(|config| config.token(TOKEN))) {
        (Ok(cases), Ok(wired)) => (cases, wired),
        (Err(error), _) => return fails(kill, error.to_string()),
        (_, Err(error)) => return fails(kill, error.to_string()),
    };
    match Engine::start(Arc::clone(spec), setup(wired.origin()), &cases).await {
        Ok(engine) => {
            for record in engine.run(&cases, &|_| ()).await {
                kill.note(spec, &record);
                if ends(wire.ends, &record) && wire.ends != Ends::Violates {
                    kill.killed_by.push(record.id);
                }
            }
        }
        Err(StartError::Unreachable(why)) => match wire.ends {
            Ends::Unreachable(part) if why.message.contains(part) => kill.killed_by.push("the probe".to_owned()),
            _ => kill.unreachable = Some(why.message),
        },
        Err(error) => kill.unreachable = Some(error.to_string()),
    }
    if wire.ends == Ends::Violates {
        // What comes broken breaks whatever is asked of it.
        kill.unexpected.clear();
    }
    if let (asked, tokens @ 1..) = wired.elsewhere() {
        kill.unexpected.push(format!("{tokens} of {asked} requests carried the token to another origin"));
    }
    kill
}

fn fails(mut kill: Kill, why: String) -> Kill {
    kill.unreachable = Some(why);
    kill
}

fn ends(ends: Ends, record: &Record) -> bool {
    match ends {
        Ends::Violates => record.verdict == Verdict::Violates,
        Ends::Inconclusive(part) => {
            matches!(record.verdict, Verdict::Inconclusive | Verdict::Blocked)
                && record.reason.as_deref().is_some_and(|reason| reason.contains(part))
        }
        Ends::Unreachable(_) => false,
        Ends::Conforms => record.verdict == Verdict::Conforms,
    }
}

/// A run against a URL that waits no longer than it has to.
pub(super) fn setup(origin: &str) -> Setup {
    let remote = Remote { index: Some(format!("{origin}/index")), ..Remote::default() };
    let options = Options {
        write: true,
        timeout: Wire::TIMEOUT,
        settle: Duration::from_millis(500),
        jobs: 2,
        ..Options::remote(true)
    };
    Setup {
        credentials: Credentials { token: Some(TOKEN.to_owned()), ..Credentials::default() },
        ..Setup::new(Target::Remote(remote), options)
    }
}
