//! Judgement: pure looks at what a case sent and received. One family of checks a file.

mod aftermath;
mod agree;
mod body;
mod caching;
mod challenge;
mod checksum;
mod config;
mod documented;
mod encoding;
mod evidence;
mod header;
mod index;
mod items;
mod json;
mod judge;
mod lines;
mod logins;
mod outcome;
mod pages;
mod race;
mod readings;
mod redirect;
mod results;
mod same;
mod secrets;
mod show;
mod shown;
mod status;
mod symptoms;
mod tarball;
mod traffic;
mod uploaded;
mod uploads;
mod versions;

#[cfg(test)]
mod testing;

pub use evidence::{Evidence, Fault, Faults, Unjudged};
pub use judge::{Judgement, judge_case};
pub use readings::Readings;
pub use symptoms::symptoms;
pub use traffic::{ERROR, FAILURE, SECRET, differences, judge_traffic};

use crate::suite::Check;

/// What a check finds in the evidence: nothing, faults, or that it could not look.
pub type Judged = Result<Faults, Unjudged>;

/// Judges one check.
///
/// # Errors
/// The evidence lacks what the check looks at.
pub fn judge(check: &Check, seen: &Evidence<'_>) -> Judged {
    let mut faults = look(check, seen)?;
    // What stands within an `outcome` has its own name already.
    for fault in faults.iter_mut().filter(|fault| fault.check.is_empty()) {
        fault.check = check.name();
    }
    Ok(faults)
}

fn look(check: &Check, seen: &Evidence<'_>) -> Judged {
    match check {
        Check::Status(wanted) => status::status(wanted, seen),
        Check::NotStatus(unwanted) => status::not_status(unwanted, seen),
        Check::Answered(_) => status::answered(seen),
        Check::Refused(_) => outcome::refused(seen),
        Check::Accepted(_) => outcome::accepted(seen),
        Check::Outcome(both) => outcome::outcome(both, seen),
        Check::Json(place) => json::place(place, seen),
        Check::Schema(name) => json::schema(name, seen),
        Check::Header(field) => header::header(field, seen),
        Check::Body(form) => body::body(*form, seen),
        Check::Same(same) => same::same(same, seen),
        Check::IndexFile(_) => lines::index_file(seen),
        Check::Versions(versions) => versions::versions(versions, seen),
        Check::Line(members) => versions::line(members, seen),
        Check::AsUploaded(facts) => uploaded::as_uploaded(facts, seen),
        Check::Checksum(checksum) => checksum::checksum(checksum, seen),
        Check::Tarball(_) => tarball::tarball(seen),
        Check::Logins(logins) => logins::logins(logins, seen),
        Check::Results(results) => results::results(results, seen),
        Check::Config(rule) => config::config(*rule, seen),
        Check::Redirect(rule) => redirect::redirect(*rule, seen),
        Check::Challenge(rule) => challenge::challenge(*rule, seen),
        Check::Caching(rule) => caching::caching(*rule, seen),
        Check::Secrets(_) => secrets::secrets(seen),
        Check::Race(rule) => race::race(*rule, seen),
        Check::Reply(rule) => documented::reply(*rule, seen),
        Check::ErrorReply(wanted) => documented::error_reply(wanted, seen),
        Check::Pages(kind) => pages::pages(*kind, seen),
        Check::Ordered(wanted) => pages::ordered(wanted, seen),
        Check::Items(wanted) => items::items(wanted, seen),
        Check::Agree(wanted) => agree::agree(wanted, seen),
        Check::ShownWithin(seconds) => shown::shown_within(*seconds, seen),
    }
}
