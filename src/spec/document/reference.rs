use serde_json::Value;

/// Follows `$ref` within the document. Gives the place and what stands there; what leads nowhere stays as it is.
pub(in crate::spec) fn resolve<'d>(document: &'d Value, node: &'d Value, pointer: &str) -> (&'d Value, String) {
    let (mut node, mut pointer) = (node, pointer.to_owned());
    // A chain that is longer than this leads back to itself.
    for _ in 0..32 {
        let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) else {
            break;
        };
        let target = percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned();
        let Some(found) = document.pointer(&target) else { break };
        (node, pointer) = (found, target);
    }
    (node, pointer)
}
