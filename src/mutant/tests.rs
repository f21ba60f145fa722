use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{Arc, OnceLock},
    thread,
};

use super::{
    Mutant, Spoil, all, find, of,
    spoil::{API, bodies, lines, reauthorised},
    upload::{indexing, storing},
    wire,
};
use crate::{
    exchange::{Request, Response},
    reference::{Clock, Config, Handler, Registry, Validators},
    suite::Variant,
};

mod requests;
mod script;

use requests::{ORIGIN, OTHER, TOKEN, publish, request, with_token};

/// Level of each requirement that a run against the embedded registry can try.
fn requirements() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cargo/requirements");
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    files
        .flat_map(|text| {
            let table: toml::Table = text.parse().unwrap();
            table["requirement"].as_array().unwrap().clone()
        })
        .filter(|requirement| requirement.get("state").is_none())
        .map(|requirement| {
            let text = |key: &str| requirement[key].as_str().unwrap().to_owned();
            (text("id"), text("level"))
        })
        .collect()
}

#[test]
fn names_are_unique_and_in_kebab_case() {
    let mut seen = BTreeSet::new();
    for Mutant { id, from, .. } in all() {
        assert!(seen.insert(id), "{id} stands twice");
        let words: Vec<_> = id.split('-').collect();
        assert!(words.iter().all(|word| !word.is_empty()), "{id}");
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
        let row = |text: &str| {
            text.split_once(' ')
                .is_some_and(|(row, thread)| row.starts_with(['A', 'B', 'C', 'D']) && !thread.is_empty())
        };
        assert!(*from == "derived" || row(from), "{id}: {from}");
        assert_eq!(find(id).unwrap().id, *id);
    }
    assert!(find("nobody").is_none());
}

#[test]
fn what_they_break_exists() {
    let known = requirements();
    for mutant in of("cargo") {
        assert!(!mutant.breaks.is_empty(), "{}", mutant.id);
        for id in mutant.breaks {
            assert!(known.contains_key(*id), "{} breaks {id}, which cannot be tried", mutant.id);
            assert_ne!(known[*id], "MAY", "{} breaks {id}, and a MAY is never a finding", mutant.id);
        }
    }
}

/// Rows of the known bugs: id, requirements, links.
fn known_bugs() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/known-bugs.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[3].is_ascii_digit());
    rows.map(|row| {
        let cells: Vec<_> = row.split(" | ").collect();
        (cells[0].trim_start_matches("| ").to_owned(), cells[3].to_owned(), cells.last().unwrap().to_string())
    })
    .collect()
}

