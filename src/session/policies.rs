//! What a registry refuses by right, tried with a few uploads: for `regspec probe --write`.

use serde_json::Value;

use super::{
    Session,
    ends::in_words,
    perform::{Run, sound},
    probe::BY_WORD,
    sample::{own_case, why},
};
use crate::{
    exchange::{Role, accepts, declines},
    suite::{Publish, Step, Text, Verb},
    target::ManifestField,
};

/// A dependency on the crate that was published before, and what makes it one that a registry may be against.
const DEPENDENCIES: [(&str, &str, &str); 3] = [
    ("a dependency", "^1", "null"),
    ("a dependency on any version", "*", "null"),
    ("a dependency on another registry", "^1", "\"https://github.com/rust-lang/crates.io-index\""),
];

/// What became of an upload.
enum Tried {
    Accepted,
    /// In the registry's own words.
    Refused(String),
    /// It says nothing of a policy.
    Open(String),
}

impl Session {
    /// Publishes what a registry may be against, one thing at a time, each beside the same without it, and keeps in the profile
    /// what it refuses. Says what happened, in the registry's own words. What was claimed already is not tried.
    pub async fn find_policies(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        if !self.pace.may_make(2) {
            return vec!["policies are not tried: it would be more crates than --max-new-crates allows".to_owned()];
        }
        if self.profile.policy.manifest_fields.is_empty() && !self.find_fields(&mut told).await {
            return told;
        }
        if self.profile.sample.is_none() {
            // What was asked about the sample can be asked now that one is accepted.
            self.profile.not_offered.retain(|(_, how)| how == BY_WORD);
            if let Err(error) = self.offers().await {
                told.push(error.message);
            }
        }
        let mut taken = Vec::new();
        for (number, (what, req, registry)) in DEPENDENCIES.into_iter().enumerate() {
            let json = format!(
                r#"{{"deps":[{{"name":"{{dep}}","version_req":"{req}","features":[],"optional":false,"default_features":true,
                    "target":null,"kind":"normal","registry":{registry}}}]}}"#
            );
            let tried = self.publishes("{crate}", &format!("1.{number}.0"), Some(&json)).await;
            taken.push(match tried {
                Tried::Accepted => Some(true),
                Tried::Refused(words) => {
                    told.push(format!("{what}: {words}"));
                    Some(false)
                }
                Tried::Open(words) => {
                    told.push(format!("{what} could not be tried: {words}"));
                    None
                }
            });
            if number == 0 && taken[0] != Some(true) {
                // What refuses every dependency says nothing of one kind.
                return told;
            }
        }
        let policy = &mut self.profile.policy;
        policy.wildcards = policy.wildcards.or(taken[1]);
        policy.foreign_dependencies = policy.foreign_dependencies.or(taken[2]);
        told
    }

    /// Which fields of a manifest a crate has to have. Says whether sound crates are accepted at all.
    async fn find_fields(&mut self, told: &mut Vec<String>) -> bool {
        let bare = match self.publishes("{dep}", "1.0.0", Some(&saying(|_| false))).await {
            Tried::Accepted => return true,
            Tried::Refused(words) => words,
            Tried::Open(words) => {
                told.push(format!("policies could not be tried: {words}"));
                return false;
            }
        };
        let full = self.publishes("{dep}", "1.0.0", Some(&saying(|_| true))).await;
        if let Tried::Refused(words) | Tried::Open(words) = full {
            told.push(format!("a crate without any field of a manifest: {bare}"));
            told.push(format!("the same with all of them: {words}"));
            told.push(
                "if names have to begin with something, say so with name-prefix = \"…\" and probe again".to_owned(),
            );
            return false;
        }
        let mut needed = Vec::new();
        for (number, field) in (1..).zip(ManifestField::ALL) {
            let without = saying(|other| other != field);
            if let Tried::Refused(words) = self.publishes("{dep}", &format!("1.{number}.0"), Some(&without)).await {
                told.push(format!("a crate without {}: {words}", field.key()));
                needed.push(field);
            }
        }
        self.profile.policy.manifest_fields = needed;
        true
    }

    async fn publishes(&self, of: &str, version: &str, json: Option<&str>) -> Tried {
        let case = own_case("policies");
        let mut run = Run::new(self, &case, false, 1.into());
        let publish = Publish { json: json.map(Text::from), ..Publish::from(Text::from(version)) };
        let step = Step { verb: Verb::Publish(publish), ..sound(of, version, None) };
        let at = match run.step(&step, Role::When).await {
            Ok(at) => at,
            Err(end) => return Tried::Open(why(end)),
        };
        match &run.transcript.exchanges[at].reply {
            Ok(reply) if accepts(reply) => Tried::Accepted,
            Ok(reply) if declines(reply) && !matches!(reply.status, 401 | 403 | 429) => Tried::Refused(in_words(reply)),
            Ok(reply) => Tried::Open(in_words(reply)),
            Err(failure) => Tried::Open(failure.to_string()),
        }
    }
}

/// The members of an upload's metadata that authors may leave out, as far as it says them.
fn saying(said: impl Fn(ManifestField) -> bool) -> String {
    let members = ManifestField::ALL.into_iter().map(|field| field.member(said(field)));
    Value::Object(members.map(|(key, value)| (key.to_owned(), value)).collect()).to_string()
}
