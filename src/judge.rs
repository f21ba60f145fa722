//! Judging again what was recorded, without a target: transcripts of cases, and traffic that no case made.

use std::path::{Path, PathBuf};

use crate::{
    engine::{self, Seen, traffic},
    exchange::{Recorded, har},
    plan::{Case, TURN},
    session::End,
    spec::{LoadError, Spec},
    verdict::{Record, Verdict},
};

/// Judges what was recorded: an HTTP archive (`.har`), or a folder with archives and transcripts. A transcript is judged
/// by the case that it names, an entry of an archive by what the contract says of any reply. Told beside it is what
/// transcripts show of operations.
///
/// # Errors
/// The path or a file in it cannot be read, or is neither transcript nor archive.
pub fn judge(spec: &mut Spec, cases: &[Case], path: &Path) -> Result<(Vec<Record>, Seen), LoadError> {
    let paths = recorded(path)?;
    let is_archive = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "har");
    let (archives, transcripts): (Vec<_>, Vec<_>) = paths.into_iter().partition(is_archive);
    let mut records = Vec::new();
    if !archives.is_empty() {
        let bare = bare(spec, path)?;
        let file = spec.documents.first().map_or_else(String::new, |document| document.file.clone());
        spec.catalogue.add_made(&file, traffic::requirements(spec));
        for path in &archives {
            records.extend(judge_archive(spec, &bare, path)?);
        }
    }
    let mut seen = Seen::default();
    for path in &transcripts {
        records.push(judge_file(spec, cases, path, &mut seen)?);
    }
    Ok((records, seen))
}

/// The contract without its overlays. Somebody's own document has none.
fn bare(spec: &Spec, path: &Path) -> Result<Spec, LoadError> {
    if spec.contract == "cargo" {
        return Err(LoadError::new(path.display().to_string(), "the cargo contract judges its own cases alone")
            .hint("traffic is judged by a contract that a document makes: --contract crates-io, or an OpenAPI file"));
    }
    if Spec::names().any(|name| name == spec.contract) {
        return Spec::without_overlays(&spec.contract);
    }
    let operations = spec.documents.iter().map(|document| document.operations()).collect::<Result<Vec<_>, _>>()?;
    let operations = operations.into_iter().flatten().collect();
    Ok(Spec { contract: spec.contract.clone(), operations, ..Spec::default() })
}

/// The file itself, or the archives and transcripts of a folder by name.
fn recorded(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let name = path.display().to_string();
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let listing = std::fs::read_dir(path).map_err(|error| {
        LoadError::new(&name, format!("the folder cannot be read: {error}"))
            .hint("it is the folder given to `regspec run --record`, or an HTTP archive")
    })?;
    let mut paths: Vec<_> = listing.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "har"));
    paths.sort();
    if paths.is_empty() {
        return Err(
            LoadError::new(&name, "there is no transcript in it").hint("`regspec run --record DIR` writes them")
        );
    }
    Ok(paths)
}

fn judge_archive(spec: &Spec, bare: &Spec, path: &Path) -> Result<Vec<Record>, LoadError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::new(&name, error.to_string()))?;
    let entries = har::entries(&text).map_err(|error| {
        LoadError::new(format!("{name}:{}:{}", error.line(), error.column()), format!("no HTTP archive: {error}"))
    })?;
    let judged = entries.iter().enumerate();
    Ok(judged.map(|(at, entry)| traffic::traffic(spec, bare, entry, &name, at + 1)).collect())
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
