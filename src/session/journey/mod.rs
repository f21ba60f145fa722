//! Cases whose steps need control flow: what happens at once, half way, within a second or over one connection.

mod connection;
mod pages;
mod race;
mod timing;
mod upload;

use super::{
    End,
    perform::{Run, index_step, sound},
};
use crate::{
    exchange::Role,
    spec::PageKind,
    suite::{Journey, Step},
};

impl Run<'_> {
    pub(super) async fn journey(&mut self, journey: Journey) -> Result<(), End> {
        match journey {
            Journey::CutUpload => self.cut_upload().await,
            Journey::ExpectContinue => self.expect_continue().await,
            Journey::RaceSameVersion => self.race_same_version().await,
            Journey::RaceVersions => self.race_versions().await,
            Journey::PublishBesideYank => self.publish_beside_yank().await,
            Journey::ReadsDuringPublish => self.reads_during_publish().await,
            Journey::TwoWithinASecond => self.two_within_a_second().await,
            Journey::ValidatorsWithinASecond => self.validators_within_a_second().await,
            Journey::PublishLag => self.publish_lag().await,
            Journey::NegativeCache => self.negative_cache().await,
            Journey::PollDuringPublish => self.poll_during_publish().await,
            Journey::KeepAlive => self.keep_alive().await,
            Journey::UpgradeH2c => self.upgrade_h2c().await,
            Journey::Http2Streams => self.http2_streams().await,
            Journey::WalkPages => self.walk(PageKind::Page).await,
            Journey::WalkSeek => self.walk(PageKind::Seek).await,
            Journey::WalkBoth => self.walk_both().await,
        }
    }

    /// The crate of the case.
    fn own(&self) -> String {
        self.bindings.get("crate").unwrap_or_default().to_owned()
    }

    /// Publishes a sound version that the rest builds on.
    async fn given_publish(&mut self, version: &str, mark: Option<&str>) -> Result<usize, End> {
        let step = sound(&self.own(), version, mark);
        let at = self.step(&step, Role::Given).await?;
        self.succeeded(&step, at)?;
        Ok(at)
    }

    /// Reads the index file of the case's crate, once what was accepted shows there.
    async fn index_file(&mut self, mark: &str, role: Role) -> Result<usize, End> {
        let step = Step { mark: Some(mark.to_owned()), ..index_step(&self.own()) };
        self.step(&step, role).await
    }
}
