//! Judging again what was recorded: transcripts of cases, without a target.

use std::path::Path;

use crate::{
    engine::{self, Seen},
    exchange::Recorded,
    plan::{Case, TURN},
    session::End,
    spec::{LoadError, Spec},
    verdict::{Record, Verdict},
};

/// Judges every transcript in a folder by the case that it names, and tells what was seen of operations in them all.
///
/// # Errors
/// The folder or a file in it cannot be read, or is no transcript.
pub fn judge_folder(spec: &Spec, cases: &[Case], folder: &Path) -> Result<(Vec<Record>, Seen), LoadError> {
    let name = folder.display().to_string();
    let listing = std::fs::read_dir(folder).map_err(|error| {
        LoadError::new(&name, format!("the folder cannot be read: {error}"))
            .hint("it is the folder given to `regspec run --record`")
    })?;
    let mut paths: Vec<_> = listing.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    if paths.is_empty() {
        return Err(
            LoadError::new(&name, "there is no transcript in it").hint("`regspec run --record DIR` writes them")
        );
    }
    let mut seen = Seen::default();
    let records = paths.iter().map(|path| judge_file(spec, cases, path, &mut seen)).collect::<Result<_, _>>()?;
    Ok((records, seen))
}

fn judge_file(spec: &Spec, cases: &[Case], path: &Path, seen: &mut Seen) -> Result<Record, LoadError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::new(&name, error.to_string()))?;
    let recorded: Recorded = serde_json::from_str(&text).map_err(|error| {
        LoadError::new(format!("{name}:{}:{}", error.line(), error.column()), format!("no transcript: {error}"))
    })?;
    let case = cases.iter().find(|case| case.id == recorded.case && case.contract == recorded.contract);
    let Some(case) = case else {
        return Err(LoadError::new(&name, format!("there is no case `{}`", recorded.case))
            .hint("was it recorded by another version, or with a --suite that is not given now?"));
    };
    seen.add(spec, case, &recorded.transcript);
    if recorded.transcript.when().is_none() {
        return Ok(Record::unjudged(case, Verdict::Inconclusive, "the transcript ends before what is judged"));
    }
    let turn = recorded.transcript.bindings.get(TURN).and_then(|turn| turn.parse().ok());
    let moved = turn.and_then(|turn| case.in_turn(turn));
    Ok(engine::record(spec, moved.as_ref().unwrap_or(case), &recorded.transcript, End::Done))
}
