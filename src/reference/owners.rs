use serde::Deserialize;
use serde_json::json;

use super::{Registry, Rule, auth::Caller, publish::Object, reply, reply::Refusal, state::Crate};
use crate::exchange::{Request, Response};

/// Changes a list of owners by some logins, and says what was done to them.
type Change = fn(&Registry, &mut Vec<String>, &[String]) -> Result<&'static str, Refusal>;

#[derive(Deserialize)]
struct Logins {
    users: Option<Vec<String>>,
}

impl Registry {
    /// Lists, adds or removes owners.
    pub(super) fn owners(&self, request: &Request, name: &str) -> Result<Response, Refusal> {
        match request.method.as_str() {
            "PUT" => self.change(request, name, Self::add),
            "DELETE" => self.change(request, name, Self::remove),
            _ => self.list(name),
        }
    }

    fn list(&self, name: &str) -> Result<Response, Refusal> {
        let state = self.state();
        let entry = state.crates.get(name).ok_or_else(|| no_crate(name))?;
        let users: Vec<_> = entry
            .owners
            .iter()
            .map(|login| {
                let place = self.config.users.iter().position(|user| user.login == *login);
                json!({ "id": place.map_or(0, |place| place + 1), "login": login, "name": login })
            })
            .collect();
        Ok(reply::ok(&json!({ "users": users })))
    }

    /// Works on a copy of the owners and keeps it only if all went well.
    fn change(&self, request: &Request, name: &str, action: Change) -> Result<Response, Refusal> {
        let caller = self.caller(request, Rule::TokenForOwners)?;
        let mut state = self.state();
        let entry: &mut Crate = state.crate_mut(name).ok_or_else(|| no_crate(name))?;
        self.may_change(&caller, entry)?;
        let Object(Logins { users }) = serde_json::from_slice(&request.body)
            .map_err(|e| Refusal::invalid(format!("the body is no list of users: {e}")))?;
        let logins = users.filter(|users| !users.is_empty()).ok_or_else(|| Refusal::invalid("`users` names nobody"))?;
        let mut owners = entry.owners.clone();
        let done = action(self, &mut owners, &logins)?;
        entry.owners = owners;
        Ok(reply::ok(&json!({ "ok": true, "msg": format!("{} {done} of crate {name}", logins.join(", ")) })))
    }

    fn may_change(&self, caller: &Caller, entry: &Crate) -> Result<(), Refusal> {
        if caller.is_among(&entry.owners) || !self.upholds(Rule::OwnerForOwners) {
            return Ok(());
        }
        Err(Refusal::denied("only owners of a crate may change its owners"))
    }

    fn add(&self, owners: &mut Vec<String>, logins: &[String]) -> Result<&'static str, Refusal> {
        for login in logins {
            let known = self.config.users.iter().any(|user| user.login == *login);
            self.config.demand(Rule::OwnerKnown, known, || format!("there is no user {login:?}"))?;
            if !owners.contains(login) || !self.upholds(Rule::OwnerOnce) {
                owners.push(login.clone());
            }
        }
        Ok("added as owner")
    }

    fn remove(&self, owners: &mut Vec<String>, logins: &[String]) -> Result<&'static str, Refusal> {
        for login in logins {
            if !owners.contains(login) {
                return Err(Refusal::invalid(format!("{login:?} is no owner")));
            }
        }
        owners.retain(|owner| !logins.contains(owner));
        self.config.demand(Rule::LastOwner, !owners.is_empty(), || "the last owner has to stay".to_owned())?;
        Ok("removed as owner")
    }
}

fn no_crate(name: &str) -> Refusal {
    Refusal::missing(format!("there is no crate {name:?}"))
}

#[cfg(test)]
mod tests {
    use crate::reference::{Registry, Rule, testing::config};

    const OWNERS: &str = "/api/v1/crates/aaa/owners";

    fn registry(broken: &[Rule]) -> Registry {
        let registry = Registry::new(config().broken(broken.iter().copied()));
        assert_eq!(registry.upload("aaa", "1.0.0"), 200);
        registry
    }

    fn change(registry: &Registry, method: &str, token: &str, body: &str) -> u16 {
        let response = registry.send(method, OWNERS, token, body.as_bytes());
        let json = response.body.json().unwrap();
        assert_eq!(response.status == 200, json["ok"] == true && json["msg"].is_string(), "{json}");
        response.status
    }

    fn logins(registry: &Registry) -> Vec<String> {
        let users = registry.get(OWNERS).body.json().unwrap()["users"].as_array().unwrap().clone();
        assert!(users.iter().all(|user| user["id"].as_u64().is_some_and(|id| u32::try_from(id).is_ok())));
        users.iter().map(|user| user["login"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn owners_come_and_go() {
        let registry = registry(&[]);
        assert_eq!(logins(&registry), ["alice"]);
        assert_eq!(change(&registry, "PUT", "main", r#"{"users":["bob","carol","bob"],"zz":1}"#), 200);
        assert_eq!(change(&registry, "PUT", "main", r#"{"users":["bob"]}"#), 200);
        assert_eq!(logins(&registry), ["alice", "bob", "carol"]);
        assert_eq!(change(&registry, "DELETE", "other", r#"{"users":["alice","carol"]}"#), 200);
        assert_eq!(logins(&registry), ["bob"]);
        assert_eq!(change(&registry, "PUT", "main", r#"{"users":["alice"]}"#), 403);
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let registry = registry(&[]);
        for (method, token, body, status) in [
            ("PUT", "", r#"{"users":["bob"]}"#, 403),
            ("PUT", "other", r#"{"users":["bob"]}"#, 403),
            ("PUT", "main", r#"{"users":["bob","nobody"]}"#, 400),
            ("PUT", "main", r#"{"users":["github:org:team"]}"#, 400),
            ("PUT", "main", r#"{"users":[]}"#, 400),
            ("PUT", "main", r#"[["bob"]]"#, 400),
            ("PUT", "main", "", 400),
            ("DELETE", "main", r#"{"users":["alice"]}"#, 400),
            ("DELETE", "main", r#"{"users":["bob"]}"#, 400),
        ] {
            assert_eq!(change(&registry, method, token, body), status, "{method} {token} {body}");
            assert_eq!(logins(&registry), ["alice"]);
        }
        assert_eq!(registry.get("/api/v1/crates/bbb/owners").status, 404);
    }

    #[test]
    fn the_last_owner_goes_where_the_rule_is_broken() {
        let registry = registry(&[Rule::LastOwner, Rule::OwnerOnce]);
        assert_eq!(change(&registry, "PUT", "main", r#"{"users":["alice"]}"#), 200);
        assert_eq!(logins(&registry), ["alice", "alice"]);
        assert_eq!(change(&registry, "DELETE", "main", r#"{"users":["alice"]}"#), 200);
        assert!(logins(&registry).is_empty());
    }
}
