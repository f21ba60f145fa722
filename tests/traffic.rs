//! What the real crates.io server answered raises no false alarm: its traffic is judged as `regspec judge` does, and each
//! generated case that asks for the same is judged by what the case expects.

#![expect(clippy::unwrap_used, reason = "what a test cannot read, it fails on")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use flate2::read::GzDecoder;
use regspec::{
    engine::{Engine, ExitStatus, Setup, Tally, record, traffic},
    exchange::{
        Bindings, Called, Endpoints, Exchange, Request, Response, Transcript,
        har::{self, Entry},
    },
    judge,
    plan::{Case, generated},
    reference::{Config, Registry, Server},
    report::differences,
    session::End,
    spec::{Level, Spec},
    suite::{Check, Text},
    target::{Credentials, Options, Remote, Target},
    verdict::{Record, Verdict},
};
use serde::Deserialize;
use serde_json::json;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

static ARCHIVE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(file("tests/traffic/crates-io.har.gz")).unwrap()).read_to_string(&mut text).unwrap();
    text
});

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| har::entries(&ARCHIVE).unwrap());

struct Contract {
    spec: Spec,
    bare: Spec,
    cases: Vec<Case>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let mut spec = Spec::bundled("crates-io").unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi", made.requirements);
    spec.catalogue.add_made("openapi", traffic::requirements(&spec));
    Contract { spec, bare: Spec::without_overlays("crates-io").unwrap(), cases: made.cases }
});

fn judged(entry: &Entry) -> Record {
    traffic::traffic(&CONTRACT.spec, &CONTRACT.bare, entry, "crates-io.har", 1)
}

/// What is said of each entry as it was recorded.
static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| ENTRIES.iter().map(judged).collect());

fn operation(record: &Record) -> &str {
    record.id.split("::").next().unwrap()
}

/// The rows of a table in docs/crates-io.md whose first cell is in backquotes.
fn rows() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(file("docs/crates-io.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<String> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect();
        (cells[0].clone(), cells[1..].to_vec())
    })
    .collect()
}

#[test]
fn what_crates_io_answers_breaks_no_must_and_each_warning_has_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recorded.har");
    fs::write(&path, &*ARCHIVE).unwrap();
    let mut spec = Spec::bundled("crates-io").unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi", made.requirements);
    let (records, _) = judge::judge(&mut spec, &[], &path).unwrap();
    let expected = Tally { cases: 1924, conforms: 1713, warnings: 14, not_applicable: 197, ..Tally::default() };
    assert_eq!(Tally::of(&records), expected);
    assert_eq!(ExitStatus::of(&records, false), ExitStatus::Conforms);
    let mut told = BTreeMap::new();
    for (record, entry) in records.iter().zip(ENTRIES.iter()) {
        for finding in &record.findings {
            assert_eq!(finding.level, Level::Should, "{}: {}", entry.name, finding.actual);
            told.insert(entry.name.clone(), finding.requirement.to_string());
        }
    }
    let rows = rows();
    assert!(rows.values().all(|cells| !cells[1].is_empty()), "each has its reason");
    let explained: BTreeMap<String, String> = rows.into_iter().map(|(name, cells)| (name, cells[0].clone())).collect();
    assert_eq!(told, explained);
    // What the command tells of the document stands in the same file.
    let docs = fs::read_to_string(file("docs/crates-io.md")).unwrap();
    let table = differences(&records);
    assert!(docs.contains(&table), "docs/crates-io.md lacks this:\n{table}");
}

#[test]
fn what_is_not_judged_is_no_operation() {
    let paths: BTreeSet<&str> = ENTRIES
        .iter()
        .zip(RECORDS.iter())
        .filter(|(_, record)| record.verdict == Verdict::NotApplicable)
        .map(|(entry, _)| entry.exchange.request.path())
        .filter(|path| path.starts_with("/api"))
        .collect();
    let odd = [
        "/api",
        "/api//v1/crates",
        "/api/V1/crates",
        "/api/v1",
        "/api/v1//keywords/",
        "/api/v1/confirm/",
        "/api/v1/crates/",
        "/api/v1/crates/../summary",
        "/api/v1/crates/new/",
        "/api/v1/crates/q/",
        "/api/v1/me/crate_owner_invitations/accept/",
        "/api/v1/nope",
        "/api/v1/users",
        "/api/v1/versions",
        "/api/v1/versions/1",
        "/api/v2/crates",
    ];
    assert_eq!(paths.into_iter().collect::<Vec<_>>(), odd);
}

