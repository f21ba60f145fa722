//! Members of a tarball, as edits in JSON.

use proptest::{collection::vec, prelude::*};

use crate::package::{Edit, Kind, OddMember};

/// One part of a path that leads nowhere but down.
fn segment() -> impl Strategy<Value = String> {
    let odd =
        ["con", "aux.rs", "a b", "caf\u{e9}", "\u{1f980}", "a:b", "a?", "x.", "-x", "~", "\u{202e}rs", "%2e", "$x"];
    prop_oneof![
        4 => "[a-z]{1,8}(\\.rs)?",
        2 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        1 => (1..400_usize).prop_map(|length| "x".repeat(length)),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let below = vec(segment(), 1..6).prop_map(|parts| format!("~/{}", parts.join("/")));
    let again = prop::sample::select(vec!["~/Cargo.toml", "~/src/lib.rs", "~/src", "~/CARGO.TOML", "~/Cargo.toml/x"]);
    prop_oneof![
        5 => below,
        2 => again.prop_map(str::to_owned),
        // A second folder, which is nobody's.
        1 => "regspec-[a-z]{1,6}-0\\.0\\.[0-9]/[a-z]{1,8}",
    ]
}

fn member() -> impl Strategy<Value = OddMember> {
    let plain = prop::sample::select(vec![Kind::File, Kind::Directory, Kind::Continuous, Kind::Sparse, Kind::Unknown]);
    let content = prop_oneof![3 => Just(0_u32), 2 => 1..2000_u32];
    let plain = (path(), plain, content).prop_map(|(path, kind, bytes)| {
        let link = String::new();
        OddMember { path, kind, link, bytes }
    });
    let link = (path(), prop::sample::select(vec![Kind::Symlink, Kind::Hardlink]), segment());
    let link = link.prop_map(|(path, kind, link)| OddMember { path, kind, link: format!("~/{link}"), bytes: 0 });
    // Kilobytes of header that say nothing, and headers that name the member behind them.
    let head = |(kind, link, bytes)| OddMember { path: "PaxHeaders/x".to_owned(), kind, link, bytes };
    let comment = (prop::sample::select(vec![Kind::Extended, Kind::Global]), Just(String::new()), 0..70_000_u32);
    let name = (Just(Kind::Extended), path(), Just(0_u32));
    prop_oneof![4 => plain, 2 => link, 1 => comment.prop_map(head), 1 => name.prop_map(head)]
}

fn text(edits: &[Edit]) -> String {
    serde_json::to_string(edits).expect("edits are plain data")
}

pub(super) fn members() -> BoxedStrategy<String> {
    let edit = prop_oneof![
        6 => member().prop_map(Edit::Member),
        2 => any::<u16>().prop_map(Edit::Again),
        1 => Just(Edit::NoManifest),
    ];
    vec(edit, 1..5).prop_map(|edits| text(&edits)).boxed()
}

/// Ways out of the folder, to a place that holds nothing: whoever follows them without care harms nobody much.
pub(super) fn hostile() -> BoxedStrategy<String> {
    let out = prop_oneof![
        (1..12_usize, "[a-z]{1,6}").prop_map(|(up, name)| format!("~/{}tmp/regspec-evil/{name}", "../".repeat(up))),
        "/{1,3}tmp/regspec-evil/[a-z]{1,6}",
        "\\.\\./regspec-evil-[a-z]{1,6}",
        "~/[a-z]{1,3}/\\./\\.\\./\\.\\./regspec-evil/[a-z]{1,3}",
    ];
    let kinds = vec![Kind::File, Kind::Directory, Kind::Symlink, Kind::Hardlink, Kind::Device, Kind::Pipe];
    let stray = (out, prop::sample::select(kinds)).prop_map(|(path, kind)| {
        let link =
            if matches!(kind, Kind::Symlink | Kind::Hardlink) { "~/src/lib.rs".to_owned() } else { String::new() };
        vec![Edit::Member(OddMember { path, kind, link, bytes: 0 })]
    });
    let through = ("[a-z]{1,4}", "[a-z]{1,4}").prop_map(|(door, name)| {
        let link = "/tmp/regspec-evil".to_owned();
        let door = format!("~/{door}");
        let behind = OddMember { path: format!("{door}/{name}"), kind: Kind::File, link: String::new(), bytes: 1 };
        vec![Edit::Member(OddMember { path: door, kind: Kind::Symlink, link, bytes: 0 }), Edit::Member(behind)]
    });
    prop_oneof![2 => stray, 1 => through].prop_map(|edits| text(&edits)).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        package::{Crate, Envelope, Tarball, read_tarball, upload},
        plan::properties::property,
    };

    fn drawn(name: &str) -> impl Iterator<Item = Vec<Edit>> {
        let property = property(name).expect("listed");
        (0..200).map(|number| serde_json::from_str(&property.value(1, number)).expect("edits as JSON"))
    }

    fn leads_out(edit: &Edit) -> bool {
        let Edit::Member(member) = edit else { return false };
        let out = |path: &str| path.starts_with('/') || path.split('/').any(|part| part == "..");
        out(&member.path) || out(&member.link) || member.kind == Kind::Pipe
    }

    #[test]
    fn only_hostile_ones_lead_out() {
        assert!(!drawn("tarball-members").flatten().any(|edit| leads_out(&edit)));
        assert!(drawn("tarball-members-hostile").all(|edits| edits.iter().any(leads_out)));
    }

    #[test]
    fn each_is_an_archive_all_the_same() {
        let (mut told, mut most) = (0, 0);
        for edits in drawn("tarball-members") {
            let sound = upload(&Crate::new("edge-case", "0.1.0"), Tarball::default(), Envelope::default());
            let tarball = sound.edited(&edits).tarball;
            // The tar crate asks more of sparse files than that they say what they are.
            if let Ok(contents) = read_tarball(&tarball, 1 << 20) {
                told += 1;
                most = most.max(contents.entries.len());
            }
        }
        assert!(told > 120 && most > 4, "{told} {most}");
    }
}
