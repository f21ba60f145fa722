use serde_json::Value;

use super::Report;
use crate::spec::document::read::escape;

/// Rules about the document as a whole.
pub(super) fn check(report: &mut Report<'_>) {
    let document = report.document;
    let email = document.pointer("/info/contact/email");
    if let Some(email) =
        email.filter(|email| !email.as_str().is_some_and(|text| text.contains('@') && !text.contains(' ')))
    {
        let masked = email.to_string().contains("protected");
        let what = if masked { "a web page has masked the address" } else { "this is no address" };
        report.error("contact-email", "/info/contact/email", format!("{what}: {email}"));
    }
    for key in ["title", "version"] {
        if !document["info"][key].is_string() {
            report.error("info", format!("/info/{key}"), "OpenAPI demands it");
        }
    }
    if document["info"]["license"]["name"].is_null() {
        report.warning("license", "/info", "nothing says under which licence the document stands");
    }
    for (index, server) in document["servers"].as_array().into_iter().flatten().enumerate() {
        if server["url"].as_str().is_some_and(|url| url.starts_with("http://")) {
            report.warning("server-https", format!("/servers/{index}/url"), "credentials would go in the clear");
        }
    }
    references(report, document, "");
    tags(report);
}

fn references(report: &mut Report<'_>, node: &Value, place: &str) {
    match node {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str)
                && let Some(pointer) = target.strip_prefix('#')
                && report.document.pointer(pointer).is_none()
            {
                report.error("reference", place, format!("{target} leads nowhere"));
            }
            for (key, member) in members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples")) {
                references(report, member, &format!("{place}/{}", escape(key)));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(report, item, &format!("{place}/{index}"));
            }
        }
        _ => {}
    }
}

fn tags(report: &mut Report<'_>) {
    let Some(declared) = report.document["tags"].as_array() else { return };
    let known: Vec<&str> = declared.iter().filter_map(|tag| tag["name"].as_str()).collect();
    for operation in report.operations() {
        for (index, tag) in operation.node["tags"].as_array().into_iter().flatten().enumerate() {
            if let Some(tag) = tag.as_str().filter(|tag| !known.contains(tag)) {
                report.warning("tag", format!("{}/tags/{index}", operation.place), format!("`{tag}` is not declared"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{broken, flawless};

    #[test]
    fn what_is_wrong_with_the_whole_is_told() {
        let mut document = flawless();
        document["info"] = json!({ "title": "t", "contact": { "email": ["email protected"] } });
        document["servers"] = json!([{ "url": "http://a.example" }]);
        document["tags"] = json!([{ "name": "known" }]);
        document["paths"]["/a/{b}"]["get"]["tags"] = json!(["known", "other"]);
        document["paths"]["/a/{b}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
            json!({ "$ref": "#/components/schemas/None" });
        assert_eq!(
            broken(&document),
            [
                "contact-email /info/contact/email",
                "info /info/version",
                "reference /paths/~1a~1{b}/get/responses/200/content/application~1json/schema",
                "license /info",
                "server-https /servers/0/url",
                "tag /paths/~1a~1{b}/get/tags/1",
            ]
        );
    }
}
