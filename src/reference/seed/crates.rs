//! The crates that are there at the start. Between them they have every kind of dependency, of feature and of version that a reply can show,
//! and downloads on some days.

use std::collections::BTreeMap;

use super::{people, plant::Seedling};
use crate::reference::{
    Config, State,
    accounts::{Id, Owner},
    crates_io::{Action, Deed, Time, day, moment, today},
};

const FEATURES: &str = "[features]\ndefault = [\"std\"]\nstd = []\nextra = [\"std\"]\n";
const MIT: &str = "license = \"MIT OR Apache-2.0\"";
const MINUTE: Time = 60_000_000;
const DAY: Time = 86_400_000_000;
/// How many days ago the first crate came to be.
const BEGINNING: Time = 200;
/// How many versions the crate with the most has.
const MANY: usize = 30;
/// How many crates there are for lists to have several pages.
const FILLERS: usize = 12;

/// The crate with the most to show: dependencies and dependents, features, a program, a team among its owners; and its newest version.
pub(super) const SHOWN: &str = "beta_util";
pub(super) const SHOWN_VERSION: &str = "0.2.0";

/// What seeds know while they grow.
struct Garden<'a> {
    config: &'a Config,
    state: &'a mut State,
    now: Time,
}

impl Garden<'_> {
    fn publish(&mut self, by: Id, seedling: Seedling<'_>) -> Id {
        self.now += MINUTE;
        seedling.publish(self.config, self.state, by, self.now)
    }

    /// Moves on to another day.
    fn wait(&mut self, days: Time) {
        self.now += days * DAY;
    }

    /// Yanks versions; all of them where none is named.
    fn yank(&mut self, by: Id, krate: Id, numbers: &[&str], message: Option<&str>) {
        self.now += MINUTE;
        let Some(entry) = self.state.catalogue.change(krate) else { return };
        let named = |version: &semver::Version| numbers.is_empty() || numbers.contains(&version.to_string().as_str());
        for version in entry.versions.iter_mut().filter(|version| named(&version.number)) {
            version.yanked = true;
            version.yank_message = message.map(str::to_owned);
            version.updated = self.now;
            version.actions.push(Action { deed: Deed::Yank, user: by, time: self.now });
        }
        entry.touch(self.now);
    }
}

/// Publishes everything.
pub(super) fn publish(config: &Config, state: &mut State) {
    let [alice, bob] = ["alice", "bob"].map(|login| people::id(&state.accounts, login));
    let now = moment(config.clock.now()) - BEGINNING * DAY;
    state.catalogue.founded = now;
    let mut garden = Garden { config, state, now };
    libraries(&mut garden, alice);
    tools(&mut garden, alice);
    others(&mut garden, alice, bob);
    let lambda = garden.state.catalogue.named("lambda-many").map(|entry| entry.id);
    fillers(&mut garden, alice, bob);
    let (team, bobs) = (Owner::Team(1), Owner::User(bob));
    for (name, owner) in [("alpha-core", bobs), ("ab", bobs), ("delta-cli", team), (SHOWN, team)] {
        if let Some(id) = garden.state.catalogue.named(name).map(|entry| entry.id) {
            garden.state.accounts.own(id, owner);
        }
    }
    downloads(config, state);
    let dave = people::id(&state.accounts, "dave");
    state.catalogue.rates.bound.insert(dave);
    if let Some(id) = state.catalogue.named("alpha-core").map(|entry| entry.id) {
        state.accounts.follow(bob, id);
    }
    lambda.into_iter().for_each(|id| state.accounts.follow(alice, id));
}

