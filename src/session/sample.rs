//! The crate that cases read: published by the run where it may write, else found.

use std::sync::Arc;

use super::{
    End, Session,
    ends::in_words,
    perform::{Run, index_step},
    wait::listed,
};
use crate::{
    exchange::{Role, accepts},
    plan::Case,
    spec::{Level, Need},
    suite::{Search, Step, Suite, Verb},
    target::{Action, Sample},
};

/// The version that cases read, and the one that is yanked.
const VERSION: &str = "1.0.0";
const YANKED: &str = "1.2.0";

/// Why it is not published where too few crates may be made.
pub(super) const BEYOND: &str = "the crate that cases read would be more than --max-new-crates allows";

/// A case of the session's own, which no report tells.
pub(super) fn own_case(name: &str) -> Case {
    let suite = Suite::parse("sample.toml", include_str!("sample.toml")).expect("a test reads this file");
    let (line, decl) = suite.cases.iter().find(|(_, decl)| decl.name == name).expect("a case of sample.toml");
    Case {
        id: format!("regspec::{name}"),
        contract: "cargo".to_owned(),
        file: suite.file.clone(),
        line: *line,
        requirements: vec![decl.requirement.clone()],
        level: Level::Must,
        needs: Vec::new(),
        decl: Arc::clone(decl),
        element: None,
        trials: 1,
        turn: None,
    }
}

/// Why there is no sample of the run's own.
#[derive(Debug)]
pub(super) struct NoSample {
    pub(super) why: String,
    /// How a sound upload was refused, where that is why.
    pub(super) refused: Option<u16>,
    /// A sound upload was accepted before.
    pub(super) accepted: bool,
}

impl From<String> for NoSample {
    fn from(why: String) -> Self {
        Self { why, refused: None, accepted: false }
    }
}

impl From<End> for NoSample {
    fn from(end: End) -> Self {
        why(end).into()
    }
}

impl Session {
    /// The sample of a run that publishes one: its name and checksums are known before it is there.
    pub(super) fn future_sample(&self, name: &str) -> Sample {
        let case = own_case(name);
        let run = Run::new(self, &case, false, 1.into());
        let mut checksums = Vec::new();
        for step in &case.decl.given {
            if step.of.is_none()
                && let Ok(built) = run.builder().build(step)
                && let Some(upload) = built.upload
            {
                let version = upload.metadata.get("vers").and_then(|version| version.as_str()).unwrap_or_default();
                checksums.push((version.to_owned(), upload.sha256));
            }
        }
        let name = run.bindings.get("crate").unwrap_or_default().to_owned();
        Sample { name, version: VERSION.to_owned(), yanked: Some(YANKED.to_owned()), ours: true, checksums }
    }

    /// Publishes the sample, once a session.
    ///
    /// # Errors
    /// Why it is not there.
    pub(super) async fn prepare(&self) -> Result<(), End> {
        let publish = async || match &self.profile.sample {
            Some(sample) if sample.ours && self.options.write => {
                let rich = sample.name == self.future_sample("sample").name;
                let name = if rich { "sample" } else { "plain-sample" };
                if self.pace.left() < own_case(name).new_crates() {
                    return Err(End::NotApplicable(BEYOND.to_owned()));
                }
                let blocked = |no: NoSample| End::Blocked { by: "env/layout".into(), why: no.why };
                self.publish_sample(name).await.map(|_| ()).map_err(blocked)
            }
            _ => Ok(()),
        };
        self.prepared.get_or_init(publish).await.clone()
    }

