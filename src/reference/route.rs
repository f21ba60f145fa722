use percent_encoding::percent_decode_str;

use super::{Registry, template};
use crate::exchange::Request;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `GET /index/config.json`
    Config,
    /// `GET /index/{path}`, with the path as decoded.
    IndexFile(String),
    /// `PUT /api/v1/crates/new`
    Publish,
    /// `DELETE /api/v1/crates/{crate}/{version}/yank`
    Yank {
        /// The crate, as the path spells it.
        name: String,
        /// The version, as the path spells it.
        version: String,
    },
    /// `PUT /api/v1/crates/{crate}/{version}/unyank`
    Unyank {
        /// The crate, as the path spells it.
        name: String,
        /// The version, as the path spells it.
        version: String,
    },
    /// `GET`, `PUT` or `DELETE /api/v1/crates/{crate}/owners`
    Owners {
        /// The crate, as the path spells it.
        name: String,
    },
    /// `GET /api/v1/crates`
    Search,
    /// `GET /api/v1/crates/{crate}/{version}/download`, or the address that the `dl` template gives a version.
    Download {
        /// The crate, as the path spells it.
        name: String,
        /// The version, as the path spells it.
        version: String,
    },
    /// `GET /files/{key}/{checksum}`: where redirected downloads end. The key is a secret, so no token is asked.
    File {
        /// The SHA-256 of the file.
        checksum: String,
    },
    /// `GET /me`
    Me,
    /// A known address, and a method that it does not have.
    WrongMethod {
        /// The methods it has.
        allow: &'static str,
    },
    /// An address without meaning.
    Unknown,
}

const READ: &str = "GET, HEAD";

impl Registry {
    /// What a request is about, by method and path alone; addresses of the `dl` template are looked up among the versions.
    pub fn route(&self, request: &Request) -> Route {
        let path = request.path();
        let (route, allow) = self.fixed(path).or_else(|| self.templated(path)).unwrap_or((Route::Unknown, ""));
        let method = request.method.as_str();
        if route == Route::Unknown || allow.split(", ").any(|allowed| allowed == method) {
            route
        } else {
            Route::WrongMethod { allow }
        }
    }

    fn fixed(&self, path: &str) -> Option<(Route, &'static str)> {
        let segments: Vec<String> = path.strip_prefix('/')?.split('/').map(decode).collect::<Option<_>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let both = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        Some(match segments[..] {
            ["index", "config.json"] => (Route::Config, READ),
            ["index", ref rest @ ..] if !rest.is_empty() => (Route::IndexFile(rest.join("/")), READ),
            ["me"] => (Route::Me, READ),
            ["files", key, checksum] if self.is_file_key(key) => (Route::File { checksum: checksum.to_owned() }, READ),
            ["api", "v1", "crates"] => (Route::Search, READ),
            ["api", "v1", "crates", "new"] => (Route::Publish, "PUT"),
            ["api", "v1", "crates", name, "owners"] => {
                (Route::Owners { name: name.to_owned() }, "GET, HEAD, PUT, DELETE")
            }
            ["api", "v1", "crates", name, version, "download"] => {
                let (name, version) = both(name, version);
                (Route::Download { name, version }, READ)
            }
            ["api", "v1", "crates", name, version, "yank"] => {
                let (name, version) = both(name, version);
                (Route::Yank { name, version }, "DELETE")
            }
            ["api", "v1", "crates", name, version, "unyank"] => {
                let (name, version) = both(name, version);
                (Route::Unyank { name, version }, "PUT")
            }
            _ => return None,
        })
    }

    /// The version whose expanded `dl` is this path.
    fn templated(&self, path: &str) -> Option<(Route, &'static str)> {
        let template = self.config.dl.as_deref()?;
        let template = [self.config.base(), self.config.origin.as_str()]
            .iter()
            .find_map(|base| template.strip_prefix(base).filter(|rest| rest.starts_with('/')))?;
        let path = percent_decode_str(path).decode_utf8().ok()?;
        if !path.starts_with(template.split('{').next()?) {
            return None;
        }
        let state = self.state();
        let mut versions = state.crates.values().flat_map(|entry| &entry.versions);
        let line = &versions.find(|version| template::expand(template, &version.line) == path)?.line;
        Some((Route::Download { name: line.name.clone(), version: line.vers.clone() }, READ))
    }
}

/// One segment, decoded. A decoded slash would let one address pass for another.
fn decode(segment: &str) -> Option<String> {
    let segment = percent_decode_str(segment).decode_utf8().ok()?;
    (!segment.contains('/')).then(|| segment.into_owned())
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::{
        exchange::Request,
        reference::{Config, Registry},
    };

    fn route(method: &str, path: &str) -> Route {
        Registry::new(Config::new("http://127.0.0.1:1"))
            .route(&Request::new(method, format!("http://127.0.0.1:1{path}")))
    }

    #[test]
    fn a_crate_called_new_has_routes_of_its_own() {
        assert_eq!(route("PUT", "/api/v1/crates/new"), Route::Publish);
        assert_eq!(route("GET", "/api/v1/crates/new/owners"), Route::Owners { name: "new".to_owned() });
    }

    #[test]
    fn a_plus_is_a_plus_however_it_is_spelled() {
        let yank = Route::Yank { name: "a".to_owned(), version: "1.0.0+b".to_owned() };
        assert_eq!(route("DELETE", "/api/v1/crates/a/1.0.0+b/yank"), yank);
        assert_eq!(route("DELETE", "/api/v1/crates/a/1.0.0%2Bb/yank"), yank);
    }

    #[test]
    fn odd_paths_lead_nowhere() {
        for path in ["//index/config.json", "/index", "/api/v1/crates/a%2Fb/owners", "/api/v1/crates/%FF/owners", "/"] {
            assert_eq!(route("GET", path), Route::Unknown, "{path}");
        }
    }

    #[test]
    fn other_methods_are_told_which_there_are() {
        assert_eq!(route("POST", "/api/v1/crates/new"), Route::WrongMethod { allow: "PUT" });
        assert_eq!(route("put", "/api/v1/crates/new"), Route::WrongMethod { allow: "PUT" });
        assert_eq!(route("HEAD", "/index/1/a"), Route::IndexFile("1/a".to_owned()));
    }
}