/// Crates with several versions, some of them yanked or not yet stable.
fn libraries(garden: &mut Garden<'_>, alice: Id) {
    const ALPHA: &str = "license = \"MIT OR Apache-2.0\"\nhomepage = \"https://example.com/alpha\"\n\
         documentation = \"https://docs.rs/alpha-core\"\nrepository = \"https://github.com/example/alpha-core\"\nrust-version = \"1.70\"\n\
         keywords = [\"testing\", \"core\", \"alpha\"]\ncategories = [\"algorithms\", \"development-tools::testing\"]";
    let mut alpha = 0;
    for number in ["0.1.0", "0.2.0", "1.0.0", "1.0.1", "1.1.0-beta.1", "1.1.0"] {
        let seedling = Seedling {
            package: ALPHA,
            tables: FEATURES,
            readme: Some("# alpha-core\n\nSee the documentation.\n"),
            ..Seedling::new("alpha-core", number, "The alpha core library")
        };
        alpha = garden.publish(alice, seedling);
        garden.wait(3);
    }
    garden.yank(alice, alpha, &["1.0.1"], None);
    const BETA: &str = "license = \"MIT OR Apache-2.0\"\nrepository = \"https://github.com/example/beta\"\n\
         keywords = [\"util\", \"alpha\"]\ncategories = [\"command-line-utilities\", \"science::bioinformatics\"]";
    // More than are told apart in counts of downloads.
    for number in ["0.0.1", "0.0.2", "0.0.3", "0.1.0", "0.1.1", SHOWN_VERSION] {
        let tables = "[dependencies]\nalpha-core = { version = \"1.0\", features = [\"std\"] }\n\n\
             [build-dependencies]\nalpha-core = { version = \"1.0\", optional = true }\n\n[features]\ndefault = []\nmore = []\nall = [\"more\"]\n";
        let beta = Seedling::new(SHOWN, number, "Beta utilities");
        let seedling = Seedling { package: BETA, tables, program: true, ..beta };
        garden.publish(alice, seedling);
        garden.wait(1);
    }
    const GAMMA: &str = "license = \"MIT\"\nkeywords = [\"macro\", \"derive\"]\n\
         categories = [\"development-tools::procedural-macro-helpers\"]";
    let seedling = Seedling { package: GAMMA, ..Seedling::new("gamma-macros", "0.1.0", "Gamma macros") };
    garden.publish(alice, seedling);
    garden.wait(2);
}

/// A crate with every kind of dependency, one of which nothing is left, and one with what only newer readers understand.
fn tools(garden: &mut Garden<'_>, alice: Id) {
    const DELTA: &str = "[dependencies]\nalpha-core = { version = \"1.1\", default-features = false, features = [\"extra\"] }\n\
         beta_util = { version = \">=0.1, <0.3\", optional = true }\nrenamed = { version = \"0.1\", package = \"gamma-macros\" }\n\n\
         [target.'cfg(unix)'.dependencies]\ngamma-macros = \"0.1\"\n\n[build-dependencies]\nalpha-core = \"=1.1.0\"\n\n\
         [dev-dependencies]\nbeta_util = \"~0.2.0\"\n\n[features]\ndefault = []\nutil = [\"dep:beta_util\"]\n";
    let package = "license = \"MIT\"\nkeywords = [\"cli\"]\ncategories = [\"command-line-utilities\"]";
    let seedling = Seedling {
        package,
        tables: DELTA,
        program: true,
        ..Seedling::new("delta-cli", "2.3.4", "A tool with every kind of dependency")
    };
    garden.publish(alice, seedling);
    garden.wait(2);
    let seedling = Seedling { package: MIT, ..Seedling::new("epsilon", "1.0.0", "Entirely yanked") };
    let epsilon = garden.publish(alice, seedling);
    garden.yank(alice, epsilon, &[], Some("do not use"));
    let package = "license = \"MIT\"\nlinks = \"zeta\"\nkeywords = [\"ffi\"]\ncategories = [\"external-ffi-bindings\"]";
    garden.publish(alice, Seedling { package, ..Seedling::new("zeta-sys", "0.3.0", "Bindings") });
    garden.publish(alice, Seedling { package: MIT, ..Seedling::new("eta", "0.1.0", "A crate for settings") });
    garden.publish(alice, Seedling { package: MIT, ..Seedling::new("ab", "0.1.0", "Two letters") });
    const THETA: &str = "[dependencies]\nalpha-core = { version = \"1\", default-features = false, optional = true }\n\
         beta_util = { version = \"0.2\", optional = true }\n\n[features]\nplain = []\na = [\"dep:alpha-core\"]\ndefault = [\"a\"]\n\
         x = [\"alpha-core?/extra\", \"beta_util\"]\n";
    let seedling = Seedling {
        package: MIT,
        tables: THETA,
        ..Seedling::new("theta-weak", "0.5.0", "Weak and namespaced features")
    };
    garden.publish(alice, seedling);
    garden.wait(2);
}