/// Which recorded exchange asks for the same as a case: one, or those of a walk.
#[derive(Deserialize)]
#[serde(untagged)]
enum Same {
    One(String),
    Walk(Vec<String>),
}

/// What the case's checks want of the run, taken from what was recorded.
fn bindings(case: &Case, called: &Called) -> Bindings {
    let mut bindings = Bindings::default();
    for expect in &case.decl.then {
        let Check::ErrorReply(wanted) = &expect.check else { continue };
        let sent = wanted.parameter.as_ref().and_then(|name| called.arguments.get(name));
        for name in wanted.value.iter().flat_map(Text::placeholders) {
            let value = percent_encoding::percent_decode_str(sent.unwrap()).decode_utf8_lossy();
            bindings.bind(name, value);
        }
    }
    bindings
}

fn exchange(case: &Case, name: &str) -> Exchange {
    let entry = ENTRIES.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{}: {name}", case.id));
    let mut exchange = entry.exchange.clone();
    let operation = case.suite();
    let mut arguments =
        CONTRACT.spec.route(exchange.request.path()).map_or_else(BTreeMap::new, |route| route.arguments);
    let query = exchange.request.query().split('&').filter_map(|pair| pair.split_once('='));
    arguments.extend(query.map(|(name, value)| (name.to_owned(), value.to_owned())));
    exchange.called = Some(Called { operation: operation.to_owned(), arguments });
    exchange
}

