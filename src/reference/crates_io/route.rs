use percent_encoding::percent_decode_str;

use crate::{
    exchange::{Request, Response},
    reference::{Registry, reply::Refusal},
};

/// A request with the parts of its path that the operation names, decoded, in order.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Call<'a> {
    pub(in crate::reference) request: &'a Request,
    path: Vec<(&'static str, String)>,
}

impl Call<'_> {
    /// A part of the path.
    pub(in crate::reference) fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// A part of the path that is a number.
    ///
    /// # Errors
    /// 400 for text that is no 32-bit integer.
    pub(in crate::reference) fn number(&self, name: &str) -> Result<i32, Refusal> {
        let text = self.part(name);
        text.parse().map_err(|_| Refusal::exact(400, format!("Invalid URL: Cannot parse `{text}` to a `i32`")))
    }

    /// The part of the path that is a version.
    ///
    /// # Errors
    /// 400 for text that is not SemVer, before anything is looked up.
    pub(in crate::reference) fn version(&self) -> Result<semver::Version, Refusal> {
        self.part("version").parse().map_err(|error| Refusal::exact(400, format!("Invalid URL: {error}")))
    }
}

/// What answers an operation.
pub(in crate::reference) type Action = fn(&Registry, &Call<'_>) -> Result<Response, Refusal>;

/// An operation: method, path with `{names}`, and what answers it. A part without a name is never read, so it may be anything.
pub(in crate::reference) type Operation = (&'static str, &'static str, Action);

/// What answers a request.
///
/// # Errors
/// 404 for an unknown path, 405 for a method that a path does not have, 400 for a path that is not UTF-8.
pub(in crate::reference) fn find<'a>(
    tables: &[&[Operation]],
    request: &'a Request,
) -> Result<(Action, Call<'a>), Refusal> {
    let segments: Vec<&str> = request.path().split('/').collect();
    let fitting = || tables.iter().copied().flatten().filter(|(_, template, _)| fits(template, &segments));
    // A word wins against a name at the first place where two templates differ, for every method at once.
    let rank = |template: &str| -> Vec<bool> { template.split('/').map(|part| part.starts_with('{')).collect() };
    let Some((_, template, _)) = fitting().min_by_key(|(_, template, _)| rank(template)) else {
        return Err(Refusal::exact(404, "Not Found"));
    };
    let here = || fitting().filter(|(_, other, _)| rank(other) == rank(template));
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    let Some((_, template, action)) = here().find(|(known, ..)| *known == method) else {
        let allow: Vec<&str> = here().map(|(known, ..)| if *known == "GET" { "GET,HEAD" } else { *known }).collect();
        return Err(Refusal::no_such_method(allow.join(",")));
    };
    let mut path = Vec::new();
    for (part, segment) in template.split('/').zip(segments) {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            let decoded = percent_decode_str(segment).decode_utf8();
            let invalid = |_| Refusal::exact(400, format!("Invalid URL: Invalid UTF-8 in `{name}`"));
            path.push((name, decoded.map_err(invalid)?.into_owned()));
        }
    }
    Ok((*action, Call { request, path }))
}

fn fits(template: &str, segments: &[&str]) -> bool {
    template.split('/').count() == segments.len()
        && template
            .split('/')
            .zip(segments)
            .all(|(part, segment)| if part.starts_with('{') { !segment.is_empty() } else { part == *segment })
}

#[cfg(test)]
mod tests {
    use super::{Operation, find};
    use crate::{
        exchange::{Request, Response},
        reference::{Registry, reply::Refusal},
    };

    const TABLE: &[Operation] = &[
        ("GET", "/crates/{name}", |_, call| Ok(Response::new(200).body(call.part("name")))),
        ("DELETE", "/crates/{name}", |_, call| Ok(Response::new(call.number("name")?.try_into().unwrap()))),
        ("PUT", "/crates/new", |_, _| Ok(Response::new(201))),
    ];

    fn answer(method: &str, path: &str) -> Response {
        let request = Request::new(method, format!("http://a{path}"));
        let registry = Registry::new(crate::reference::Config::new("http://a"));
        let answered = find(&[TABLE], &request).and_then(|(action, call)| action(&registry, &call));
        answered.unwrap_or_else(|refusal: Refusal| refusal.into())
    }

    #[test]
    fn words_win_against_names() {
        assert_eq!(answer("PUT", "/crates/new").status, 201);
        assert_eq!(answer("DELETE", "/crates/new").status, 405);
        assert_eq!(answer("GET", "/crates/ne%77").body.text(), Some("new"));
        assert_eq!(answer("DELETE", "/crates/204").status, 204);
        assert_eq!(answer("DELETE", "/crates/2147483648").status, 400);
        assert_eq!(answer("HEAD", "/crates/a%2Fb").body.text(), Some("a/b"));
        for path in ["/crates/", "/crates", "/crates/a/", "/Crates/a", "/"] {
            assert_eq!(answer("GET", path).status, 404, "{path}");
        }
        assert_eq!(answer("GET", "/crates/%ff").status, 400);
    }

    #[test]
    fn other_methods_are_told_which_there_are() {
        let refused = answer("PATCH", "/crates/a");
        assert_eq!((refused.status, refused.body.is_empty()), (405, true));
        assert_eq!(refused.headers.get("allow"), Some("GET,HEAD,DELETE"));
    }
}
