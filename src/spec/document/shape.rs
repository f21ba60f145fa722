use std::{collections::HashSet, sync::Arc};

use jsonschema::{Draft, Registry, Resource, Validator};
use serde_json::{Value, json};

use crate::spec::{LoadError, SchemaFault, schema};

/// A schema of a document, compiled once.
#[derive(Debug)]
pub struct Shape {
    document: Arc<Value>,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    validator: Validator,
}

/// Compiles the schemas of one document.
pub(super) struct Compiler<'d> {
    file: &'d str,
    document: Arc<Value>,
    registry: Registry<'static>,
}

impl<'d> Compiler<'d> {
    pub(super) fn new(file: &'d str, document: Arc<Value>) -> Result<Self, LoadError> {
        let resource = Resource::from_contents((*document).clone());
        let registry = Registry::new()
            .add("urn:document", resource)
            .and_then(|registry| registry.prepare())
            .map_err(|error| LoadError::new(file, format!("its schemas cannot be used: {error}")))?;
        Ok(Self { file, document, registry })
    }

    /// The schema at a JSON Pointer.
    ///
    /// # Errors
    /// It is none, or refers to what is not there.
    pub(super) fn shape(&self, pointer: &str) -> Result<Arc<Shape>, LoadError> {
        // Braces are no characters of a URI.
        let fragment = percent_encoding::utf8_percent_encode(pointer, percent_encoding::CONTROLS)
            .to_string()
            .replace('%', "%25")
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace(' ', "%20")
            .replace('"', "%22");
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&json!({"$ref": format!("urn:document#{fragment}")}))
            .map_err(|error| {
                LoadError::new(format!("{}#{pointer}", self.file), format!("not a usable schema: {error}"))
            })?;
        Ok(Arc::new(Shape { document: Arc::clone(&self.document), pointer: pointer.to_owned(), validator }))
    }
}

impl Shape {
    /// The document that it stands in, overlays applied.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The members that it tells of, by their place.
    pub fn fields(&self) -> crate::spec::Fields {
        let schema = self.document.pointer(&self.pointer).unwrap_or(&Value::Null);
        crate::spec::fields(&self.document, schema)
    }

    /// Every place at which the instance breaks the schema.
    pub fn faults(&self, instance: &Value) -> Vec<SchemaFault> {
        self.validator.iter_errors(instance).map(|error| schema::fault(&self.document, &error)).collect()
    }

    /// The instance fits.
    pub fn fits(&self, instance: &Value) -> bool {
        self.validator.is_valid(instance)
    }

    /// Members of objects in the instance that the schema does not know: JSON Pointers, if the instance fits. An object of
    /// whose members the schema says nothing may have any.
    pub fn undocumented(&self, instance: &Value) -> Vec<String> {
        let evaluation = self.validator.evaluate(instance);
        let mut known = HashSet::new();
        let mut told = HashSet::new();
        for annotation in evaluation.iter_annotations() {
            for name in annotation.annotations.value().as_array().into_iter().flatten().filter_map(Value::as_str) {
                known.insert(format!("{}/{}", annotation.instance_location, super::read::escape(name)));
                told.insert(annotation.instance_location.to_string());
            }
        }
        let mut odd = Vec::new();
        unknown(instance, "", &Known { members: known, objects: told }, &mut odd);
        odd
    }
}

/// What a schema knows of an instance, by JSON Pointer.
struct Known {
    members: HashSet<String>,
    /// Objects of which it knows a member.
    objects: HashSet<String>,
}

fn unknown(instance: &Value, pointer: &str, known: &Known, odd: &mut Vec<String>) {
    match instance {
        Value::Object(members) if known.objects.contains(pointer) => {
            for (name, member) in members {
                let below = format!("{pointer}/{}", super::read::escape(name));
                if known.members.contains(&below) { unknown(member, &below, known, odd) } else { odd.push(below) }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                unknown(item, &format!("{pointer}/{index}"), known, odd);
            }
        }
        _ => {}
    }
}
