//! What lies ready to be used up by an operation: invitations to accept, configurations to delete.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    people,
    plant::{self, Seedling},
};
use crate::reference::{
    Config, State,
    accounts::{Id, Owner, Provider, TrustpubConfig},
};

/// How many crates of alice's have invitations out, to bob and to dave.
const INVITING: usize = 12;
/// How many crates of alice's workflows may publish, and how many workflows each.
const TRUSTING: usize = 4;
const WORKFLOWS: usize = 4;

/// What the names of those crates begin with.
pub(super) const INVITED: &str = "inviting-";
pub(super) const TRUSTED: &str = "trusting-";

/// A crate that shares its address with an operation.
pub(super) const CALLED_NEW: &str = "new";

/// What workflows are called.
pub(super) const OWNER: &str = "example-org";
pub(super) const WORKFLOW: &str = "release.yml";

/// How many tokens of workflows there are.
const TOKENS: usize = 8;

const LONG_AGO: i64 = 31 * 86_400 * 1_000_000;

/// Hands everything out.
pub(super) fn hand_out(config: &Config, state: &mut State) {
    let [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(|login| people::id(&state.accounts, login));
    owned(config, state, "bobs", bob);
    called_new(config, state, bob);
    for n in 1..=INVITING {
        let krate = owned(config, state, &format!("{INVITED}{n}"), alice);
        let now = state.catalogue.tick(&config.clock);
        state.accounts.invite(krate, bob, alice, now);
        state.accounts.invite(krate, dave, alice, now);
        // Both can be shown alone: not accepted for want of a confirmed address, and not for being late.
        state.accounts.invite(krate, carol, alice, if n == 1 { now } else { now - LONG_AGO });
    }
    for n in 1..=TRUSTING {
        let name = format!("{TRUSTED}{n}");
        let krate = owned(config, state, &name, alice);
        state.accounts.own(krate, Owner::Team(1));
        for workflow in 1..=WORKFLOWS {
            let created = state.catalogue.tick(&config.clock);
            let environment = (workflow > 1).then(|| format!("stage-{workflow}"));
            let github = TrustpubConfig {
                krate,
                created,
                owner: OWNER.to_owned(),
                owner_id: state.accounts.organisations.get(OWNER).copied(),
                project: name.clone(),
                workflow: WORKFLOW.to_owned(),
                environment,
            };
            let gitlab = TrustpubConfig { owner_id: None, ..github.clone() };
            state.accounts.trust(Provider::GitHub, github);
            state.accounts.trust(Provider::GitLab, gitlab);
        }
    }
    let crates: BTreeSet<Id> = state.accounts.configs.values().map(|config| config.krate).collect();
    for _ in 0..TOKENS {
        let data = json!({ "provider": "github", "repository": format!("{OWNER}/{TRUSTED}1"), "run_id": "1", "sha": "0".repeat(40) });
        // They are handed out before the run, which may begin whenever it likes.
        let token = state.accounts.issue_trustpub(crates.clone(), data, 0);
        token.expires = i64::MAX;
    }
    let first = state.catalogue.named(&format!("{INVITED}1")).map(|entry| entry.id);
    first.into_iter().for_each(|krate| state.accounts.follow(alice, krate));
}

/// The crate whose address is also that of an operation has as much to show as any.
fn called_new(config: &Config, state: &mut State, owner: Id) {
    let package =
        "license = \"MIT\"\nhomepage = \"https://example.com/new\"\nkeywords = [\"new\"]\ncategories = [\"science\"]";
    let tables = "[features]\ndefault = [\"std\"]\nstd = []\n";
    let seedling =
        Seedling { package, tables, program: true, ..Seedling::new(CALLED_NEW, "0.1.0", "A crate called new") };
    let now = state.catalogue.tick(&config.clock);
    let krate = seedling.publish(config, state, owner, now);
    state.accounts.own(krate, Owner::User(owner));
}

fn owned(config: &Config, state: &mut State, name: &str, owner: Id) -> Id {
    let krate = plant::plant(config, state, name, owner);
    state.accounts.own(krate, Owner::User(owner));
    krate
}
