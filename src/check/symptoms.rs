//! What is wrong with a reply whatever a case wanted of it: how a finding is known for the echo of another.

use std::collections::BTreeSet;

use super::{Evidence, Fault, Readings, body, index, json, lines, uploads};
use crate::{
    exchange::{Exchange, Shown, Transcript, Uploaded},
    plan::Case,
    spec::Spec,
    suite::BodyForm,
};

/// What the exchange of a finding suffers from: an unexpected status, a body that cannot be read, and of every index file of the case the
/// requirements that its lines break.
///
/// An upload that was refused before it tells as well: what was to be looked at may never have come to be.
pub fn symptoms(spec: &Spec, case: &Case, transcript: &Transcript, fault: &Fault) -> BTreeSet<String> {
    let readings = Readings::of(transcript);
    let at = fault.exchange;
    let evidence = |at| Evidence { spec, case, transcript, at, readings: &readings };
    let mut symptoms: BTreeSet<String> = of_reply(&evidence(at)).into_iter().collect();
    let downloaded = transcript.exchanges[at].verb == "download";
    let whole = transcript.exchanges[at].response().is_some_and(|reply| reply.status == 200);
    if fault.check == "checksum" && downloaded && whole {
        symptoms.insert("download: not the checksum".to_owned());
    }
    let uploads = transcript.exchanges[..at].iter().filter(|exchange| exchange.verb == "publish");
    let refused = uploads.filter_map(|exchange| Some(exchange.response()?.status)).filter(|status| *status >= 300);
    symptoms.extend(refused.map(|status| format!("publish: status {status}")));
    for (index, exchange) in transcript.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.verb == "index") {
        symptoms.extend(ids(lines::index_file(&evidence(index))));
        if wrong_checksum(transcript, exchange) {
            symptoms.insert("line/cksum-value".to_owned());
        }
        if lacks_version(&evidence(index)) {
            symptoms.insert("index: a version is missing".to_owned());
        }
        if matches!(exchange.shown, Some(Shown::Lost { .. })) {
            symptoms.insert("index: a change is missing".to_owned());
        }
    }
    symptoms
}

fn of_reply(seen: &Evidence<'_>) -> Vec<String> {
    let exchange = seen.exchange();
    let verb = &exchange.verb;
    let told = |what: &str| vec![format!("{verb}: {what}")];
    let Ok(reply) = &exchange.reply else { return told("no reply") };
    if reply.status != 200 {
        return told(&format!("status {}", reply.status));
    }
    match verb.as_str() {
        "index" => Vec::new(),
        "download" if reply.headers.has("content-encoding") => told("labelled as encoded"),
        "download" if other_bytes(seen) => told("other bytes"),
        "download" => Vec::new(),
        _ if !is_json(exchange) => told("no JSON object"),
        "config" => ids(json::schema("config", seen)),
        "owners" => ids(json::schema("owners-list", seen)),
        "search" => ids(json::schema("search", seen)),
        _ => Vec::new(),
    }
}

/// A version stands there with another checksum than that of its upload.
fn wrong_checksum(transcript: &Transcript, exchange: &Exchange) -> bool {
    let Some(reply) = exchange.response() else { return false };
    index::entries(&reply.body).iter().filter_map(index::Entry::object).any(|line| {
        let of = |upload: &&Uploaded| {
            line.get("name") == Some(&upload.name.as_str().into())
                && line.get("vers") == Some(&upload.version.as_str().into())
        };
        let mut uploads = transcript.uploads.iter().filter(of).peekable();
        uploads.peek().is_some() && !uploads.any(|upload| line.get("cksum") == Some(&upload.sha256.as_str().into()))
    })
}

/// A version that the case builds on is not listed in the file of its crate.
fn lacks_version(seen: &Evidence<'_>) -> bool {
    let exchange = seen.exchange();
    let Ok(listed) = index::listed(seen) else { return false };
    if !listed.known {
        return false;
    }
    let uploaded = uploads::accepted_before(seen, seen.at).filter(|upload| uploads::is_about(exchange, upload));
    let mut versions = uploaded.map(|upload| upload.version.as_str()).peekable();
    if versions.peek().is_some() {
        return versions.any(|version| listed.line(version).is_none());
    }
    let of_sample = |slot| seen.transcript.bindings.get(slot).is_some_and(|version| listed.line(version).is_none());
    !listed.lines.is_empty() && (of_sample("version") || of_sample("yanked-version"))
}

fn other_bytes(seen: &Evidence<'_>) -> bool {
    body::body(BodyForm::Published, seen).is_ok_and(|faults| !faults.is_empty())
}

fn is_json(exchange: &Exchange) -> bool {
    exchange.response().is_some_and(|reply| reply.body.json().is_ok_and(|value| value.is_object()))
}

fn ids(judged: super::Judged) -> Vec<String> {
    judged.unwrap_or_default().into_iter().filter_map(|fault| Some(fault.requirement?.to_string())).collect()
}
