//! The bytes that the edge cases state, held one by one.

use serde_json::Value;

use super::*;

fn edge_case() -> Crate {
    Crate::new("edge-case", "0.1.0")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn reference_data() {
    let (krate, e0) = (edge_case(), upload(&edge_case(), Tarball::Sound, Envelope::Sound));
    let json = concat!(
        r#"{"name":"edge-case","vers":"0.1.0","deps":[],"features":{},"authors":[],"#,
        r#""description":"d","documentation":null,"homepage":null,"readme":null,"readme_file":null,"#,
        r#""keywords":[],"categories":[],"license":"MIT","license_file":null,"repository":null,"#,
        r#""badges":{},"links":null,"rust_version":null}"#,
    );
    assert_eq!(String::from_utf8(krate.json()).unwrap(), json);
    assert_eq!(sha256_hex(&krate.json()), "f3387e1b22e40c3c6619dfc070bacc4b0d89fa6ee1ad2dc73ed03d6cd565c992");
    assert_eq!(krate.tarball(Tarball::PlainTar).len(), 2560);
    assert_eq!((e0.tarball.len(), e0.body.len()), (2583, 2880));
    assert_eq!(e0.sha256, "ddb36d582f3ffa5959e264200a0b09311de6069145cca980eb48a62aa47ac23c");
    assert_eq!(sha256_hex(&e0.body), "da44e130c0d557abf05e16f7277bfb3a7e5c47b7a854bb56f0ca409a83e259ec");
}

#[test]
fn tarballs() {
    let stated = [
        (Tarball::WrongRoot, 2583, "189e1297"),
        (Tarball::SecondRoot, 3607, "c7c96805"),
        (Tarball::Traversal, 3607, "4031657c"),
        (Tarball::Symlink, 3095, "472dbdf2"),
        (Tarball::ManifestVersion, 2583, "75972184"),
    ];
    for (form, length, digest) in stated {
        let bytes = edge_case().tarball(form);
        assert_eq!((bytes.len(), &sha256_hex(&bytes)[..8]), (length, digest), "{form:?}");
    }
    assert_eq!(hex(&edge_case().tarball(Tarball::NotGzip)), "68656c6c6f");
    let hello = "1f8b08000000000000ff010500faff68656c6c6f86a6103605000000";
    assert_eq!(hex(&edge_case().tarball(Tarball::GzipNotTar)), hello);
}

#[test]
fn other_names_and_versions() {
    let stated = [
        ("a", "0.1.0", "7349354d"),
        ("ab", "0.1.0", "9016881f"),
        ("abc", "0.1.0", "52b44276"),
        ("a-b", "0.1.0", "36cd3239"),
        ("a-bc", "0.1.0", "ee7b4333"),
        ("EdgeCase", "0.1.0", "0d0be4c3"),
        ("edge-case", "1.0.0+b.1", "84b5f66c"),
    ];
    for (name, version, digest) in stated {
        let sound = upload(&Crate::new(name, version), Tarball::Sound, Envelope::Sound);
        assert_eq!(&sound.sha256[..8], digest, "{name} {version}");
    }
}

#[test]
fn zip_bomb() {
    let bytes = edge_case().tarball(Tarball::ZipBomb);
    assert!((600_000..630_000).contains(&bytes.len()), "{}", bytes.len());
    let contents = read_tarball(&bytes, 1 << 30).unwrap();
    assert_eq!(contents.entries[2].path, "edge-case-0.1.0/zero");
    assert_eq!(contents.unpacked, 630_194_176 + 98);
}

#[test]
fn big_tarballs_do_not_compress() {
    for (form, least) in [(Tarball::Medium, 1_200_000), (Tarball::Large, 5 << 20)] {
        let bytes = edge_case().tarball(form);
        assert!((least..least + 10_000).contains(&bytes.len()), "{form:?}: {}", bytes.len());
        assert_eq!(bytes, edge_case().tarball(form));
        assert_eq!(read_tarball(&bytes, 6 << 20).unwrap().entries.len(), 3);
    }
}

#[test]
fn every_tarball_differs_from_the_sound_one() {
    let sound = edge_case().tarball(Tarball::Sound);
    let same: Vec<_> = Tarball::ALL.iter().filter(|form| edge_case().tarball(**form) == sound).collect();
    assert_eq!(same, [&Tarball::Sound]);
}

/// The body in words: J0 and C0 stand for themselves, all else is hex.
fn spelled(envelope: Envelope) -> String {
    let krate = edge_case();
    let body = hex(&upload(&krate, Tarball::Sound, envelope).body);
    body.replace(&hex(&krate.json()), " J0 ").replace(&hex(&krate.tarball(Tarball::Sound)), " C0 ").trim().to_owned()
}

#[test]
fn framing() {
    let stated = [
        (Envelope::Sound, "21010000 J0 170a0000 C0"),
        (Envelope::Empty, ""),
        (Envelope::CutInLength, "210100"),
        (Envelope::ZeroLengths, "0000000000000000"),
        (Envelope::GiantJsonLength, "ffffffff7b7d"),
        (Envelope::BigEndian, "00000121 J0 00000a17 C0"),
        (Envelope::JsonLengthShort, "20010000 J0 170a0000 C0"),
        (Envelope::JsonLengthLong, "22010000 J0 170a0000 C0"),
        (Envelope::EndsAfterJson, "21010000 J0"),
        (Envelope::CrateLengthLong, "21010000 J0 180a0000 C0"),
        (Envelope::CrateLengthShort, "21010000 J0 160a0000 C0"),
        (Envelope::TrailingBytes, "21010000 J0 170a0000 C0 00000000"),
        (Envelope::CrateLengthZero, "21010000 J0 00000000"),
        (Envelope::NoJsonBytes, "00000000170a0000 C0"),
        (Envelope::Bom, "24010000efbbbf J0 170a0000 C0"),
        (Envelope::PaddedJson, "25010000 J0 0a202020170a0000 C0"),
        (Envelope::JsonArray, "020000005b5d170a0000 C0"),
        (Envelope::JsonNull, "040000006e756c6c170a0000 C0"),
        (Envelope::InvalidJson, "010000007b170a0000 C0"),
    ];
    for (envelope, bytes) in stated {
        assert_eq!(spelled(envelope), bytes, "{envelope:?}");
    }
}

#[test]
fn odd_json() {
    let j0 = String::from_utf8(edge_case().json()).unwrap();
    let json = |envelope| {
        let body = upload(&edge_case(), Tarball::Sound, envelope).body;
        let length = u32::from_le_bytes(body[..4].try_into().unwrap()) as usize;
        assert_eq!(hex(&body[4 + length..8 + length]), "170a0000", "{envelope:?}");
        body[4..4 + length].to_vec()
    };
    let text = |envelope| String::from_utf8(json(envelope)).unwrap();
    let minimal = r#"{"name":"edge-case","vers":"0.1.0","deps":[],"features":{}}"#;
    assert_eq!((text(Envelope::MinimalJson).as_str(), minimal.len()), (minimal, 59));
    assert_eq!(text(Envelope::UnknownKeys), j0.replace("ll}", r#"ll,"zz":{"a":[1]}}"#));
    assert_eq!(text(Envelope::UnknownKeys).len(), 304);
    assert_eq!(text(Envelope::EscapedName), j0.replace("edge-case", r"edge\u002dcase"));
    assert_eq!(text(Envelope::EscapedName).len(), 294);
    assert_eq!(text(Envelope::DuplicateKey), j0.replacen('{', r#"{"name":"edge-casx","#, 1));
    assert_eq!(text(Envelope::MebibyteReadme).len(), 1_048_863);
    assert!(text(Envelope::DeepJson).ends_with("]]]}"));
    let mut invalid = json(Envelope::InvalidUtf8);
    let at = j0.find("\"d\"").unwrap() + 1;
    assert_eq!((invalid.len(), invalid[at]), (289, 0xff));
    invalid[at] = b'd';
    assert_eq!(invalid, j0.as_bytes());
    let readme = json(Envelope::ReadmeNotUtf8);
    let at = j0.find("\"readme\":null").unwrap() + r#""readme":"#.len();
    assert_eq!((&readme[..at], &readme[at..at + 4]), (&j0.as_bytes()[..at], &b"\"\xff\","[..]));
}

#[test]
fn the_metadata_is_what_the_json_says() {
    for envelope in [Envelope::Sound, Envelope::EscapedName, Envelope::UnknownKeys, Envelope::MinimalJson] {
        let upload = upload(&edge_case(), Tarball::Sound, envelope);
        let length = u32::from_le_bytes(upload.body[..4].try_into().unwrap()) as usize;
        let said: Value = serde_json::from_slice(&upload.body[4..4 + length]).unwrap();
        assert_eq!(said, Value::Object(upload.metadata), "{envelope:?}");
    }
    let short = upload(&edge_case(), Tarball::Sound, Envelope::CrateLengthShort);
    assert_eq!(short.tarball.len(), 2582);
    assert_eq!(upload(&edge_case(), Tarball::Sound, Envelope::EndsAfterJson).tarball, b"");
}

#[test]
fn odd_names_are_escaped_too() {
    for name in ["abc", "京", "𝄞-x", "a\"b\"", "\"-\"", "", "-"] {
        let escaped = upload(&Crate::new(name, "0.1.0"), Tarball::Empty, Envelope::EscapedName);
        let length = u32::from_le_bytes(escaped.body[..4].try_into().unwrap()) as usize;
        let said: Value = serde_json::from_slice(&escaped.body[4..4 + length]).unwrap();
        assert_eq!(said["name"], name);
    }
}

#[test]
fn names_are_those_of_serde() {
    for form in Tarball::ALL {
        assert_eq!(serde_json::to_value(form).unwrap(), form.name());
    }
    for envelope in Envelope::ALL {
        assert_eq!(serde_json::from_value::<Envelope>(envelope.name().into()).unwrap(), *envelope);
    }
    assert_eq!(["edge-case", "x", "-X", ""].map(other_name), ["edge-casx", "y", "-y", "x"]);
}
