use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Credentials, Options, Policy, Writers};
use crate::{exchange::Endpoints, spec::Need, suite::Variant};

/// What the target claims, as told or probed, and what the run holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Profile {
    /// Where it is reached.
    pub endpoints: Endpoints,
    /// Why there is no web API to be called although the target is asked for one.
    pub api_missing: Option<String>,
    /// The index is read from a clone of a git index.
    pub index_dir: bool,
    /// It asks for a token on every request.
    pub private: bool,
    /// Actions that it does not offer, with how that was seen.
    pub not_offered: Vec<(Action, String)>,
    /// Who may write.
    pub writers: Option<Writers>,
    /// Only owners may change a crate.
    pub ownership: bool,
    /// How many bytes a crate may have, as far as declared.
    pub largest_crate: Option<u64>,
    /// What it asks of a package beyond the protocol.
    pub policy: Policy,
    /// Index files carry an ETag.
    pub etag: bool,
    /// Index files carry Last-Modified.
    pub last_modified: bool,
    /// Downloads answer with a redirect.
    pub redirect: bool,
    /// It is there to be hurried until it throttles.
    pub throttles: bool,
    /// The crate that cases read.
    pub sample: Option<Sample>,
    /// Why there is no sample.
    pub sample_missing: Option<String>,
    /// How it refused a sound upload, where it takes none at all.
    pub no_upload: Option<String>,
    /// The inputs that the run holds.
    pub held: BTreeSet<Need>,
}

/// The crate that cases read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its name as the index spells it.
    pub name: String,
    /// A version that is not yanked.
    pub version: String,
    /// A version that is yanked, if there is one.
    pub yanked: Option<String>,
    /// The run published it, so that its content is known.
    pub ours: bool,
    /// The checksums of its versions, for `dl` with `{sha256-checksum}`.
    pub checksums: Vec<(String, String)>,
}

impl Profile {
    /// Notes what the run holds.
    pub fn hold(&mut self, credentials: &Credentials, options: &Options) {
        let held = [
            (Need::Write, options.write),
            (Need::OtherToken, credentials.other_token.is_some()),
            (Need::Login, credentials.login.is_some()),
            (Need::OtherLogin, credentials.other_login.is_some()),
            (Need::ThirdLogin, credentials.third_login.is_some()),
            (Need::RevokedToken, credentials.revoked_token.is_some()),
        ];
        self.held.extend(held.into_iter().filter(|(_, held)| *held).map(|(need, _)| need));
    }

    /// Why a need is not met; nothing if it is.
    pub fn lacks(&self, need: Need) -> Option<String> {
        let input = |option: &str| (!self.held.contains(&need)).then(|| format!("needs {option}"));
        let unless = |met: bool, why: &str| (!met).then(|| why.to_owned());
        match need {
            Need::Write => input("--write"),
            Need::OtherToken => input("--other-token"),
            Need::Login => input("--login"),
            Need::OtherLogin => input("--other-login"),
            Need::ThirdLogin => input("--third-login"),
            Need::RevokedToken => input("a revoked token (--credentials)"),
            Need::Sample => match (&self.sample, &self.sample_missing) {
                (Some(_), _) => None,
                (None, Some(why)) => Some(format!("there is no crate to read: {why}")),
                (None, None) => Some("there is no crate to read; name one with --crate".to_owned()),
            },
            Need::YankedSample => match &self.sample {
                Some(sample) if sample.yanked.is_none() => {
                    Some("the crate that is read has no yanked version".to_owned())
                }
                _ => None,
            },
            Need::Private => unless(self.private, "the registry is public"),
            Need::Public => unless(!self.private, "the registry asks for a token"),
            Need::Search => self.lacks_action(Action::Search),
            Need::Owners => self.lacks_action(Action::Owners),
            Need::Yank => self.lacks_action(Action::Yank),
            Need::Ownership => unless(self.ownership, "that only owners may write is not claimed"),
            Need::WriteToken => unless(
                self.writers != Some(Writers::Anyone),
                "the registry lets anyone write, which pub/auth-required-for-publish tells once",
            ),
            Need::Api => match (&self.endpoints.api, &self.api_missing) {
                (Some(_), _) => None,
                (None, Some(why)) => Some(why.clone()),
                (None, None) => Some("the target has no web API".to_owned()),
            },
            Need::Index => unless(self.endpoints.index.is_some() || self.index_dir, "the target has no index"),
            Need::Sparse => unless(self.endpoints.index.is_some(), "the target has no sparse index"),
            Need::Redirect => unless(self.redirect, "downloads do not redirect"),
            Need::Markers => {
                unless(self.endpoints.dl.as_deref().is_some_and(|dl| dl.contains('{')), "`dl` has no markers")
            }
            Need::Etag => unless(self.etag, "index files carry no ETag"),
            Need::LastModified => unless(self.last_modified && !self.etag, "Last-Modified is not the only validator"),
            Need::DeclaredLimit => {
                unless(self.largest_crate.is_some(), "no largest crate is declared (largest-crate in [target])")
            }
            Need::LargeCrates => unless(
                self.largest_crate.is_some_and(|bytes| bytes >= 6_000_000),
                "that crates of 6 MB are taken is not declared (largest-crate in [target])",
            ),
            Need::Tls => unless(
                self.endpoints.index.as_deref().is_some_and(|index| index.starts_with("https:")),
                "the target is not reached over TLS",
            ),
            Need::Cargo | Need::Nightly => Some("needs a real cargo".to_owned()),
            Need::SecondRegistry => Some("needs a second registry".to_owned()),
            // That shows in the run.
            Need::Throttled => None,
        }
    }

    fn lacks_action(&self, action: Action) -> Option<String> {
        if let Some(why) = self.lacks(Need::Api) {
            return Some(why);
        }
        let (_, how) = self.not_offered.iter().find(|(missing, _)| *missing == action)?;
        Some(format!("{} is not offered ({how})", action.name()))
    }

    /// Why a target is not of the kind that a case is about; nothing if it is.
    pub fn is_not(&self, variant: Variant) -> Option<String> {
        match variant {
            Variant::Any => None,
            Variant::Private => self.lacks(Need::Private),
            Variant::Markers => self.lacks(Need::Markers),
            Variant::Redirect => self.lacks(Need::Redirect),
            Variant::Dated => self.lacks(Need::LastModified),
            Variant::Tls => self.lacks(Need::Tls),
            Variant::Throttling => self.lacks(Need::Throttled),
        }
    }
}
