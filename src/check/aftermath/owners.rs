//! A refused change of owners changes no owners.

use serde_json::Value;

use super::super::{Evidence, Judged, Unjudged, logins::logins_of, show};
use crate::{
    exchange::{Role, Transcript},
    spec::Need,
};

pub(super) fn owners(refused: &Evidence<'_>, look: &Evidence<'_>) -> Judged {
    let named = named(refused);
    let Some(now) = listed(look) else {
        return Err(Unjudged(format!("the list of owners got {}", show::outcome(look.exchange()))));
    };
    let before = before(refused);
    let holds = |list: &[String], login: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(login));
    let was = |login: &str| {
        let first_publisher = refused.case.needs.contains(&Need::Ownership)
            && refused.transcript.bindings.get("login").is_some_and(|main| main.eq_ignore_ascii_case(login));
        before.as_ref().map_or(first_publisher, |list| holds(list, login))
    };
    let faults = named.iter().filter_map(|login| match refused.exchange().verb.as_str() {
        "add-owners" if holds(&now, login) && !was(login) && !pending(refused.transcript, refused.at, login) => {
            Some(look.fault(format!("no owner `{login}`, whose addition was refused"), told(&now)))
        }
        "remove-owners" if was(login) && !holds(&now, login) => {
            Some(look.fault(format!("still the owner `{login}`, whose removal was refused"), told(&now)))
        }
        _ => None,
    });
    Ok(faults.collect())
}

fn told(logins: &[String]) -> String {
    format!("owners: {}", show::list(logins))
}

/// The logins in the body of a change.
fn named(seen: &Evidence<'_>) -> Vec<String> {
    let json = seen.exchange().request.body.json().unwrap_or_default();
    let users = json.get("users").and_then(Value::as_array).into_iter().flatten();
    users.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn listed(seen: &Evidence<'_>) -> Option<Vec<String>> {
    let reply = seen.reply().ok().filter(|reply| reply.is_success())?;
    logins_of(&reply.body.json().ok()?)
}

/// The last list that was read before the refused change.
fn before(refused: &Evidence<'_>) -> Option<Vec<String>> {
    let earlier = refused.transcript.exchanges[..refused.at].iter().enumerate().rev();
    let mut lists = earlier.filter(|(_, exchange)| exchange.verb == "owners");
    lists.find_map(|(at, _)| listed(&Evidence { at, ..*refused }))
}

/// Whether an earlier addition of a login was not refused: an invitation may be taken up at any time.
fn pending(transcript: &Transcript, end: usize, login: &str) -> bool {
    let added = |body: &Value| logins_in(body).any(|named| named.eq_ignore_ascii_case(login));
    transcript.exchanges[..end].iter().any(|exchange| {
        exchange.verb == "add-owners"
            && exchange.role == Role::Given
            && exchange.request.body.json().is_ok_and(|body| added(&body))
    })
}

fn logins_in(body: &Value) -> impl Iterator<Item = &str> {
    body.get("users").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::*;
    use crate::exchange::{Request, Role};

    fn list(case: Scene, role: Role, logins: &[&str]) -> Scene {
        let users: Vec<_> = logins.iter().map(|login| json!({"id": 1, "login": login})).collect();
        let request = Request::new("GET", "http://r/api/v1/crates/foo/owners");
        case.push("owners", role, request, Ok(json_reply(200, json!({ "users": users }))))
    }

    fn change(case: Scene, verb: &str) -> Scene {
        let body = &json!({"users": ["eve"]});
        let request = Request::new("PUT", "http://r/api/v1/crates/foo/owners").body(body);
        case.push(verb, Role::When, request, Ok(reply(403)))
    }

    fn judge(case: &Scene) -> super::Judged {
        super::super::super::judge(&check("refused = {}"), &case.at(case.transcript.exchanges.len() - 2))
    }

    #[test]
    fn a_refused_addition_adds_nobody() {
        let after = |logins: &[&str]| list(change(Scene::new(), "add-owners"), Role::Aftermath, logins);
        assert_eq!(judge(&after(&["main"])), Ok(vec![]));
        let fault = only(judge(&after(&["main", "Eve"])));
        assert_eq!(fault.expected, "no owner `eve`, whose addition was refused");
        assert_eq!(fault.actual, "owners: main, Eve");
        let owner_already = change(list(Scene::new(), Role::Given, &["eve"]), "add-owners");
        assert_eq!(judge(&list(owner_already, Role::Aftermath, &["eve"])), Ok(vec![]));
    }

    #[test]
    fn a_refused_removal_removes_nobody_who_was_an_owner() {
        let given = |logins: &[&str]| change(list(Scene::new(), Role::Given, logins), "remove-owners");
        let lost = list(given(&["main", "eve"]), Role::Aftermath, &["main"]);
        assert_eq!(only(judge(&lost)).expected, "still the owner `eve`, whose removal was refused");
        assert_eq!(judge(&list(given(&["main"]), Role::Aftermath, &["main"])), Ok(vec![]));
        assert_eq!(judge(&list(given(&["eve"]), Role::Aftermath, &["eve"])), Ok(vec![]));
    }
}
