use super::{super::declared, *};
use crate::{
    spec::Spec,
    suite::{Corpora, Suite, bundled, corpora},
};

/// The case with these steps and expectations.
fn case(steps: &str) -> Case {
    let text = format!("[[case]]\nname = \"x\"\nrequirement = \"env/layout\"\n{steps}");
    let suite = Suite::parse("suites/s.toml", &text).unwrap();
    declared(&Spec::bundled("cargo").unwrap(), &[suite], &Corpora::default()).unwrap().remove(0)
}

#[test]
fn versions_move_into_the_majors_of_a_turn() {
    let case = case(
        "given = [{ publish = \"1.0.0\" }, { yank = \"1.0.0\" }]\nwhen = { index = \"{crate}\" }\n\
         then = [{ line = { version = \"1.0.0\", has = '{\"yanked\":true}' } }, \
                 { outcome = { accepted = [{ versions = { lacks = [\"1.0.1-a+b\"] } }] } }]",
    );
    let moved = case.in_turn(7).unwrap();
    let Verb::Publish(publish) = &moved.decl.given[0].verb else { panic!("{:?}", moved.decl.given) };
    let Verb::Yank(yanked) = &moved.decl.given[1].verb else { panic!("{:?}", moved.decl.given) };
    let Check::Line(line) = &moved.decl.then[0].check else { panic!("{:?}", moved.decl.then) };
    assert_eq!([publish.version.raw(), yanked.raw(), line.version.raw()], ["7001.0.0"; 3]);
    let Check::Outcome(both) = &moved.decl.then[1].check else { panic!("{:?}", moved.decl.then) };
    let Check::Versions(versions) = &both.accepted[0].check else { panic!("{both:?}") };
    assert_eq!(versions.lacks[0].raw(), "7001.0.1-a+b");
    let anothers =
        ["6999.0.0", "8000.0.0-x", "7000.0.0", "7999.1.1", "1.0.0", "x"].map(|version| moved.is_anothers(version));
    assert_eq!(anothers, [true, true, false, false, false, false]);
    assert!(!case.is_anothers("8000.0.0"));
    assert_eq!((moved.version("99.0.0"), case.version("99.0.0")), ("7099.0.0".to_owned(), "99.0.0".to_owned()));
    assert_eq!(moved.turn, Some(Turn { kind: Kind::Plain, number: 7, crates: vec!["crate"] }));
}

#[test]
fn whoever_needs_a_new_crate_shares_none() {
    let published = "given = [{ publish = \"1.0.0\" }]\n";
    let index = "when = { index = \"{crate}\" }\n";
    for (steps, why) in [
        (format!("{published}{index}then = [{{ status = [200] }}]"), ""),
        (format!("{published}{index}then = [{{ versions = {{ only = true }} }}]"), ""),
        (format!("given = [{{ publish = \"{{version}}\" }}]\n{index}then = [{{ status = [200] }}]"), "version's form"),
        (
            format!(
                "given = [{{ index = \"{{crate}}\" }}, {{ publish = \"1.0.0\" }}]\n{index}then = [{{ status = [200] }}]"
            ),
            "before it is there",
        ),
        (format!("{published}when = {{ add-owners = [\"x\"] }}\nthen = [{{ refused = {{}} }}]"), "owners"),
        (format!("{published}when = {{ search = \"{{crate}}\" }}\nthen = [{{ status = [200] }}]"), "new"),
        ("when = { publish = \"1.0\" }\nthen = [{ refused = {} }]".to_owned(), "version's form"),
        (
            "when = { publish = { version = \"1.0.0\", name = \"{crate-upper}\" } }\nthen = [{ accepted = {} }]"
                .to_owned(),
            "name",
        ),
        (
            "when = { publish = { version = \"1.0.0\", json = '{\"links\":\"1.0.0\"}' } }\nthen = [{ accepted = {} }]"
                .to_owned(),
            "in a text",
        ),
    ] {
        let told = shares(&case(&steps)).err().unwrap_or_default();
        assert!(told.contains(why) && told.is_empty() == why.is_empty(), "{steps}: {told}");
    }
}

#[test]
fn so_many_crates_and_no_more() {
    let cases = declared(&Spec::bundled("cargo").unwrap(), &bundled("cargo").unwrap(), &corpora().unwrap()).unwrap();
    for allowed in [0, 1, 2, 5, 20, 100, 100_000] {
        let sharing = Sharing::of(cases.iter(), allowed, true);
        let runs = || cases.iter().filter(|case| case.publishes() && sharing.beyond(case).is_none());
        let alone = runs().filter(|case| sharing.in_turn(case, 1).is_none());
        let made: usize = alone.map(|case| case.new_crates() * case.trials).sum();
        assert!(made + 2 * sharing.shared <= allowed, "{allowed}: {made}");
        let shared = runs().filter(|case| sharing.in_turn(case, 1).is_some()).count();
        match allowed {
            0 | 1 | 100_000 => assert_eq!(shared, 0),
            _ => assert!(shared > 250, "{allowed}: {shared}"),
        }
    }
    let none = Sharing::of(cases.iter(), 20, false);
    assert!(cases.iter().all(|case| none.in_turn(case, 1).is_none()));
}

#[test]
fn no_two_turns_have_a_version_in_common() {
    let cases = declared(&Spec::bundled("cargo").unwrap(), &bundled("cargo").unwrap(), &corpora().unwrap()).unwrap();
    let sharing = Sharing::of(cases.iter(), 20, true);
    let turns = cases.iter().flat_map(|case| [1, 2].map(|attempt| sharing.in_turn(case, attempt)));
    let mut numbers: Vec<_> = turns.flatten().map(|case| case.turn.unwrap().number).collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.len() == all && numbers[0] > 0);
}
