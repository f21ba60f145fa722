//! Overlays of any text, applied to one document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regspec::spec::Document;

/// Something for most targets to meet: parameters, a body, replies, a reference.
const DOCUMENT: &str = r##"{
    "openapi": "3.1.0",
    "info": { "title": "t", "version": "1" },
    "paths": { "/a/{b}": {
        "get": {
            "operationId": "search",
            "parameters": [
                { "name": "b", "in": "path", "required": true, "schema": { "type": ["string", "null"] } },
                { "name": "per_page", "in": "query", "schema": { "type": "integer", "minimum": 1 } }
            ],
            "responses": { "200": { "description": "d", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } } }
        },
        "put": {
            "operationId": "change",
            "security": [{ "api_token": [] }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } },
            "responses": { "200": { "description": "d" } }
        }
    } },
    "components": {
        "schemas": { "S": { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" }, "next": { "$ref": "#/components/schemas/S" } } } },
        "securitySchemes": { "api_token": { "type": "apiKey", "in": "header", "name": "Authorization" } }
    }
}"##;

fuzz_target!(|text: &str| {
    let overlays = [("overlay.yaml".to_owned(), text.to_owned())];
    let operations = Document::load("fuzz.json", DOCUMENT, &overlays).and_then(|document| document.operations());
    if let Err(error) = operations {
        let _: String = error.to_string();
    }
});
