use std::collections::BTreeMap;

use super::{Operation, Spec};

/// Where a path leads in a contract.
#[derive(Debug)]
pub struct Route<'s> {
    /// The operations of that path, by any method; at least one.
    pub operations: Vec<&'s Operation>,
    /// What stands in the place of its parameters, encoded as it was sent.
    pub arguments: BTreeMap<String, String>,
}

impl<'s> Route<'s> {
    /// The operation that a request with this method calls: HEAD asks for what GET would give.
    pub fn operation(&self, method: &str) -> Option<&'s Operation> {
        let with = |method: &str| self.operations.iter().find(|operation| operation.method == method).copied();
        with(method).or_else(|| with("GET").filter(|_| method == "HEAD"))
    }
}

impl Spec {
    /// The operations of the web API whose path a request's path (encoded, without query) has. Of several templates that
    /// fit, the one with the most fixed segments is meant.
    pub fn route(&self, path: &str) -> Option<Route<'_>> {
        let fits = |operation: &&Operation| !operation.on_index && arguments(&template(operation), path).is_some();
        let fixed =
            |operation: &Operation| template(operation).split('/').filter(|part| !part.starts_with('{')).count();
        let best = self.operations.iter().filter(fits).max_by_key(|operation| fixed(operation))?;
        let operations = self.operations.iter().filter(|other| fits(other) && fixed(other) == fixed(best)).collect();
        Some(Route { operations, arguments: arguments(&template(best), path)? })
    }
}

fn template(operation: &Operation) -> String {
    format!("{}{}", operation.base, operation.path)
}

fn arguments(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    // Dots lead elsewhere (RFC 3986, 5.2.4).
    if template.len() != path.len() || path.iter().any(|part| matches!(*part, "." | "..")) {
        return None;
    }
    let mut arguments = BTreeMap::new();
    for (part, sent) in template.into_iter().zip(path) {
        match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !sent.is_empty() => arguments.insert(name.to_owned(), sent.to_owned()),
            None if part == sent => continue,
            _ => return None,
        };
    }
    Some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_fixed_template_is_meant() {
        let spec = Spec::bundled("crates-io").unwrap();
        let called = |method: &str, path: &str| {
            let route = spec.route(path)?;
            Some((route.operation(method).map(|operation| operation.id.clone()), route.arguments))
        };
        assert_eq!(called("PUT", "/api/v1/crates/new"), Some((Some("publish".to_owned()), BTreeMap::new())));
        let (id, arguments) = called("HEAD", "/api/v1/crates/a%2Fb/1.0.0").unwrap();
        assert_eq!(id.as_deref(), Some("find_version"));
        assert_eq!(arguments, BTreeMap::from([("name".into(), "a%2Fb".into()), ("version".into(), "1.0.0".into())]));
        assert_eq!(called("POST", "/api/v1/crates"), Some((None, BTreeMap::new())));
        assert_eq!(called("GET", "/api/v1/crates/"), None);
        assert_eq!(called("GET", "/api/v2/crates"), None);
        assert_eq!(called("GET", "/api/v1/crates/../summary"), None);
    }
}
