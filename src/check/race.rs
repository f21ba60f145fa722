//! `race`: what several requests at once left behind.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Evidence, Faults, Judged, Unjudged, index, show};
use crate::{
    exchange::{Exchange, Uploaded, accepts},
    suite::RaceRule,
};

/// Looks at every exchange that has the mark of the one at hand.
pub(super) fn race(rule: RaceRule, seen: &Evidence<'_>) -> Judged {
    let mark = seen.exchange().mark.as_deref();
    let mark = mark.ok_or_else(|| Unjudged("the requests of a race share a mark, and this one has none".to_owned()))?;
    let marked: Vec<(usize, &Exchange)> =
        seen.transcript.all_marked(mark).map(|at| (at, &seen.transcript.exchanges[at])).collect();
    match rule {
        RaceRule::AtMostOneWins => Ok(winners(seen, &marked, |won| won <= 1, "at most one upload")),
        RaceRule::OneWins => Ok(winners(seen, &marked, |won| won == 1, "one upload")),
        RaceRule::EveryWinnerListed => every_winner_listed(seen, &marked),
        RaceRule::WholeReads => Ok(whole_reads(seen, &marked)),
        RaceRule::OneConnection => Ok(one_connection(seen, &marked)),
    }
}

fn uploads<'a>(seen: &Evidence<'a>, marked: &[(usize, &Exchange)]) -> Vec<(&'a Uploaded, bool)> {
    let made_by = |at: usize| seen.transcript.uploads.iter().find(|upload| upload.exchange == at);
    let uploads =
        marked.iter().filter_map(|(at, exchange)| Some((made_by(*at)?, exchange.response().is_some_and(accepts))));
    uploads.collect()
}

fn winners(
    seen: &Evidence<'_>,
    marked: &[(usize, &Exchange)],
    holds: impl Fn(usize) -> bool,
    expected: &str,
) -> Faults {
    let mut won: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (upload, accepted) in uploads(seen, marked) {
        *won.entry((&upload.name, &upload.version)).or_default() += usize::from(accepted);
    }
    let replies: Vec<_> = marked.iter().map(|(_, exchange)| show::outcome(exchange)).collect();
    let wrong = won.into_iter().filter(|(_, won)| !holds(*won));
    wrong
        .map(|((_, version), won)| {
            seen.fault(format!("{expected} of {version} accepted"), format!("{won} accepted: {}", show::list(&replies)))
        })
        .collect()
}

/// The last look at the index counts.
fn every_winner_listed(seen: &Evidence<'_>, marked: &[(usize, &Exchange)]) -> Judged {
    let at = seen.transcript.exchanges.iter().rposition(|exchange| exchange.verb == "index");
    let at = at.ok_or_else(|| Unjudged("nobody looked at the index after the race".to_owned()))?;
    let look = Evidence { at, ..*seen };
    let listed = index::listed(&look)?;
    let accepted: Vec<_> =
        uploads(seen, marked).into_iter().filter(|(_, won)| *won).map(|(upload, _)| upload).collect();
    let mut faults = Faults::new();
    for upload in &accepted {
        let lines: Vec<_> = listed.lines.iter().filter(|(version, _)| *version == upload.version).collect();
        let expected = format!("one line of {} with the cksum {}", upload.version, upload.sha256);
        match lines.as_slice() {
            [(_, line)] => {
                let cksum = line.get("cksum");
                let own = |upload: &&Uploaded| cksum.and_then(Value::as_str) == Some(&upload.sha256);
                // Which of two winners is kept is told by the rule that there is but one.
                let any = accepted.iter().filter(|other| other.version == upload.version).any(own);
                if !any {
                    faults.push(look.fault(expected, format!("cksum {}", show::member(cksum))));
                }
            }
            [] => faults.push(look.fault(expected, listed.told())),
            more => faults.push(look.fault(expected, format!("{} lines", more.len()))),
        }
    }
    faults.dedup();
    Ok(faults)
}

/// No read sees half a file: each line is an object, and the last one is ended as all are.
fn whole_reads(seen: &Evidence<'_>, marked: &[(usize, &Exchange)]) -> Faults {
    let torn = marked.iter().filter_map(|(at, _)| {
        let look = Evidence { at: *at, ..*seen };
        let reply = look.reply().ok()?;
        // Before the first version there is no file, between two there may be nothing new, and a redirect is none.
        if matches!(reply.status, 300..=399 | 404 | 410 | 451) {
            return None;
        }
        let expected = "an index file of whole lines";
        if reply.status != 200 {
            return Some(look.fault(expected, show::reply(reply)));
        }
        let half = |entry: &index::Entry| Some((entry.number, show::clip(&entry.line.as_ref().err()?.text)));
        let (number, text) = look.entries().ok()?.iter().find_map(half)?;
        Some(look.fault(expected, format!("line {number} is `{text}`")))
    });
    torn.collect()
}

/// All but the last reply leave the connection open, and none is missing.
fn one_connection(seen: &Evidence<'_>, marked: &[(usize, &Exchange)]) -> Faults {
    let closes = |exchange: &Exchange| match exchange.response() {
        Some(reply) => reply.headers.all("connection").any(|value| value.to_ascii_lowercase().contains("close")),
        None => true,
    };
    let last = marked.len().saturating_sub(1);
    let broken = marked.iter().enumerate().find(
        |(nth, (_, exchange))| {
            if *nth < last { closes(exchange) } else { exchange.reply.is_err() }
        },
    );
    let fault = broken.map(|(_, (at, exchange))| {
        let told = match &exchange.reply {
            Ok(_) => "connection: close".to_owned(),
            Err(_) => show::outcome(exchange),
        };
        seen.fault(format!("{} requests over one connection", marked.len()), told).at(*at)
    });
    fault.into_iter().collect()
}

#[cfg(test)]
#[path = "race_tests.rs"]
mod tests;
