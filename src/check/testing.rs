//! Transcripts made by hand, for the tests of the checks.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::{Evidence, Fault, Judged, Readings};
use crate::{
    exchange::{Body, Exchange, Failure, FailureKind, Request, Response, Role, Shown, Transcript, Uploaded},
    package::{Crate, Envelope, Tarball, upload},
    plan::Case,
    spec::{Catalogue, Level, Schemas, Spec},
    suite::{CaseDecl, Check, Expect, Suite, Variant},
};

/// A contract with small schemas.
pub static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let mut schemas = Schemas::default();
    let line = json!({
        "type": "object", "required": ["cksum"], "x-regspec-required": {"cksum": "line/cksum-present"},
        "properties": {
            "cksum": {"type": "string", "pattern": "^[0-9a-f]{64}$", "x-regspec-requirement": "line/cksum-form"},
            "vers": {"pattern": "^[0-9]+[.][0-9]+[.]", "x-regspec-requirement": "line/vers-semver"},
        },
    });
    schemas.add("index-line.json", &line.to_string()).unwrap();
    let owners = json!({"type": "object", "required": ["users"]});
    schemas.add("owners-list.json", &owners.to_string()).unwrap();
    let published = json!({"type": "object", "x-regspec-empty": true});
    schemas.add("publish-reply.json", &published.to_string()).unwrap();
    Spec { contract: "cargo".to_owned(), schemas, catalogue: Catalogue::default(), ..Spec::default() }
});

/// A check as a suite writes it, such as `status = [200]`.
pub fn check(toml: &str) -> Check {
    let expect: Expect = toml::from_str(toml).unwrap();
    expect.check
}

/// The declaration of a case with these expectations.
pub fn decl(then: &str) -> Arc<CaseDecl> {
    let text =
        format!("[[case]]\nname = \"c\"\nrequirement = \"a/first\"\nwhen = {{ config = {{}} }}\nthen = {then}\n");
    Suite::parse("suites/t.toml", &text).unwrap().cases.remove(0).1
}

pub fn reply(status: u16) -> Response {
    Response::new(status)
}

pub fn json_reply(status: u16, body: Value) -> Response {
    Response::new(status).body(&body)
}

/// The only fault of a judgement.
pub fn only(judged: Judged) -> Fault {
    let mut faults = judged.unwrap();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults.remove(0)
}

/// The requirements of the faults, in order and each once.
pub fn broken(judged: Judged) -> Vec<String> {
    let faults = judged.unwrap();
    let mut ids: Vec<String> =
        faults.iter().map(|fault| fault.requirement.as_ref().map_or("-", |id| id.as_str()).to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// A case and its transcript.
pub struct Scene {
    pub case: Case,
    pub transcript: Transcript,
}

impl Scene {
    pub fn new() -> Self {
        let case = Case {
            id: "t::c".to_owned(),
            contract: "cargo".to_owned(),
            file: "suites/t.toml".to_owned(),
            line: 1,
            requirements: vec!["a/first".into()],
            level: Level::Must,
            needs: Vec::new(),
            decl: decl("[{ answered = {} }]"),
            element: None,
            trials: 1,
        };
        assert_eq!(case.variant(), Variant::Any);
        let mut transcript = Transcript::default();
        transcript.bindings.bind("crate", "foo");
        transcript.bindings.bind("version", "1.0.0");
        transcript.target.index = Some("http://r/index".to_owned());
        Self { case, transcript }
    }

    pub fn push(mut self, verb: &str, role: Role, request: Request, reply: Result<Response, Failure>) -> Self {
        let (verb, elapsed_ms) = (verb.to_owned(), 1.0);
        self.transcript.exchanges.push(Exchange {
            verb,
            role,
            mark: None,
            request,
            reply,
            elapsed_ms,
            shown: None,
            called: None,
        });
        self
    }

    /// A GET as `when`.
    pub fn get(self, path: &str, reply: Response) -> Self {
        self.push("request", Role::When, Request::new("GET", format!("http://r{path}")), Ok(reply))
    }

    /// A read of the index file of `foo`.
    pub fn index(self, body: impl Into<Body>) -> Self {
        self.push("index", Role::When, Request::new("GET", "http://r/index/3/f/foo"), Ok(reply(200).body(body)))
    }

    /// A request that got no reply.
    pub fn dropped(self, kind: FailureKind) -> Self {
        let failure = Failure { kind, message: "connection closed".to_owned() };
        self.push("request", Role::When, Request::new("GET", "http://r/"), Err(failure))
    }

    pub fn role(mut self, role: Role) -> Self {
        self.last().role = role;
        self
    }

    pub fn mark(mut self, mark: &str) -> Self {
        self.last().mark = Some(mark.to_owned());
        self
    }

    pub fn shown(mut self, shown: Shown) -> Self {
        self.last().shown = Some(shown);
        self
    }

    pub fn sent(mut self, name: &str, value: &str) -> Self {
        self.last().request.headers.push(name, value);
        self
    }

    /// An upload with that status in reply.
    pub fn publish(self, name: &str, version: &str, status: u16) -> Self {
        self.publish_with(name, version, status, json!({}))
    }

    /// An upload in which members of the metadata are replaced.
    pub fn publish_with(mut self, name: &str, version: &str, status: u16, members: Value) -> Self {
        let mut krate = Crate::new(name, version);
        krate.set(members.as_object().unwrap().clone());
        let made = upload(&krate, Tarball::Sound, Envelope::Sound);
        self.transcript.uploads.push(Uploaded {
            exchange: self.transcript.exchanges.len(),
            name: name.to_owned(),
            version: version.to_owned(),
            metadata: made.metadata,
            tarball: made.tarball.into(),
            sha256: made.sha256,
            open: false,
        });
        let request = Request::new("PUT", "http://r/api/v1/crates/new");
        self.push("publish", Role::Given, request, Ok(json_reply(status, json!({}))))
    }

    pub fn last(&mut self) -> &mut Exchange {
        self.transcript.exchanges.last_mut().unwrap()
    }

    /// Evidence about one exchange.
    pub fn at(&self, at: usize) -> Evidence<'_> {
        // A scene is still added to after a look: each look reads afresh, and a test may leak.
        let readings = Box::leak(Box::new(Readings::of(&self.transcript)));
        Evidence { spec: &SPEC, case: &self.case, transcript: &self.transcript, readings, at }
    }

    /// Judges a check about the last exchange.
    pub fn judge(&self, toml: &str) -> Judged {
        super::judge(&check(toml), &self.at(self.transcript.exchanges.len() - 1))
    }
}

/// A sound index line of `foo` as its upload by [`Scene::publish`] makes it, with members replaced.
pub fn line(version: &str, members: Value) -> String {
    let made = upload(&Crate::new("foo", version), Tarball::Sound, Envelope::Sound);
    let mut line = json!({"name": "foo", "vers": version, "deps": [], "cksum": made.sha256, "features": {}});
    line.as_object_mut().unwrap().insert("yanked".to_owned(), json!(false));
    line.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    format!("{line}\n")
}
