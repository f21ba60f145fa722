//! What depends on how soon one request follows another.

use std::time::{Duration, Instant};

use super::super::{
    End,
    perform::{Run, index_step},
};
use crate::{
    exchange::Role,
    suite::{Step, Verb},
};

/// Looks at the index while a publish becomes visible.
const POLLS: usize = 100;

impl Run<'_> {
    /// The date of a file changed twice within a second says nothing of the second change.
    pub(super) async fn two_within_a_second(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", None).await?;
        self.index_file("first", Role::Given).await?;
        self.given_publish("1.1.0", None).await?;
        self.index_file("second", Role::Given).await?;
        let look = Step {
            mark: Some("conditional".to_owned()),
            if_modified_since: Some("first".to_owned()),
            at_once: true,
            ..index_step(&self.own())
        };
        self.step(&look, Role::When).await?;
        Ok(())
    }

    /// Edge case 40: each change has to make the validator of the state before it stale.
    pub(super) async fn validators_within_a_second(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", None).await?;
        self.index_file("before", Role::Given).await?;
        self.given_publish("1.1.0", None).await?;
        self.index_file("published", Role::Given).await?;
        self.stale("before", "after-publish", Role::After).await?;
        self.change(Verb::Yank("1.1.0".into())).await?;
        self.index_file("yanked", Role::Given).await?;
        self.stale("published", "after-yank", Role::After).await?;
        self.change(Verb::Unyank("1.1.0".into())).await?;
        self.index_file("unyanked", Role::Given).await?;
        self.stale("yanked", "after-unyank", Role::After).await?;
        self.stale("unyanked", "unchanged", Role::When).await
    }

    async fn change(&mut self, verb: Verb) -> Result<(), End> {
        let step = Step::of(verb, None);
        let at = self.step(&step, Role::Given).await?;
        self.succeeded(&step, at)
    }

    /// A read on the condition that the file is no longer as it was in the marked reply.
    async fn stale(&mut self, of: &str, mark: &str, role: Role) -> Result<(), End> {
        let reply = self.transcript.marked(of).and_then(|index| self.transcript.exchanges[index].response());
        let (etag, date) =
            reply.map_or((false, false), |reply| (reply.headers.has("etag"), reply.headers.has("last-modified")));
        if !etag && !date {
            return Err(End::NotApplicable("index files carry no validator".to_owned()));
        }
        let look = Step {
            mark: Some(mark.to_owned()),
            if_none_match: etag.then(|| of.to_owned()),
            if_modified_since: (!etag).then(|| of.to_owned()),
            at_once: true,
            ..index_step(&self.own())
        };
        self.step(&look, role).await?;
        Ok(())
    }

    /// From the reply to the line, and the download as soon as the line is there.
    pub(super) async fn publish_lag(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", Some("publish")).await?;
        self.index_file("index", Role::When).await?;
        let download = Step { mark: Some("download".to_owned()), ..Step::of(Verb::Download("1.0.0".into()), None) };
        self.step(&download, Role::After).await?;
        Ok(())
    }

    /// What was missing a moment ago is there now.
    pub(super) async fn negative_cache(&mut self) -> Result<(), End> {
        let look = Step { mark: Some("absent".to_owned()), ..index_step(&self.own()) };
        self.step(&look, Role::Given).await?;
        self.given_publish("1.0.0", None).await?;
        self.index_file("index", Role::When).await?;
        Ok(())
    }

    /// What a cargo sees that polls for its publish.
    pub(super) async fn poll_during_publish(&mut self) -> Result<(), End> {
        self.given_publish("1.0.0", None).await?;
        let name = self.own();
        let until = Instant::now() + self.session.options().settle;
        for _ in 0..POLLS {
            let look = Step { mark: Some("poll".to_owned()), at_once: true, ..index_step(&name) };
            let at = self.step(&look, Role::After).await?;
            let reply = self.transcript.exchanges[at].response();
            let there = reply.is_some_and(|reply| self.crates.get(&name).is_some_and(|known| known.shows(reply)));
            if there || Instant::now() >= until {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.index_file("index", Role::When).await?;
        Ok(())
    }
}
