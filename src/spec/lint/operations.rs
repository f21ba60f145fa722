use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Operation, Report};

/// Rules about each operation: its id, description, credentials and replies.
pub(super) fn check(report: &mut Report<'_>) {
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for operation in report.operations() {
        let (node, place) = (operation.node, &operation.place);
        match node["operationId"].as_str() {
            None => report.error("operation-id", place, "it has no operationId by which to be named"),
            Some(id) => {
                if let Some(first) = ids.insert(id, place.clone()) {
                    report.error("operation-id", place, format!("`{id}` stands at {first} already"));
                }
            }
        }
        let told = |key: &str| node[key].as_str().is_some_and(|text| !text.trim().is_empty());
        if !told("summary") && !told("description") {
            report.warning("description", place, "neither summary nor description says what it does");
        }
        security(report, &operation, &mut used);
        replies(report, &operation);
        if node.get("requestBody").is_some() && matches!(operation.method, "get" | "head" | "delete") {
            report.warning("body-on-method", format!("{place}/requestBody"), "a body has no meaning with this method");
        }
    }
    for written in report.document["security"].as_array().into_iter().flatten() {
        used.extend(written.as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    }
    let schemes = report.document["components"]["securitySchemes"].as_object();
    for name in schemes.into_iter().flatten().map(|(name, _)| name).filter(|name| !used.contains(name.as_str())) {
        report.warning("security-unused", format!("/components/securitySchemes/{name}"), "no operation names it");
    }
}

fn security<'d>(report: &mut Report<'d>, operation: &Operation<'d>, used: &mut BTreeSet<&'d str>) {
    let written = operation.node.get("security").or_else(|| report.document.get("security"));
    let Some(alternatives) = written.and_then(Value::as_array) else {
        if !matches!(operation.method, "get" | "head" | "options") {
            let reason =
                "it changes something, and nothing says who may call it; `security: []` would say that anybody may";
            report.warning("security", &operation.place, reason);
        }
        return;
    };
    for name in alternatives.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name) {
        used.insert(name);
        if report.document["components"]["securitySchemes"].get(name).is_none() {
            report.error("security-scheme", &operation.place, format!("the scheme `{name}` is not declared"));
        }
    }
}

fn replies(report: &mut Report<'_>, operation: &Operation<'_>) {
    let place = format!("{}/responses", operation.place);
    let Some(replies) = operation.node["responses"].as_object() else {
        report.error("replies", &operation.place, "it has no replies");
        return;
    };
    let has = |first: &[char]| replies.keys().any(|status| status.starts_with(first));
    if !has(&['2', '3']) && !replies.contains_key("default") {
        report.warning("success-reply", &place, "no reply tells what success looks like");
    }
    if !has(&['4', '5']) && !replies.contains_key("default") {
        report.warning("error-reply", &place, "no reply tells what failure looks like");
    }
    for (status, reply) in replies {
        let (reply, at) = report.resolve(reply, &format!("{place}/{status}"));
        if !reply["description"].is_string() {
            report.error("reply-description", &at, "OpenAPI demands a description of each reply");
        }
        if status == "200" && operation.method == "get" && reply.get("content").is_none() {
            report.warning("reply-body", &at, "nothing tells what the body is");
        }
        for (kind, content) in reply["content"].as_object().into_iter().flatten() {
            if kind.contains("json") && content.get("schema").is_none() {
                report.warning(
                    "reply-schema",
                    format!("{at}/content/{}", super::escape(kind)),
                    "the JSON has no schema",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{broken, flawless};

    #[test]
    fn what_operations_lack_is_told() {
        let mut document = flawless();
        document["components"] = json!({ "securitySchemes": { "spare": {} } });
        document["paths"]["/c"] = json!({
            "get": { "operationId": "read", "summary": "s", "responses": { "200": { "description": "d" }, "4XX": {} } },
            "put": { "responses": { "200": { "description": "d" } } },
            "post": { "operationId": "p", "summary": "s", "security": [{ "none": [] }] },
            "delete": { "operationId": "d", "summary": "s", "security": [], "requestBody": {}, "responses": {
                "default": { "description": "d", "content": { "application/json": {} } } } },
        });
        assert_eq!(
            broken(&document),
            [
                "operation-id /paths/~1c/get",
                "operation-id /paths/~1c/put",
                "replies /paths/~1c/post",
                "reply-description /paths/~1c/get/responses/4XX",
                "security-scheme /paths/~1c/post",
                "body-on-method /paths/~1c/delete/requestBody",
                "description /paths/~1c/put",
                "error-reply /paths/~1c/put/responses",
                "reply-body /paths/~1c/get/responses/200",
                "reply-schema /paths/~1c/delete/responses/default/content/application~1json",
                "security /paths/~1c/put",
                "security-unused /components/securitySchemes/spare",
            ]
        );
    }
}