#[test]
fn generated_cases_expect_what_crates_io_answers() {
    let text = fs::read_to_string(file("tests/traffic/equivalent.toml")).unwrap();
    let table: BTreeMap<String, BTreeMap<String, Same>> = toml::from_str(&text).unwrap();
    let cases: BTreeMap<&str, &Case> = CONTRACT.cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (operation, same) in &table {
        for (rest, same) in same {
            let id = format!("{operation}::{rest}");
            let case = cases.get(id.as_str()).unwrap_or_else(|| panic!("no case is called {id} any more"));
            let names = match same {
                Same::One(name) => std::slice::from_ref(name),
                Same::Walk(names) => names,
            };
            let whole = |name: &String| if name.contains('/') { name.clone() } else { format!("{operation}/{name}") };
            let mut exchanges: Vec<Exchange> = names.iter().map(|name| exchange(case, &whole(name))).collect();
            if let Same::Walk(_) = same {
                exchanges.iter_mut().for_each(|exchange| exchange.mark = Some("page".to_owned()));
            }
            let bindings = bindings(case, exchanges[0].called.as_ref().unwrap());
            let target = Endpoints { api: Some("http://registry.test".to_owned()), ..Endpoints::default() };
            let transcript = Transcript { target, bindings, exchanges, ..Transcript::default() };
            let record = record(&CONTRACT.spec, case, &transcript, End::Done);
            count += 1;
            if record.verdict != Verdict::Conforms {
                let told: Vec<_> =
                    record.findings.iter().map(|f| format!("{}, not {}", f.actual, f.expected)).collect();
                wrong.push(format!("{id} of {names:?}: {:?} {}", record.reason, told.join("; ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, COMPARED);
}

const COMPARED: usize = 1248;

/// The entries with a reply spoilt, if it is of the kind that can be: how many are found, and whose are not.
fn spoilt(spoil: impl Fn(&Record, &Entry, &Response) -> Option<Response>) -> (usize, Vec<&'static str>) {
    let (mut found, mut missed) = (0, Vec::new());
    for (sound, entry) in RECORDS.iter().zip(ENTRIES.iter()) {
        let Some(reply) = entry.exchange.response().filter(|_| sound.verdict == Verdict::Conforms) else { continue };
        let Some(reply) = spoil(sound, entry, reply) else { continue };
        let exchange = Exchange { reply: Ok(reply), ..entry.exchange.clone() };
        match judged(&Entry { exchange, ..entry.clone() }).findings.is_empty() {
            true => missed.push(operation(sound)),
            false => found += 1,
        }
    }
    (found, missed)
}

fn is_error(reply: &Response) -> bool {
    reply.status >= 400 && !reply.body.is_empty()
}

/// They share a path with others in the router, so that what they say to GET is nobody's business.
const SHARED: [&str; 2] = ["delete_trustpub_github_config", "delete_trustpub_gitlab_config"];

#[test]
fn an_error_that_nobody_told_of_is_found() {
    let status =
        |_: &Record, _: &Entry, reply: &Response| is_error(reply).then(|| Response { status: 418, ..reply.clone() });
    let shape = |_: &Record, _: &Entry, reply: &Response| {
        let text = is_error(reply).then(|| reply.body.text().unwrap().replace("\"errors\"", "\"error\""));
        text.map(|text| Response { body: text.into(), ..reply.clone() })
    };
    assert_eq!([spoilt(status), spoilt(shape)], [(946, SHARED.to_vec()), (946, SHARED.to_vec())]);
}

#[test]
fn a_good_reply_that_is_not_as_documented_is_found() {
    let json = |entry: &Entry, reply: &Response| {
        let good = entry.exchange.request.method == "GET" && reply.status == 200;
        reply.body.json().ok().filter(|json| good && json.is_object())
    };
    let empty = |_: &Record, entry: &Entry, reply: &Response| {
        json(entry, reply).map(|_| Response { body: (&json!({})).into(), ..reply.clone() })
    };
    let typed = |_: &Record, entry: &Entry, reply: &Response| {
        let mut json = json(entry, reply)?;
        let first = json.as_object_mut()?.values_mut().find(|value| !value.is_null())?;
        *first = if first.is_string() { json!(1) } else { json!("regspec") };
        Some(Response { body: (&json).into(), ..reply.clone() })
    };
    assert_eq!([spoilt(empty), spoilt(typed)], [(397, SHARED.to_vec()), (397, SHARED.to_vec())]);
}

/// Whatever shows to be wrong must not be answered as if it were right.
#[test]
fn a_success_where_the_request_is_wrong_is_found() {
    let replies = RECORDS.iter().zip(ENTRIES.iter()).filter_map(|(record, entry)| {
        Some((operation(record), entry.exchange.response().filter(|reply| reply.is_success())?))
    });
    let good: BTreeMap<&str, &Response> = replies.collect();
    let (found, missed) = spoilt(|record, _, reply| {
        good.get(operation(record)).filter(|_| is_error(reply)).map(|reply| (*reply).clone())
    });
    // The rest hangs on what the server alone knows: whether a crate is there, whose a token is.
    assert_eq!((found, missed.len()), (328, 575));
}

/// The reference registry as crates.io is since 2026-06-06: nobody signs in by GET any more.
#[test]
fn a_server_that_took_an_operation_away_conforms() {
    let bound = Server::bind("127.0.0.1:0").unwrap();
    let config = Config::new(bound.origin()).crates_io(7);
    let credentials: Credentials = toml::from_str(&toml::to_string(&config.access()).unwrap()).unwrap();
    let (registry, api) = (Registry::new(config), bound.origin());
    let handler = move |request: &Request| match request.path().strip_prefix("/api/private/session/") {
        Some(_) if request.method != "POST" && request.headers.has("user-agent") => {
            Response::new(405).header("allow", "POST")
        }
        _ => registry.handle(request),
    };
    let _server = bound.serve(Arc::new(handler)).unwrap();
    let remote = Target::Remote(Remote { index: Some(format!("{api}/index")), api: Some(api), index_dir: None });
    let options = Options { write: true, ..Options::remote(true) };
    let setup = Setup { credentials, ..Setup::new(remote, options) };
    let mut spec = Spec::bundled("crates-io").unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi", made.requirements);
    let operations = ["begin_session", "authorize_session"];
    let cases: Vec<Case> = made.cases.into_iter().filter(|case| operations.contains(&case.suite())).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let records = runtime.block_on(async {
        let engine = Engine::start(Arc::new(spec), setup, &cases).await.unwrap();
        engine.run(&cases, &|_| ()).await
    });
    let odd: Vec<String> = records
        .iter()
        .filter(|record| !matches!(record.verdict, Verdict::Conforms | Verdict::NotApplicable))
        .map(|record| format!("{} {}: {:?} {:?}", record.verdict.name(), record.id, record.reason, record.findings))
        .collect();
    assert!(odd.is_empty(), "{}", odd.join("\n"));
    let judged = records.iter().filter(|record| record.verdict == Verdict::Conforms).count();
    assert!(judged > 10, "{judged} of {}", records.len());
}
