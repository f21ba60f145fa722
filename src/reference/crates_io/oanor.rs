//! The view that a third party has on crates.io: four things to read, below `/crates-api`, with a key and an envelope of its own. It asks the
//! web API like everybody else, so whatever it says is what that says. Where its page is silent, on refusals above all, this is one way to
//! do it.

use chrono::{DateTime, SecondsFormat};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::{
    exchange::{Request, Response},
    reference::{Config, Registry, Rule, caching::hex},
};

/// Where the view begins.
pub(super) const BASE: &str = "/crates-api";

const SORTS: [&str; 6] = ["relevance", "downloads", "recent-downloads", "recent-updates", "new", "alpha"];
const ENDPOINTS: [&str; 4] = ["/v1/crate", "/v1/search", "/v1/dependencies", "/v1/meta"];
const LIMIT: u64 = 20;
const MOST: u64 = 100;
/// How many versions the view of a crate has.
const RECENT: usize = 10;

/// Why there is nothing to see: a status and a text.
type Refused = (u16, String);

impl Config {
    /// The key that opens the view of the third party.
    pub fn oanor_key(&self) -> String {
        let digest = Sha256::new().chain_update("oanor").chain_update(self.seed.to_le_bytes()).finalize();
        format!("oanor_live_{}", &hex(&digest)[..24])
    }
}

impl Registry {
    /// Answers a request to the view; the path is what comes behind its base.
    pub(super) fn oanor(&self, request: &Request, path: &str) -> Response {
        let answered = self.seen(request, path);
        let (status, told, data, message) = match answered {
            Ok((data, message)) => (200, "ok", data, message.to_owned()),
            Err((status, message)) => (status, "error", Value::Null, message),
        };
        let (now, moment) = {
            let mut state = self.state();
            (self.config.clock.now(), state.catalogue.tick(&self.config.clock))
        };
        let time = DateTime::from_timestamp(i64::try_from(now).unwrap_or_default(), 0).unwrap_or_default();
        let body = json!({
            "data": data,
            "meta": {
                "timestamp": time.to_rfc3339_opts(SecondsFormat::Millis, true),
                "request_id": request_id(self.config.seed, moment),
            },
            "status": told,
            "message": message,
            "success": status == 200,
        });
        Response::new(status).header("content-type", "application/json").body(&body)
    }

