//! Resources for calls that only read: what the run was given, or what operations without needs show, asked once a run.

use std::collections::BTreeMap;

use super::{
    Session,
    builder::{Builder, Built},
    call::{found, plain_call},
};
use crate::{
    exchange::{Bindings, Exchange, Role, Transcript},
    suite::{Step, Text, Verb},
    target::OneOrMany,
};

/// So many operations are asked for one kind, at most.
const TRIES: usize = 3;

/// What was found on the target by kind; nothing for a kind that nobody gives.
pub(super) type Found = BTreeMap<String, Option<String>>;

impl Session {
    /// A resource that the credentials file hands over. Of several the first serves those that leave it as it is; what
    /// uses it up takes another each time, from the last on.
    pub(super) fn resource(&self, kind: &str, uses_up: bool) -> Option<String> {
        let values = match self.credentials.resources.get(kind)? {
            OneOrMany::One(value) => return Some(value.to_string()),
            OneOrMany::Many(values) => values,
        };
        if !uses_up {
            return values.first().map(ToString::to_string);
        }
        let mut taken = self.taken.lock().expect("no holder of this lock panics");
        let count = taken.entry(kind.to_owned()).or_default();
        *count += 1;
        // The first is kept for those that leave it as it is.
        values.len().checked_sub(*count).filter(|at| *at > 0 || values.len() == 1).map(|at| values[at].to_string())
    }

    /// A resource of that kind that the target shows.
    pub(super) async fn discover(&self, kind: &str, bindings: &Bindings) -> Option<String> {
        let mut known = self.discovered.lock().await;
        self.find(kind, bindings, &mut known, 0).await
    }

    async fn find(&self, kind: &str, bindings: &Bindings, known: &mut Found, depth: usize) -> Option<String> {
        if let Some(value) = known.get(kind) {
            return value.clone();
        }
        if depth > 3 {
            return None;
        }
        let producers = self.spec.operations.iter().filter(|operation| {
            operation.method == "GET"
                && operation.needs.is_empty()
                && operation.removed.is_none()
                && operation.produces.iter().any(|(given, _)| given == kind)
        });
        // Noted at once, so that two kinds that need each other end here.
        known.insert(kind.to_owned(), None);
        for operation in producers.take(TRIES) {
            let call = plain_call(operation);
            let mut bindings = bindings.clone();
            let needed: Vec<String> = call.texts().flat_map(Text::placeholders).map(str::to_owned).collect();
            let mut complete = true;
            for need in needed {
                if bindings.get(&need).is_none() {
                    let value = match self.resource(&need, false) {
                        Some(value) => Some(value),
                        None => Box::pin(self.find(&need, &bindings, known, depth + 1)).await,
                    };
                    match value {
                        Some(value) => bindings.bind(&need, value),
                        None => complete = false,
                    }
                }
            }
            if !complete {
                continue;
            }
            for (kind, value) in self.asked(Step::of(Verb::Call(Box::new(call)), None), &bindings).await {
                known.entry(kind).or_insert(None).get_or_insert(value);
            }
            if let Some(Some(value)) = known.get(kind) {
                return Some(value.clone());
            }
        }
        None
    }

    /// What the reply to a call gives.
    async fn asked(&self, step: Step, bindings: &Bindings) -> Vec<(String, String)> {
        let transcript = Transcript::default();
        let builder = Builder { session: self, bindings, transcript: &transcript };
        let Ok(Built { mut request, .. }) = builder.build(&step) else { return Vec::new() };
        request.headers.set("User-Agent", self.agent("discovery", 1));
        let Verb::Call(call) = &step.verb else { return Vec::new() };
        let (called, reply) = (Some(builder.called(call)), self.send(&request, false).await);
        let Some(operation) = self.spec.operation(&call.operation) else { return Vec::new() };
        let exchange = Exchange {
            verb: "call".to_owned(),
            role: Role::Given,
            mark: None,
            request,
            reply,
            elapsed_ms: 0.0,
            shown: None,
            called,
        };
        found(operation, &exchange, bindings)
    }
}
