//! `checksum`: a download against the index line and the upload.

use serde_json::Value;

use super::{Evidence, Faults, Judged, index, show};
use crate::{package::sha256_hex, suite::Checksum};

pub(super) fn checksum(wanted: &Checksum, seen: &Evidence<'_>) -> Judged {
    let version = seen.text(&wanted.version)?;
    let file = seen.at_mark(&wanted.index)?;
    let listed = index::listed(&file)?;
    let Some(line) = listed.line(&version) else {
        return Ok(vec![file.fault(format!("a line of version {version}"), listed.told()).data()]);
    };
    let reply = seen.reply()?;
    if reply.status != 200 {
        return Ok(vec![seen.fault("the crate file, status 200", show::reply(reply))]);
    }
    let content = seen.content()?;
    let served = sha256_hex(content);
    let told = format!("{} bytes with the SHA-256 {served}", content.len());
    let mut faults = Faults::new();
    if line.get("cksum").and_then(Value::as_str) != Some(&served) {
        let expected = format!("a body whose SHA-256 is the cksum of {version}, {}", show::member(line.get("cksum")));
        faults.push(seen.fault(expected, told.clone()).data());
    }
    if let Ok(upload) = file.upload(&version)
        && upload.sha256 != served
    {
        faults.push(seen.fault(format!("the file uploaded for {version}, SHA-256 {}", upload.sha256), told));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    const CHECK: &str = "checksum = { version = \"{version}\", index = \"file\" }";

    fn download(members: serde_json::Value, body: Option<&str>) -> Scene {
        let case = Scene::new().publish("foo", "1.0.0", 200);
        let bytes = body.map_or_else(|| case.transcript.uploads[0].tarball.to_vec(), |body| body.as_bytes().to_vec());
        case.index(line("1.0.0", members)).mark("file").get("/dl/foo/1.0.0/download", reply(200).body(bytes))
    }

    #[test]
    fn all_three_agree() {
        assert_eq!(download(json!({}), None).judge(CHECK), Ok(vec![]));
        let wrong = only(download(json!({"cksum": "00"}), None).judge(CHECK));
        assert_eq!(wrong.expected, "a body whose SHA-256 is the cksum of 1.0.0, \"00\"");
        let other = download(json!({}), Some("other")).judge(CHECK).unwrap();
        assert_eq!(other.len(), 2);
        assert!(other[1].actual.starts_with("5 bytes with the SHA-256 "), "{}", other[1].actual);
        let gone = Scene::new().index("").mark("file").get("/dl", reply(200));
        assert_eq!(only(gone.judge(CHECK)).exchange, 0);
        let missing = download(json!({}), None).get("/dl", reply(404));
        assert_eq!(only(missing.judge(CHECK)).actual, "status 404");
    }
}