/// Crates of others, and odd ones.
fn others(garden: &mut Garden<'_>, alice: Id, bob: Id) {
    garden.publish(bob, Seedling { package: MIT, readme: Some("# q\n"), ..Seedling::new("q", "0.1.0", "One letter") });
    for (number, rust) in [("3.0.0", "1.56.1"), ("3.1.0", "1.74")] {
        let package = format!(
            "license = \"MIT\"\nrust-version = \"{rust}\"\nkeywords = [\"core\", \"kit\"]\ncategories = [\"algorithms\"]"
        );
        garden.publish(
            alice,
            Seedling { package: &package, ..Seedling::new("iota_kit", number, "A crate with a minimal Rust") },
        );
        garden.wait(1);
    }
    let package = "license = \"MIT\"\nkeywords = [\"testing\"]\ncategories = [\"web-programming\"]";
    garden.publish(bob, Seedling { package, ..Seedling::new("Kappa_Mixed", "0.0.1", "A crate of mixed case") });
    for number in ["0.1.0-alpha.1", "0.1.0-alpha.2"] {
        garden.publish(alice, Seedling { package: MIT, ..Seedling::new("nu-pre", number, "Pre-releases only") });
        garden.wait(1);
    }
    garden.publish(
        alice,
        Seedling { package: MIT, ..Seedling::new("xi-meta", "1.0.0+build.5", "Version with build metadata") },
    );
    let package = "license-file = \"LICENSE\"";
    garden.publish(
        alice,
        Seedling { package, ..Seedling::new("omicron", "0.1.0", "A license of its own, and no readme") },
    );
    for (number, tables) in [
        ("0.1.0", "[dependencies]\nalpha-core = \"1\"\n"),
        ("0.2.0", "[dependencies]\nalpha-core = \"1.1\"\nbeta_util = { version = \"0.2\", features = [\"more\"] }\n"),
    ] {
        let package = "license = \"MIT\"\nkeywords = [\"alpha\"]";
        let seedling = Seedling {
            package,
            tables,
            ..Seedling::new("mu-bob", number, "A crate of bob's that depends on alpha-core")
        };
        garden.publish(bob, seedling);
        garden.wait(1);
    }
    let package = "license = \"MIT\"\nkeywords = [\"many\"]";
    let mut lambda = 0;
    for n in 0..MANY {
        let number = format!("0.{}.{}", n / 10, n % 10);
        let many = Seedling::new("lambda-many", &number, "Many versions");
        lambda = garden.publish(alice, Seedling { package, tables: FEATURES, program: true, ..many });
    }
    garden.yank(alice, lambda, &["0.0.3", "0.1.5", "0.2.9"], None);
    garden.wait(5);
}

/// As many more as lists need to have several pages, each on top of one of the libraries.
fn fillers(garden: &mut Garden<'_>, alice: Id, bob: Id) {
    for n in 1..=FILLERS {
        let owner = if n % 3 == 0 { bob } else { alice };
        let on = ["alpha-core = \"1\"", "beta_util = \"0.2\"", "eta = \"0.1\""][n % 3];
        let (name, description) = (format!("filler-{n}"), format!("One of {FILLERS}"));
        let package = format!(
            "license = \"MIT\"\nkeywords = [\"filler\", \"set-{}\"]\ncategories = [\"{}\"]",
            n % 4,
            ["encoding", "algorithms", "parsing", "development-tools"][n % 4]
        );
        let tables = format!("[dependencies]\n{on}\n");
        let seedling = Seedling { package: &package, tables: &tables, ..Seedling::new(&name, "1.0.0", &description) };
        garden.publish(owner, seedling);
        garden.wait(1);
    }
}

/// Downloads of the last days, and of a time that is no longer recent. Crates have different numbers of them, some none.
fn downloads(config: &Config, state: &mut State) {
    let ids: Vec<Id> = state.catalogue.crates().map(|entry| entry.id).collect();
    for (at, id) in (0_u32..).zip(ids) {
        let Some(entry) = state.catalogue.change(id) else { continue };
        if entry.name.ends_with('2') {
            continue;
        }
        for (number, version) in (0_u32..).zip(&mut entry.versions) {
            let recent = (1..=20).map(|back| (today(&config.clock, u64::from(back)), 10 + at * 3 + number * 3 + back));
            // What was liked once need not be now.
            let once = if entry.name == "zeta-sys" { 100_000 } else { 7 + at };
            let old = [(today(&config.clock, 120), once)];
            let born = day(version.created);
            let counts: BTreeMap<_, _> = recent.chain(old).filter(|(date, _)| *date >= born).collect();
            version.downloads = counts;
        }
    }
}
