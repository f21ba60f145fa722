use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::{exchange::Request, reference::reply::Refusal};

/// The query as an operation reads it: unknown names are skipped, a name that comes twice is refused.
///
/// # Errors
/// 400 with the name of the parameter and what is wrong with it.
pub(in crate::reference) fn query<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    let pairs = form_urlencoded::parse(request.query().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| Refusal::exact(400, format!("Failed to deserialize query string: {error}")))
}

/// The query of the request with one pair put in place of those of the same name, at the end: how a page names its neighbours.
pub(in crate::reference) fn with(request: &Request, name: &str, value: &str) -> String {
    let others = form_urlencoded::parse(request.query().as_bytes()).filter(|(key, _)| key != name);
    let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    query.extend_pairs(others).append_pair(name, value);
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::with;
    use crate::exchange::Request;

    #[test]
    fn a_link_keeps_the_rest_of_the_query_in_order() {
        let request = Request::new("GET", "http://a/b?page=1&ids[]=a%20b&zz&ids[]=c&page=7");
        assert_eq!(with(&request, "page", "2"), "?ids%5B%5D=a+b&zz=&ids%5B%5D=c&page=2");
        assert_eq!(with(&Request::new("GET", "http://a/b"), "seek", "OTg"), "?seek=OTg");
    }
}
