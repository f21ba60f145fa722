//! A refused request leaves every `yanked` as it was.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::{Evidence, Judged, index, uploads};
use crate::exchange::accepts;

/// An absent or null `yanked` reads as false (Cargo book, Index JSON schema).
fn yanked(line: &Map<String, Value>) -> bool {
    line.get("yanked").and_then(Value::as_bool).unwrap_or(false)
}

pub(super) fn flags(refused: &Evidence<'_>, look: &Evidence<'_>) -> Judged {
    let known = known(refused, look);
    let listed = index::listed(look)?;
    let moved = listed.lines.iter().filter_map(|(version, line)| {
        let was = *known.get(*version)?.as_ref()?;
        (yanked(line) != was).then(|| {
            let expected = format!("yanked: {was} for {version}, as before the refused request");
            look.fault(expected, format!("yanked: {}", yanked(line)))
        })
    });
    Ok(moved.collect())
}

/// The flag of each version before the look, as far as accepted requests tell; `None` where a reply is missing.
fn known(refused: &Evidence<'_>, look: &Evidence<'_>) -> BTreeMap<String, Option<bool>> {
    let mut flags = BTreeMap::new();
    for (at, exchange) in look.transcript.exchanges[..look.at].iter().enumerate() {
        let path = uploads::segments(exchange);
        match exchange.verb.as_str() {
            "publish" => {
                let stored = uploads::accepted_before(look, look.at).filter(|upload| upload.exchange == at);
                for upload in stored.filter(|upload| uploads::is_about(look.exchange(), upload)) {
                    flags.insert(upload.version.clone(), Some(false));
                }
            }
            "index" if at < refused.at && exchange.request.url == look.exchange().request.url => {
                if let Ok(listed) = index::listed(&Evidence { at, ..*look }) {
                    flags
                        .extend(listed.lines.iter().map(|(version, line)| ((*version).to_owned(), Some(yanked(line)))));
                }
            }
            verb @ ("yank" | "unyank") if at != refused.at => {
                if let [.., name, version, _] = &path[..]
                    && uploads::segments(look.exchange()).last().is_some_and(|file| file.eq_ignore_ascii_case(name))
                {
                    match exchange.response() {
                        Some(reply) if accepts(reply) => {
                            flags.insert(version.clone(), Some(verb == "yank"));
                        }
                        Some(_) => {}
                        None => {
                            flags.insert(version.clone(), None);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::*;
    use crate::exchange::{Request, Role};

    fn yank(case: Scene, role: Role, verb: &str, status: u16) -> Scene {
        let request = Request::new("DELETE", format!("http://r/api/v1/crates/foo/1.0.0/{verb}"));
        case.push(verb, role, request, Ok(reply(status)))
    }

    fn look(case: Scene, yanked: bool) -> Scene {
        case.index(line("1.0.0", json!({ "yanked": yanked }))).role(Role::Aftermath)
    }

    #[test]
    fn a_refused_yank_yanks_nothing() {
        let case = || yank(Scene::new().publish("foo", "1.0.0", 200), Role::When, "yank", 403);
        let judge = |case: Scene| super::super::super::judge(&check("refused = {}"), &case.at(1));
        assert_eq!(judge(look(case(), false)), Ok(vec![]));
        let fault = only(judge(look(case(), true)));
        assert_eq!(fault.expected, "yanked: false for 1.0.0, as before the refused request");
        assert_eq!((&*fault.actual, fault.exchange), ("yanked: true", 2));
    }

    #[test]
    fn a_refused_unyank_leaves_what_was_yanked() {
        let case = yank(Scene::new().publish("foo", "1.0.0", 200), Role::Given, "yank", 200);
        let case = yank(case, Role::When, "unyank", 403);
        let judge = |case: Scene| super::super::super::judge(&check("refused = {}"), &case.at(2));
        let fault = only(judge(look(case, false)));
        assert_eq!(fault.actual, "yanked: false");
    }

    #[test]
    fn an_earlier_index_file_tells_the_flags_of_what_others_published() {
        let case = |now| {
            let case = Scene::new().index(line("1.0.0", json!({"yanked": true}))).role(Role::Given);
            look(yank(case, Role::When, "unyank", 403), now)
        };
        let judge = |case: Scene| super::super::super::judge(&check("refused = {}"), &case.at(1));
        assert_eq!(judge(case(true)), Ok(vec![]));
        assert_eq!(only(judge(case(false))).actual, "yanked: false");
        let unknown = look(yank(Scene::new(), Role::When, "unyank", 403), true);
        assert_eq!(super::super::super::judge(&check("refused = {}"), &unknown.at(0)), Ok(vec![]));
    }
}
