//! What is known to be good raises no alarm: replies recorded from real registries are judged, and every finding is expected.

#![expect(clippy::unwrap_used, reason = "what a test cannot read, it fails on")]

#[path = "recordings/scene.rs"]
mod scene;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use regspec::{
    engine::record,
    exchange::declines,
    plan::{Case, declared},
    session::End,
    spec::Spec,
    suite::{Check, Corpora, Suite},
    verdict::Verdict,
};
use scene::Topic;
use serde::Deserialize;

/// Which exchanges a case is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    names: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default)]
    status: Vec<u16>,
    /// As if others had published what is read.
    #[serde(default)]
    foreign: bool,
}

/// Registry, requirement, level.
type Row = (String, String, String);

/// Uploads that were answered by closing the connection, which is told as such and says nothing more.
const UNANSWERED: [&str; 1] = ["cratery cargo.envelope/envelope-09-tarball-length-one-long [envelope-aborted]"];

#[derive(Default)]
struct Seen {
    findings: BTreeMap<Row, BTreeSet<String>>,
    told: BTreeMap<(Row, String), String>,
    unjudged: Vec<String>,
    judged: BTreeMap<String, BTreeSet<String>>,
    cases: BTreeMap<String, usize>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

fn topics() -> Vec<Topic> {
    let mut topics = Vec::new();
    for registry in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(&registry).unwrap().map(|entry| entry.unwrap().path()) {
            topics.push(Topic {
                registry: registry.file_name().unwrap().to_str().unwrap().to_owned(),
                name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
                transcript: serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap(),
            });
        }
    }
    topics.sort_by(|one, other| (&one.registry, &one.name).cmp(&(&other.registry, &other.name)));
    topics
}

/// `*` stands for anything, `?` for one character.
fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(&pattern[1..], &text[at..]))
        }
        (Some('?'), Some(c)) => fits(&pattern[1..], &text[c.len_utf8()..]),
        (Some(p), Some(t)) if p == t => fits(&pattern[p.len_utf8()..], &text[t.len_utf8()..]),
        _ => false,
    }
}

impl Judged {
    fn covers(&self, topic: &Topic, at: usize) -> bool {
        let name = topic.mark(at);
        let whole = format!("{}/{}/{name}", topic.registry, topic.name);
        let any = |patterns: &[String]| patterns.iter().any(|p| fits(p, if p.contains('/') { &whole } else { name }));
        let status = topic.transcript.exchanges[at].response().map(|reply| reply.status);
        any(&self.names)
            && !any(&self.not)
            && (self.status.is_empty() || status.is_some_and(|s| self.status.contains(&s)))
    }
}

/// Judged once for all tests.
static SEEN: LazyLock<Seen> = LazyLock::new(judge);

fn load() -> (Spec, Vec<Case>) {
    let spec = Spec::bundled("cargo").unwrap();
    let suite = Suite::parse("tests/recordings/cases.toml", &read("cases.toml")).unwrap();
    let cases = declared(&spec, &[suite], &Corpora::default()).unwrap();
    (spec, cases)
}

fn judge() -> Seen {
    let (spec, cases) = load();
    let table: BTreeMap<String, Judged> = toml::from_str(&read("judged.toml")).unwrap();
    let named: BTreeSet<_> = cases.iter().map(|case| case.decl.name.clone()).collect();
    assert_eq!(named, table.keys().cloned().collect(), "each case of cases.toml stands in judged.toml");
    let topics = topics();
    let mut seen = Seen::default();
    for case in &cases {
        for topic in &topics {
            for at in 0..topic.transcript.exchanges.len() {
                let verb = case.decl.when.as_ref().unwrap().verb.name();
                if topic.transcript.exchanges[at].verb == verb && table[&case.decl.name].covers(topic, at) {
                    look(&spec, case, topic, at, table[&case.decl.name].foreign, &mut seen);
                }
            }
        }
    }
    let idle: Vec<_> = named.iter().filter(|name| !seen.cases.contains_key(*name)).collect();
    assert!(idle.is_empty(), "cases without a reply: {idle:?}");
    seen
}

fn look(spec: &Spec, case: &Case, topic: &Topic, at: usize, foreign: bool, seen: &mut Seen) {
    let place = format!("{}/{}", topic.name, topic.mark(at));
    let reply = topic.transcript.exchanges[at].response();
    if spec.catalogue.get(case.requirements[0].as_str()).unwrap().may_refuse.is_some() && reply.is_some_and(declines) {
        return; // A run says: not applicable, refused by policy.
    }
    for mut transcript in topic.scenes(case, at) {
        if foreign || transcript.uploads.is_empty() {
            transcript.uploads.clear();
            transcript.foreign_data = true;
        }
        let record = record(spec, case, &transcript, End::Done);
        *seen.cases.entry(case.decl.name.clone()).or_default() += 1;
        seen.judged.entry(topic.registry.clone()).or_default().insert(place.clone());
        for finding in &record.findings {
            let row = (topic.registry.clone(), finding.requirement.to_string(), finding.level.to_string());
            seen.findings.entry(row.clone()).or_default().insert(place.clone());
            let told = format!("[{}] expected {}, actual {}", case.decl.name, finding.expected, finding.actual);
            seen.told.entry((row, place.clone())).or_insert(told);
        }
        if record.verdict == Verdict::Inconclusive {
            seen.unjudged.push(format!("{} {place} [{}]: {}", topic.registry, case.decl.name, record.reason.unwrap()));
        }
    }
}