    fn seen(&self, request: &Request, path: &str) -> Result<(Value, &'static str), Refused> {
        if !ENDPOINTS.contains(&path) {
            return Err((404, "there is no such endpoint".to_owned()));
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Err((405, "everything here can only be read".to_owned()));
        }
        let key = request.headers.get("x-oanor-key");
        if key != Some(self.config.oanor_key().as_str()) && self.upholds(Rule::OanorKey) {
            return Err((401, "a key is needed in the header x-oanor-key".to_owned()));
        }
        let query: Vec<(String, String)> = form_urlencoded::parse(request.query().as_bytes()).into_owned().collect();
        let parameter = |name: &str| {
            let found = query.iter().find(|(key, value)| key == name && !value.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        let name = || parameter("name").ok_or((400, "the parameter name is missing".to_owned()));
        match path {
            "/v1/crate" => Ok((self.seen_crate(name()?)?, "Crate retrieved")),
            "/v1/dependencies" => {
                Ok((self.seen_dependencies(name()?, parameter("version"))?, "Dependencies retrieved"))
            }
            "/v1/search" => Ok((self.seen_search(&parameter)?, "Search completed")),
            _ => Ok((meta(), "Meta retrieved")),
        }
    }

    /// What the web API says at a path below `/api/v1/crates`.
    fn upstream(&self, rest: &str) -> Result<Value, Refused> {
        let url = format!("{}/api/v1/crates{rest}", self.config.origin);
        let reply = self.crates_io(&Request::new("GET", url).header("user-agent", "oanor (regspec)"));
        let body = reply.body.json().unwrap_or_default();
        if reply.status == 200 {
            return Ok(body);
        }
        Err((reply.status, body["errors"][0]["detail"].as_str().unwrap_or_default().to_owned()))
    }

    fn seen_crate(&self, name: &str) -> Result<Value, Refused> {
        let found = self.upstream(&format!("/{}", segment(name)))?;
        let members = ["num", "yanked", "license", "downloads", "created_at", "rust_version"];
        let versions = found["versions"].as_array().into_iter().flatten().take(RECENT);
        let versions: Vec<Value> = versions.map(|version| only(version, &members)).collect();
        Ok(json!({ "crate": summary(&found["crate"]), "recent_versions": versions }))
    }

    fn seen_dependencies(&self, name: &str, version: Option<&str>) -> Result<Value, Refused> {
        let found = self.upstream(&format!("/{}", segment(name)))?;
        let entry = &found["crate"];
        let newest = if entry["yanked"] == true { &entry["default_version"] } else { &entry["newest_version"] };
        let version = version.or(newest.as_str()).unwrap_or_default();
        let listed = self.upstream(&format!("/{}/{}/dependencies", segment(name), segment(version)))?;
        let shown = |dependency: &Value| {
            let mut shown = only(dependency, &["req", "kind", "optional", "default_features"]);
            shown["crate"] = dependency["crate_id"].clone();
            shown
        };
        let dependencies: Vec<Value> = listed["dependencies"].as_array().into_iter().flatten().map(shown).collect();
        Ok(
            json!({ "count": dependencies.len(), "crate": entry["name"], "version": version, "dependencies": dependencies }),
        )
    }

    fn seen_search<'a>(&self, parameter: &dyn Fn(&str) -> Option<&'a str>) -> Result<Value, Refused> {
        let number = |name: &str, otherwise: u64, most: u64| match parameter(name).map(str::parse::<u64>) {
            None => Ok(otherwise),
            Some(Ok(number)) if (1..=most).contains(&number) => Ok(number),
            Some(_) => Err((400, format!("{name} has to be a number from 1 to {most}"))),
        };
        let limit = number("limit", LIMIT, MOST)?;
        let page = number("page", 1, u64::from(u32::MAX))?;
        let sort = parameter("sort").unwrap_or(SORTS[0]);
        if !SORTS.contains(&sort) {
            return Err((400, format!("sort has to be one of {}", SORTS.join(", "))));
        }
        let q = parameter("q");
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        query.append_pair("sort", sort).append_pair("per_page", &limit.to_string());
        query.append_pair("page", &page.to_string());
        q.into_iter().for_each(|q| {
            query.append_pair("q", q);
        });
        let found = self.upstream(&query.finish())?;
        let results: Vec<Value> = found["crates"].as_array().into_iter().flatten().map(summary).collect();
        Ok(json!({
            "page": page,
            "sort": sort,
            "count": results.len(),
            "limit": limit,
            "query": q,
            "total": found["meta"]["total"],
            "results": results,
        }))
    }
}

fn meta() -> Value {
    json!({
        "note": "What crates.io knows of crates, to be read: one crate, a search, the dependencies of a version.",
        "source": "crates.io",
        "endpoints": ENDPOINTS,
        "sort_options": SORTS,
    })
}

/// The same summary of a crate everywhere. What crates.io leaves out of lists is empty here.
fn summary(entry: &Value) -> Value {
    let listed = |member: &str| if entry[member].is_array() { entry[member].clone() } else { json!([]) };
    json!({
        "name": entry["name"],
        "homepage": entry["homepage"],
        "keywords": listed("keywords"),
        "downloads": entry["downloads"],
        "categories": listed("categories"),
        "created_at": entry["created_at"],
        "repository": entry["repository"],
        "updated_at": entry["updated_at"],
        "description": entry["description"],
        "crates_io_url": format!("https://crates.io/crates/{}", entry["name"].as_str().unwrap_or_default()),
        "documentation": entry["documentation"],
        "newest_version": entry["newest_version"],
        "recent_downloads": entry["recent_downloads"].as_u64().unwrap_or(0),
        "max_stable_version": entry["max_stable_version"],
    })
}

fn only(object: &Value, members: &[&str]) -> Value {
    members
        .iter()
        .map(|member| ((*member).to_owned(), object[*member].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A UUID that is another one each time, and the same in each run.
fn request_id(seed: u64, moment: i64) -> String {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(moment.to_le_bytes()).finalize();
    let hex = hex(&digest);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
