//! One recorded exchange as a case sees it: what was done to its crate before, itself, and what was looked at afterwards.

use percent_encoding::percent_decode_str;
use regspec::{
    exchange::{Exchange, Role, Transcript, accepts, refuses},
    plan::Case,
    suite::{Step, Verb},
};

/// A topic of a registry: its exchanges in the order sent.
pub struct Topic {
    pub registry: String,
    pub name: String,
    pub transcript: Transcript,
}

impl Topic {
    pub fn mark(&self, at: usize) -> &str {
        self.transcript.exchanges[at].mark.as_deref().unwrap_or_default()
    }

    fn segments(&self, at: usize) -> Vec<String> {
        let path = self.transcript.exchanges[at].request.path();
        let path = path.split('/').filter(|segment| !segment.is_empty());
        path.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    }

    /// Name and version of the crate that an exchange is about, as far as its request tells.
    fn about(&self, at: usize) -> (Option<String>, Option<String>) {
        let exchange = &self.transcript.exchanges[at];
        let segments = self.segments(at);
        let segment = |at: usize| segments.get(at).cloned();
        match exchange.verb.as_str() {
            "publish" => {
                let upload = self.transcript.uploads.iter().find(|upload| upload.exchange == at);
                (upload.map(|upload| upload.name.clone()), upload.map(|upload| upload.version.clone()))
            }
            "index" => (segments.last().cloned(), None),
            "download" if self.mark(at).ends_with("-redirect-target") => self.about(at - 1),
            "download" if segments.last().is_some_and(|last| last == "download") => {
                let at = segments.len() - 3;
                (segment(at), segment(at + 1))
            }
            "download" => {
                let (name, file) = (segment(1), segment(2).unwrap_or_default());
                let version = name.as_ref().and_then(|name| {
                    Some(file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(".crate")?.to_owned())
                });
                (name, version)
            }
            "yank" | "unyank" => (segment(3), segment(4)),
            "owners" | "add-owners" | "remove-owners" => (segment(3), None),
            _ => (None, None),
        }
    }

    fn same_crate(&self, one: usize, other: usize) -> bool {
        match (self.about(one).0, self.about(other).0) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(&other),
            (None, None) => true,
            _ => false,
        }
    }

    fn accepted(&self, at: usize) -> bool {
        self.transcript.exchanges[at].response().is_some_and(accepts)
    }

    /// Whether an exchange can be the step: the nearest that fits before `end` is taken.
    fn is_step(&self, step: &Step, at: usize, when: usize) -> bool {
        let exchange = &self.transcript.exchanges[at];
        if exchange.verb != step.verb.name() || exchange.response().is_none() {
            return false;
        }
        let authorization = |at: usize| self.transcript.exchanges[at].request.headers.get("authorization");
        match &step.verb {
            Verb::Index(text) if text.raw() == "{absent}" => {
                !self.same_crate(at, when) && authorization(at) == authorization(when)
            }
            Verb::Index(text) if text.raw() != "{crate}" => {
                self.about(at).0.as_deref() == Some(text.raw()) && self.accepted(at)
            }
            Verb::Publish(_) | Verb::Yank(_) | Verb::Unyank(_) | Verb::Index(_) => {
                self.same_crate(at, when) && self.accepted(at)
            }
            _ => true,
        }
    }

    /// The transcripts in which a case sees the exchange: one for each version that its `given` can mean.
    pub fn scenes(&self, case: &Case, when: usize) -> Vec<Transcript> {
        let given = &case.decl.given;
        let version = self.about(when).1;
        let publishes = given.iter().any(|step| matches!(step.verb, Verb::Publish(_)));
        let starts: Vec<Option<usize>> = match publishes {
            true => {
                let fits = |at: &usize| {
                    let step = given.iter().find(|step| matches!(step.verb, Verb::Publish(_))).unwrap();
                    self.is_step(step, *at, when)
                        && version.as_ref().is_none_or(|v| self.about(*at).1.as_ref() == Some(v))
                };
                (0..when).filter(fits).map(Some).collect()
            }
            false => vec![None],
        };
        starts.into_iter().filter_map(|publish| self.scene(case, when, publish)).collect()
    }

    fn scene(&self, case: &Case, when: usize, publish: Option<usize>) -> Option<Transcript> {
        let mut marks = vec![None; self.transcript.exchanges.len()];
        let mut version = self.about(when).1;
        let mut end = when;
        let mut needed = Vec::new();
        for step in case.decl.given.iter().rev() {
            let at = match (&step.verb, publish) {
                (Verb::Publish(_), Some(at)) => at,
                _ => (0..end).rev().find(|at| self.is_step(step, *at, when))?,
            };
            version = version.or(self.about(at).1);
            marks[at] = step.mark.clone();
            needed.push(at);
            if !matches!(step.verb, Verb::Publish(_)) {
                end = at;
            }
        }
        let mut kept: Vec<(usize, Role)> = (0..when)
            .filter(|at| needed.contains(at) || (self.about(when).0.is_some() && self.same_crate(*at, when)))
            .map(|at| (at, Role::Given))
            .collect();
        kept.push((when, Role::When));
        let mutates = case.decl.when.as_ref().is_some_and(|step| step.verb.mutates());
        if mutates && let Some(look) = self.aftermath(when) {
            kept.push((look, Role::Aftermath));
        }
        Some(self.cut(&kept, &marks, when, version))
    }

    /// The first look at what a change left, as long as nothing else changed the crate.
    fn aftermath(&self, when: usize) -> Option<usize> {
        let behind = (when + 1..self.transcript.exchanges.len()).filter(|at| self.same_crate(*at, when));
        let look = if self.transcript.exchanges[when].verb.ends_with("-owners") { "owners" } else { "index" };
        for at in behind {
            let exchange = &self.transcript.exchanges[at];
            match exchange.verb.as_str() {
                verb if verb == look && exchange.response().is_some_and(|reply| matches!(reply.status, 200 | 404)) => {
                    return Some(at);
                }
                "index" | "owners" | "download" | "request" => {}
                _ if exchange.response().is_some_and(refuses) => {}
                _ => return None,
            }
        }
        None
    }

    fn cut(
        &self,
        kept: &[(usize, Role)],
        marks: &[Option<String>],
        when: usize,
        version: Option<String>,
    ) -> Transcript {
        let whole = &self.transcript;
        let mut out = Transcript { target: whole.target.clone(), ..Transcript::default() };
        for (at, role) in kept {
            let exchange = Exchange { role: *role, mark: marks[*at].clone(), ..whole.exchanges[*at].clone() };
            for upload in whole.uploads.iter().filter(|upload| upload.exchange == *at) {
                let mut upload = upload.clone();
                upload.exchange = out.exchanges.len();
                out.uploads.push(upload);
            }
            out.exchanges.push(exchange);
        }
        let named = self.about(when).0;
        let spelled = (0..when).rev().filter(|at| self.same_crate(*at, when) && self.accepted(*at));
        let spelled = spelled.filter(|at| whole.exchanges[*at].verb == "publish").find_map(|at| self.about(at).0);
        if let Some(name) = spelled.or(named) {
            out.bindings.bind("crate", name);
        } else {
            out.bindings.bind("crate", "rec-dep-h");
        }
        if let Some(version) = version {
            out.bindings.bind("version", version);
        }
        out.bindings.bind("stranger", "nobody-at-all");
        out
    }
}