/// The table of README.md: registry, requirement, level and how often, each with what is told and why that is right.
fn explained() -> BTreeMap<Row, usize> {
    let readme = read("README.md");
    let mut rows = BTreeMap::new();
    for line in readme.lines().filter(|line| line.contains(" | MUST | ") || line.contains(" | SHOULD | ")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [registry, requirement, level, times, _, what, why] = cells[..] else { panic!("seven cells: {line}") };
        assert!(!what.is_empty() && !why.is_empty(), "a finding is expected for a reason: {line}");
        let row = (registry.to_owned(), requirement.to_owned(), level.to_owned());
        assert_eq!(rows.insert(row, times.parse().unwrap()), None, "one row a requirement: {line}");
    }
    rows
}

#[test]
fn real_replies_raise_the_expected_findings_and_no_others() {
    let seen = &*SEEN;
    let unjudged: Vec<_> = seen.unjudged.iter().map(|told| told.split(": ").next().unwrap()).collect();
    assert_eq!(unjudged, UNANSWERED, "every other reply can be judged: {:#?}", seen.unjudged);
    let must: Vec<_> = seen.findings.keys().filter(|(name, _, level)| name == "crates-io" && level == "MUST").collect();
    assert!(must.is_empty(), "crates.io breaks no MUST: {must:#?} {:#?}", seen.told);
    // Shown where the test fails.
    for ((row, place), told) in &seen.told {
        println!("{row:?} {place} {told}");
    }
    let mut text = String::new();
    for ((registry, requirement, level), places) in &seen.findings {
        writeln!(text, "{registry} {level} {requirement}: {}", places.len()).unwrap();
        for place in places {
            writeln!(text, "    {place}").unwrap();
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("recordings");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("findings", text));
    let counted = seen.findings.iter().map(|(row, places)| (row.clone(), places.len())).collect();
    assert_eq!(explained(), counted, "each finding is explained in README.md");
}

/// What is known to be good is known to have been looked at.
#[test]
fn most_checks_see_replies_of_every_registry() {
    let seen = &*SEEN;
    let counts: Vec<_> = seen.judged.iter().map(|(registry, places)| (registry.as_str(), places.len())).collect();
    let expected = [
        ("cargo-http-registry", 209),
        ("cratery", 250),
        ("crates-io", 496),
        ("ferro-cargo-registry-server", 214),
        ("ktra", 228),
    ];
    assert_eq!(counts, expected);
    let text = read("cases.toml");
    let idle: Vec<_> = Check::VOCABULARY
        .iter()
        .map(|(name, _)| name.replace('_', "-"))
        .filter(|name| !text.contains(&format!("{{ {name} = ")))
        .collect();
    let calls = ["reply", "error-reply", "pages", "ordered", "items", "agree"];
    let idle: Vec<_> = idle.iter().filter(|name| !calls.contains(&name.as_str())).collect();
    assert_eq!(idle, ["race", "shown-within"], "recordings of cargo's contract hold neither races, waits nor calls");
}

/// Older versions of two of these registries swapped the names of renamed dependencies. What they say now is sound, and what
/// they said is found.
#[test]
fn a_swapped_rename_in_a_real_line_is_found() {
    let (spec, cases) = load();
    let case = cases.iter().find(|case| case.decl.name == "as-uploaded").unwrap();
    for topic in topics().iter().filter(|topic| topic.name == "cargo") {
        let at = topic.transcript.marked("publish-rich-index").unwrap();
        let mut transcript = topic.scenes(case, at).remove(0);
        let reply = transcript.exchanges.last_mut().unwrap().reply.as_mut().unwrap();
        let mut line = reply.body.json().unwrap();
        let dep = line["deps"].as_array_mut().unwrap().iter_mut().find(|dep| dep["name"] == "alias").unwrap();
        (dep["name"], dep["package"]) = (dep["package"].take(), dep["name"].take());
        reply.body = (&line).into();
        let record = record(&spec, case, &transcript, End::Done);
        let broken: Vec<_> = record.findings.iter().map(|finding| finding.requirement.as_str()).collect();
        assert!(broken.contains(&"dep/rename-swap"), "{}: {broken:?}", topic.registry);
    }
}