    /// Publishes the sample and yanks one version. Says how yanking answered, where it is not offered.
    pub(super) async fn publish_sample(&self, name: &str) -> Result<Option<String>, NoSample> {
        let case = own_case(name);
        if !self.pace.may_make(case.new_crates()) {
            return Err(BEYOND.to_owned().into());
        }
        let mut run = Run::new(self, &case, false, 1.into());
        for (before, step) in case.decl.given.iter().enumerate() {
            let at = run.step(step, Role::Given).await?;
            let exchange = &run.transcript.exchanges[at];
            let reply = exchange.reply.as_ref().map_err(|failure| format!("publishing it got no reply: {failure}"))?;
            // Another process of the same run may have been first.
            let theirs = reply.status >= 400 && self.is_listed(&mut run, step).await;
            if !accepts(reply_again(&run, at)) && !theirs {
                let reply = reply_again(&run, at);
                return Err(NoSample {
                    why: format!("publishing it answered {}", in_words(reply)),
                    refused: Some(reply.status),
                    accepted: before > 0,
                });
            }
        }
        if self.profile.lacks(Need::Index).is_none() {
            let name = run.bindings.get("crate").unwrap_or_default().to_owned();
            run.step(&index_step(&name), Role::When).await?;
        }
        if self.profile.not_offered.iter().any(|(action, _)| *action == Action::Yank) {
            return Ok(None);
        }
        let at = run.step(&Step::of(Verb::Yank(YANKED.into()), None), Role::After).await?;
        match run.transcript.exchanges[at].response() {
            Some(reply) if matches!(reply.status, 404 | 405 | 501) => {
                Ok(Some(format!("DELETE …/yank answered {}", in_words(reply))))
            }
            _ => Ok(None),
        }
    }

    async fn is_listed(&self, run: &mut Run<'_>, step: &Step) -> bool {
        let Ok(name) = run.builder().crate_of(step) else { return false };
        let Verb::Publish(publish) = &step.verb else { return false };
        let look = Step { at_once: true, ..index_step(&name) };
        let Ok(at) = run.step(&look, Role::After).await else { return false };
        run.transcript.exchanges[at].response().is_some_and(|reply| listed(reply).contains_key(publish.version.raw()))
    }

    /// A crate that is there already: one that the user names, else the first that a search gives.
    pub(super) async fn find_sample(&self) -> Result<Sample, String> {
        if let Some(why) = self.profile.lacks(Need::Index) {
            return Err(format!("{why}; give it with --index, or a clone of a git index with --index-dir"));
        }
        let case = own_case("probe");
        let mut run = Run::new(self, &case, false, 1.into());
        let names = match self.options.crates.is_empty() {
            false => self.options.crates.clone(),
            true => self.search_names(&mut run).await?,
        };
        for name in &names {
            let look = Step { at_once: true, ..index_step(name) };
            let Ok(at) = run.step(&look, Role::When).await else { continue };
            let Some(reply) = run.transcript.exchanges[at].response() else { continue };
            let versions = listed(reply);
            let sound = versions.iter().rev().find(|(_, yanked)| !**yanked);
            let Some((version, _)) = sound else { continue };
            let yanked = versions.iter().find(|(_, yanked)| **yanked).map(|(version, _)| version.clone());
            let mut checksums = Vec::new();
            let mut spelled = name.clone();
            for line in
                reply.body.lossy().lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            {
                let text = |key: &str| line.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
                spelled = text("name");
                checksums.push((text("vers"), text("cksum")));
            }
            return Ok(Sample { name: spelled, version: version.clone(), yanked, ours: false, checksums });
        }
        match names.is_empty() {
            true => Err("a search found none; name one with --crate".to_owned()),
            false => Err(format!("the index lists no usable version of {}", names.join(", "))),
        }
    }

    async fn search_names(&self, run: &mut Run<'_>) -> Result<Vec<String>, String> {
        if self.profile.endpoints.api.is_none() {
            return Err("without a web API none can be searched; name one with --crate".to_owned());
        }
        let search = Step::of(Verb::Search(Search { q: Some("".into()), per_page: Some("10".into()) }), None);
        let at = run.step(&search, Role::When).await.map_err(why)?;
        let reply = run.transcript.exchanges[at].response();
        let json = reply.and_then(|reply| reply.body.json().ok()).unwrap_or_default();
        let crates = json.get("crates").and_then(|crates| crates.as_array()).cloned().unwrap_or_default();
        Ok(crates.iter().filter_map(|krate| krate.get("name")?.as_str().map(str::to_owned)).collect())
    }
}

fn reply_again<'a>(run: &'a Run<'_>, at: usize) -> &'a crate::exchange::Response {
    run.transcript.exchanges[at].response().expect("checked before")
}

/// An end in words.
pub(super) fn why(end: End) -> String {
    match end {
        End::Done => String::new(),
        End::Blocked { why, .. } | End::Inconclusive(why) | End::NotApplicable(why) => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_declared_case() {
        for name in ["sample", "plain-sample", "probe", "policies"] {
            assert_eq!(own_case(name).decl.name, name);
        }
    }
}