#[test]
fn every_known_bug_of_a_registry_is_here() {
    let bugs = known_bugs();
    for Mutant { id, from, .. } in all().filter(|mutant| mutant.from != "derived") {
        let (row, thread) = from.split_once(' ').unwrap();
        let (_, _, links) = bugs.iter().find(|(known, ..)| known == row).unwrap_or_else(|| panic!("{id}: {from}"));
        assert!(links.contains(&format!("[{thread}")), "{id}: {row} does not link to {thread}");
    }
    let here: BTreeSet<&str> = all().filter_map(|mutant| mutant.from.split(' ').next()).collect();
    let missing: Vec<_> = bugs
        .iter()
        .filter(|(row, requirements, _)| !requirements.starts_with("none") && !here.contains(row.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_demand_is_broken_by_some_mutant() {
    let wires = wire::all().flat_map(|wire| wire.breaks);
    let broken: BTreeSet<&str> = of("cargo").flat_map(|mutant| mutant.breaks).chain(wires).copied().collect();
    let known = requirements();
    let whole: BTreeSet<&str> = known.iter().filter(|(_, level)| *level != "MAY").map(|(id, _)| id.as_str()).collect();
    let unbroken: Vec<_> = whole.difference(&broken).collect();
    assert!(unbroken.is_empty(), "{unbroken:?}");
}

fn config(variant: Variant) -> Config {
    let config = Config::new(ORIGIN).token(TOKEN).other_token(OTHER).clock(Clock::fixed(1_700_000_000));
    match variant {
        Variant::Any | Variant::Tls => config,
        Variant::Private => config.private(),
        Variant::Markers => config
            .dl(format!("{ORIGIN}/files/{{prefix}}/{{lowerprefix}}/{{crate}}-{{version}}-{{sha256-checksum}}.crate")),
        Variant::Redirect => config.private().downloads_at("http://127.0.0.1:2"),
        Variant::Dated => config.validators(Validators::LastModified),
        // With nothing to spare, so that no reply depends on the time.
        Variant::Throttling => config.throttle(0),
    }
}

fn start(mutant: &Mutant) -> Handler {
    mutant.handler(Arc::new(Registry::new(mutant.config(config(mutant.variant)))))
}

fn reference(variant: Variant) -> Handler {
    let registry = Registry::new(config(variant));
    Arc::new(move |request| registry.handle(request))
}

#[test]
fn each_one_answers() {
    for mutant in of("cargo") {
        let handler = start(mutant);
        let _: Response = handler(&request("GET", "/index/config.json"));
        let _: Response = handler(&publish("abcd", "1.0.0", None));
        let _: Response = handler(&request("HEAD", "/index/ab/cd/abcd"));
        let _: Response = handler(&request("GET", "/index/ab/cd/abcd"));
    }
}

/// The replies of the reference registry to the script, once for each kind of registry.
fn expected(variant: Variant) -> &'static [Response] {
    static REPLIES: OnceLock<Vec<(Variant, Vec<Response>)>> = OnceLock::new();
    let replies = REPLIES.get_or_init(|| {
        let variants =
            [Variant::Any, Variant::Private, Variant::Markers, Variant::Redirect, Variant::Dated, Variant::Throttling];
        variants.map(|variant| (variant, script::run(&reference(variant)))).into()
    });
    &replies.iter().find(|(known, _)| *known == variant).unwrap().1
}

/// Spoilers that change nothing. What they did beyond that, every mutant made with them would do as well.
const IDLE: &[Spoil] = &[
    |registry, request| lines(registry, request, |_| ()),
    |registry, request| bodies(registry, request, API, |_| ()),
    |registry, request| reauthorised(registry, request, |value| Some(value.to_owned())),
    |registry, request| storing(registry, request, |_| Some(())),
];

#[test]
fn spoilers_do_nothing_by_themselves() {
    for (number, spoil) in IDLE.iter().enumerate() {
        let mutant = Mutant::spoilt("idle", &[], "derived", *spoil);
        assert!(!script::differs(&start(&mutant), expected(Variant::Any)), "{number}");
    }
    let mutant = Mutant::stateful("idle", &[], "derived", |registry| indexing(registry, |_, _| ()));
    assert!(!script::differs(&start(&mutant), expected(Variant::Any)));
}

/// Sends requests at the same time.
fn together<const N: usize>(handler: &Handler, requests: [Request; N]) -> [Response; N] {
    thread::scope(|scope| {
        let threads = requests.map(|request| scope.spawn(move || handler(&request)));
        threads.map(|thread| thread.join().unwrap())
    })
}

fn statuses<const N: usize>(replies: &[Response; N]) -> [u16; N] {
    replies.each_ref().map(|reply| reply.status)
}

/// Tries again what shows only when two requests meet: on a machine that is busy elsewhere the second may come too late to.
fn shows(id: &str, meet: impl Fn(&Handler) -> bool) {
    let shows = (0..20).any(|_| {
        let handler = start(find(id).unwrap());
        assert_eq!(handler(&publish("abcd", "1.0.0", None)).status, 200, "{id}");
        meet(&handler)
    });
    assert!(shows, "{id} never showed");
}

fn index(handler: &Handler) -> String {
    handler(&request("GET", "/index/ab/cd/abcd")).body.lossy().into_owned()
}

#[test]
fn races_show_between_two_requests() {
    let twice = || [publish("abcd", "1.1.0", None), publish("abcd", "1.1.0", Some("other"))];
    shows("two-winners", |handler| statuses(&together(handler, twice())) == [200, 200]);
    shows("no-winner", |handler| statuses(&together(handler, twice())) == [409, 409]);
    let both = || [publish("abcd", "1.1.0", None), publish("abcd", "1.2.0", None)];
    shows("lost-update", |handler| {
        statuses(&together(handler, both())) == [200, 200] && index(handler).lines().count() == 2
    });
}

#[test]
fn races_with_a_publish_show_until_it_is_over() {
    let beside = |id: &str, request: &dyn Fn() -> Request, met: &dyn Fn(&Response, &str) -> bool| {
        shows(id, |handler| {
            let reply = thread::scope(|scope| {
                scope.spawn(|| handler(&publish("abcd", "1.1.0", None)));
                thread::sleep(std::time::Duration::from_millis(10));
                handler(&request())
            });
            met(&reply, &index(handler))
        });
    };
    let read = || request("GET", "/index/ab/cd/abcd");
    let yank = || with_token(request("DELETE", "/api/v1/crates/abcd/1.0.0/yank"));
    beside("yank-lost-beside-publish", &yank, &|reply, after| {
        reply.status == 200 && !after.contains("\"yanked\":true")
    });
    beside("half-a-file-during-publish", &read, &|reply, after| {
        !reply.body.ends_with(b"}\n") && after.ends_with("}\n")
    });
    beside("index-500-during-publish", &read, &|reply, _| reply.status == 503);
}
