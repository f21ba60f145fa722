//! Which undefined subjects a check asserts something about.

use crate::{
    spec::Aspect,
    suite::{CachingRule, Check, ConfigRule, Expect, RedirectRule, SameWhat, Status},
};

/// Members of an index line that may be left out or null as well (Cargo book, JSON schema of the index).
const OPTIONAL: [&str; 7] = ["yanked", "links", "v", "features2", "rust_version", "pubtime", "features"];

/// The subjects that a check asserts, given the verb of the step that it looks at.
///
/// The loader holds them against the undefined areas: a MUST may not assert what no source decides. That something is
/// accepted or refused asserts nothing here; whether it may be refused is said by the requirement.
pub(super) fn aspects(check: &Check, verb: Option<&str>) -> Vec<Aspect> {
    match check {
        Check::Status(statuses) | Check::NotStatus(statuses) => status(statuses, verb),
        Check::Outcome(both) => nested(&both.accepted, verb).chain(nested(&both.refused, verb)).collect(),
        Check::Header(field) => header(&field.name, field.present, verb),
        Check::Json(place) if place.pointer == "/msg" && place.equals.is_some() => vec![Aspect::OwnerMessage],
        Check::Same(same) if same.what == SameWhat::Body && verb == Some("index") => {
            vec![Aspect::KeyOrder, Aspect::LineOrder]
        }
        Check::Line(line) if line.present.iter().any(|name| OPTIONAL.contains(&name.as_str())) => {
            vec![Aspect::OptionalKeyPresence]
        }
        // The main account's own login stands there from the first publish on; any other got there by an addition.
        Check::Logins(logins) if logins.includes.iter().any(|login| login.raw() != "{login}") => {
            vec![Aspect::OwnerAddImmediate]
        }
        Check::Results(results) => {
            let matches = (!results.includes.is_empty() && results.found_in.is_none())
                || results.none.is_some()
                || results.max_version_in.is_some();
            if matches { vec![Aspect::SearchMatching] } else { Vec::new() }
        }
        Check::Config(ConfigRule::ModestCaching) | Check::Caching(CachingRule::NotShared) => vec![Aspect::CacheControl],
        Check::Caching(CachingRule::Validator) => vec![Aspect::ValidatorOffered],
        Check::Redirect(RedirectRule::None) if verb == Some("download") => vec![Aspect::DownloadRedirect],
        Check::ShownWithin(_) => vec![Aspect::IndexDelay],
        _ => Vec::new(),
    }
}

fn nested<'e>(expects: &'e [Expect], verb: Option<&'e str>) -> impl Iterator<Item = Aspect> + 'e {
    // A check at another mark looks at another step, whose verb is not known here.
    expects.iter().flat_map(move |expect| aspects(&expect.check, verb.filter(|_| expect.at.is_none())))
}

/// One number among those above 400 is a choice that no source makes; the class is not. The index has its own rules.
fn status(statuses: &[Status], verb: Option<&str>) -> Vec<Aspect> {
    let narrows =
        statuses.iter().any(|status| matches!(status, Status::Is(400..500))) && !statuses.contains(&Status::Class(4));
    match verb {
        Some("publish" | "yank" | "unyank" | "owners" | "add-owners" | "remove-owners" | "search") if narrows => {
            vec![Aspect::ErrorStatus]
        }
        Some("download") if narrows => vec![Aspect::DownloadErrorStatus],
        _ => Vec::new(),
    }
}

fn header(name: &str, present: Option<bool>, verb: Option<&str>) -> Vec<Aspect> {
    match name.to_ascii_lowercase().as_str() {
        "etag" | "last-modified" if present == Some(true) => vec![Aspect::ValidatorOffered],
        "content-encoding" if present == Some(true) => vec![Aspect::GzipOffered],
        "content-type" | "content-disposition" if verb == Some("download") => vec![Aspect::DownloadContentType],
        "cache-control" => vec![Aspect::CacheControl],
        "accept-ranges" | "content-range" => vec![Aspect::Range],
        name if name.starts_with("access-control-") => vec![Aspect::Cors],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(toml: &str, verb: &str) -> Vec<Aspect> {
        let expect: Expect = toml::from_str(toml).unwrap();
        aspects(&expect.check, Some(verb))
    }

    #[test]
    fn a_number_among_the_errors_is_asserted() {
        assert_eq!(told("status = [401, 403]", "publish"), [Aspect::ErrorStatus]);
        assert_eq!(told("status = [200, 404]", "download"), [Aspect::DownloadErrorStatus]);
        for open in ["status = [\"4xx\"]", "status = [200]", "not-status = [\"5xx\"]", "status = [404, \"4xx\"]"] {
            assert_eq!(told(open, "publish"), [], "{open}");
        }
        assert_eq!(told("status = [404]", "index"), []);
    }

    #[test]
    fn subjects_of_other_checks() {
        let stated = [
            ("header = { name = \"ETag\", present = true }", "index", Aspect::ValidatorOffered),
            ("header = { name = \"content-type\", contains = \"x\" }", "download", Aspect::DownloadContentType),
            ("header = { name = \"cache-control\", lacks = [\"x\"] }", "config", Aspect::CacheControl),
            ("header = { name = \"access-control-allow-origin\" }", "index", Aspect::Cors),
            ("results = { includes = [\"{crate}\"] }", "search", Aspect::SearchMatching),
            ("logins = { includes = [\"{other-login}\"] }", "owners", Aspect::OwnerAddImmediate),
            ("redirect = \"none\"", "download", Aspect::DownloadRedirect),
            ("caching = \"validator\"", "index", Aspect::ValidatorOffered),
            ("config = \"modest-caching\"", "config", Aspect::CacheControl),
            ("shown-within = 60.0", "index", Aspect::IndexDelay),
            ("line = { version = \"1.0.0\", present = [\"v\"] }", "index", Aspect::OptionalKeyPresence),
            ("json = { pointer = \"/msg\", equals = '\"x\"' }", "add-owners", Aspect::OwnerMessage),
            ("outcome = { refused = [{ status = [403] }] }", "yank", Aspect::ErrorStatus),
        ];
        for (toml, verb, aspect) in stated {
            assert_eq!(told(toml, verb), [aspect], "{toml}");
        }
        let open = [
            ("refused = {}", "publish"),
            ("outcome = {}", "publish"),
            ("header = { name = \"etag\", ascii = {} }", "index"),
            ("header = { name = \"content-type\" }", "search"),
            ("logins = { includes = [\"{login}\"] }", "owners"),
            ("results = { at-most = 1 }", "search"),
            ("results = { total-covers = \"all\" }", "search"),
            ("results = { includes = [\"{crate}\"], found-in = \"plain\" }", "search"),
            ("redirect = \"none\"", "search"),
        ];
        for (toml, verb) in open {
            assert_eq!(told(toml, verb), [], "{toml}");
        }
    }
}
