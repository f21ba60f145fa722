//! `logins`: who is in a list of owners.

use serde_json::Value;

use super::{Evidence, Faults, Judged, Unjudged, show};
use crate::suite::Logins;

/// The logins in a list of owners (Cargo book, Owners: List).
pub(super) fn logins_of(json: &Value) -> Option<Vec<String>> {
    let users = json.get("users")?.as_array()?.iter();
    Some(users.filter_map(|user| user.get("login")?.as_str()).map(str::to_owned).collect())
}

/// Logins compare without regard to case, for the accounts of common providers do.
pub(super) fn logins(wanted: &Logins, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if !reply.is_success() {
        return Ok(vec![seen.fault("a list of owners", show::reply(reply))]);
    }
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(vec![fault]),
    };
    let Some(listed) = logins_of(json) else {
        return Ok(vec![seen.fault("a list of owners: an object with the array users", show::value(json))]);
    };
    let told = format!("owners: {}", show::list(&listed));
    let count = |login: &str| listed.iter().filter(|listed| listed.eq_ignore_ascii_case(login)).count();
    let mut faults = Faults::new();
    for login in &wanted.includes {
        let login = seen.text(login)?;
        if count(&login) == 0 {
            faults.push(seen.fault(format!("the owner `{login}`"), told.clone()));
        }
    }
    let lacks = wanted.lacks.iter().map(|login| seen.text(login)).collect::<Result<Vec<_>, _>>()?;
    for login in lacks.iter().filter(|login| count(login) > 0) {
        faults.push(seen.fault(format!("no owner `{login}`"), told.clone()));
    }
    for login in wanted.keeps.iter().map(|mark| listed_before(mark, seen)).collect::<Result<Vec<_>, _>>()?.concat() {
        if count(&login) == 0 && !lacks.iter().any(|lacks| lacks.eq_ignore_ascii_case(&login)) {
            faults.push(seen.fault(format!("still the owner `{login}`"), told.clone()));
        }
    }
    if wanted.some && listed.is_empty() {
        faults.push(seen.fault("at least one owner", told.clone()));
    }
    if wanted.once && listed.iter().any(|login| count(login) > 1) {
        faults.push(seen.fault("each owner once", told));
    }
    Ok(faults)
}

/// The logins in an earlier list.
fn listed_before(mark: &str, seen: &Evidence<'_>) -> Result<Vec<String>, Unjudged> {
    let before = seen.at_mark(mark)?;
    let reply = before.reply()?;
    let json = before.content_json()?.ok().filter(|_| reply.is_success());
    json.and_then(logins_of).ok_or_else(|| Unjudged(format!("the list of owners `{mark}` got {}", show::reply(reply))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    fn owners(logins: &[&str]) -> Scene {
        let users: Vec<_> = logins.iter().map(|login| json!({"id": 1, "login": login})).collect();
        let mut case = Scene::new().get("/api/v1/crates/foo/owners", json_reply(200, json!({ "users": users })));
        case.transcript.bindings.bind("login", "Main");
        case
    }

    #[test]
    fn who_is_there_and_who_is_not() {
        let includes = "logins = { includes = [\"{login}\"], lacks = [\"eve\"], once = true, some = true }";
        assert_eq!(owners(&["main", "bob"]).judge(includes), Ok(vec![]));
        assert_eq!(only(owners(&["bob"]).judge(includes)).expected, "the owner `Main`");
        assert_eq!(only(owners(&["main", "EVE"]).judge(includes)).expected, "no owner `eve`");
        assert_eq!(only(owners(&["main", "main"]).judge(includes)).expected, "each owner once");
        assert_eq!(only(owners(&[]).judge("logins = { some = true }")).expected, "at least one owner");
    }

    #[test]
    fn who_was_there_stays_unless_he_was_removed() {
        let list = |logins: &[&str]| {
            let users: Vec<_> = logins.iter().map(|login| json!({"id": 1, "login": login})).collect();
            json_reply(200, json!({ "users": users }))
        };
        let judge = |before: &[&str], after: &[&str]| {
            let scene = Scene::new().get("/owners", list(before)).mark("before").get("/owners", list(after));
            scene.judge("logins = { lacks = [\"bob\"], keeps = \"before\" }")
        };
        assert_eq!(judge(&["main", "bob"], &["Main"]), Ok(vec![]));
        assert_eq!(only(judge(&["main", "bob"], &[])).expected, "still the owner `main`");
        assert_eq!(only(judge(&["main", "bob"], &["main", "bob"])).expected, "no owner `bob`");
        // Where nobody owned the crate, nobody is missed.
        assert_eq!(judge(&["bob"], &[]), Ok(vec![]));
        let unknown = Scene::new().get("/owners", reply(404)).mark("before").get("/owners", list(&[]));
        assert!(unknown.judge("logins = { keeps = \"before\" }").is_err());
    }

    #[test]
    fn what_is_no_list_is_said() {
        let judge = |case: Scene| only(case.judge("logins = { some = true }")).actual;
        assert_eq!(judge(Scene::new().get("/", reply(404))), "status 404");
        assert_eq!(judge(Scene::new().get("/", json_reply(200, json!({"users": 1})))), "{\"users\":1}");
        assert!(judge(Scene::new().get("/", reply(200).body("OK"))).starts_with("`OK`"));
        assert!(owners(&[]).judge("logins = { includes = [\"{other-login}\"] }").is_err());
    }
}
