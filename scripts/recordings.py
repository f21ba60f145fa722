#!/usr/bin/env python3
"""Makes tests/recordings/ from a folder of recorded exchanges with real registries.

usage: scripts/recordings.py FOLDER

FOLDER holds <registry>/<topic>.json, each an array of {name, request, response} in the order sent. What comes out is one
transcript a topic (`exchange::Transcript`), one exchange a line, with the recorded name as the mark of each exchange.
Only what the cargo contract speaks of is kept, and of large replies only the members that it reads.
"""

import base64
import hashlib
import io
import json
import re
import sys
import tarfile
import tomllib
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "tests" / "recordings"
API = "http://registry.test"
LARGEST = 8_000

TOPICS = {
    "crates-io": {
        "index": ".*",
        "publish": "(?!trustpub-token-version|crate-called-new-(metadata|upper-case)|cookie|.*wrong-method|trailing-slash).*",
        "publish.envelope": ".*",
        "publish.metadata": "(?!crate-after-next|.*-(crate|version|dependencies|readme)$).*",
        "publish.rules": "(?!features-301|feature-of-301|dependencies-501|json-length-above|tarball-above).*",
        "yank_version": "(?!version-after|crate-after|cookie|wrong-method).*",
        "unyank_version": "(?!version-after|cookie|wrong-method).*",
        "list_owners": ".*",
        "add_owners": "(?!cookie|wrong-method).*",
        "remove_owners": ".*",
        "download_version": ".*",
        "list_crates": "(default|query.*|per-page-(100|1|0|101|word)|page-(1|2|beyond-end|0)|page-2-unknown-parameter"
        "|gzip|accept-html|range-ignored|unknown-token-ignored|if-none-match-ignored|h2c-upgrade-ignored)$",
        "other-routes": "(unknown-route|unknown-route-post|v1-root|removed-versions-route)$",
    },
    "cargo-http-registry": {"cargo": "(?!git-info-refs).*", "cargo.envelope": ".*"},
    "cratery": {"cargo": "(?!search-(sql-like|per-page-101)).*", "cargo.envelope": ".*"},
    "ferro-cargo-registry-server": {"cargo": ".*", "cargo.envelope": ".*"},
    "ktra": {"cargo": "(?!search-(sql-like|per-page-101)).*", "cargo.envelope": ".*"},
}
INDEX = {"crates-io": "http://index.test", "cargo-http-registry": "http://registry.test/crates"}
INDEX_FILE = re.compile(r"^(/crates)?/(1/[^/?]|2/[^/?]{2}|3/[^/?]/[^/?]{3}|[^/?]{2}/[^/?]{2}/[^/?]+)(\?.*)?$")
# What the contract reads: members of search results and of uploads, header fields of requests (all but these) and replies.
RESULT = ("name", "max_version", "description")
USUAL = ("accept", "cargo-protocol", "content-type", "user-agent")
REPEATED = ("name", "vers", "deps", "features", "links", "rust_version")
FIELDS = (
    "cache-control", "connection", "content-encoding", "content-length", "content-type", "etag", "last-modified", "location",
    "retry-after", "transfer-encoding", "www-authenticate",
)


def token(credential):
    """The Authorization that a request carried, with the secret named instead of told."""
    if credential == "none" or credential.startswith("cookie"):
        return None
    if credential in ("empty", "malformed-empty"):
        return ""
    scheme = "Bearer " if credential.startswith("bearer-") else ""
    name = credential.removeprefix("bearer-")
    who = {"alice": "main", "alice-legacy": "main", "bob": "other", "bob-legacy": "other"}.get(name, name)
    return f"{scheme}‹token:{who}›"


def verb(method, target):
    path = target.split("?")[0]
    if method == "PUT" and path == "/api/v1/crates/new":
        return "publish"
    if method == "DELETE" and path.endswith("/yank"):
        return "yank"
    if method == "PUT" and path.endswith("/unyank"):
        return "unyank"
    if path.startswith("/api/v1/crates/") and path.endswith("/owners"):
        return {"GET": "owners", "PUT": "add-owners", "DELETE": "remove-owners"}.get(method, "request")
    if method == "GET" and path == "/api/v1/crates":
        return "search"
    if method == "GET" and path == "/me":
        return "me"
    if method == "GET" and path.removeprefix("/crates") == "/config.json":
        return "config"
    if method == "GET" and (path.endswith("/download") or path.endswith(".crate")):
        return "download"
    if method == "GET" and INDEX_FILE.match(target) and not path.startswith("/api/"):
        return "index"
    return "request"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def raw(body):
    """The bytes of a body, or nothing where it was shortened."""
    if body is None:
        return b""
    if "shortened" in body:
        return None
    if "json" in body:
        return compact(body["json"]).encode()
    if "text" in body:
        return body["text"].encode()
    return base64.b64decode(body["base64"])


def written(data):
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def upload(sent):
    """Metadata and tarball of an upload as a registry has to read them; of an odd envelope what can be read."""
    start = sent.find(b"{")
    if start < 0:
        return None
    text = sent[start:].decode("utf-8", "replace")
    try:
        metadata, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    if not all(isinstance(metadata.get(key), str) for key in ("name", "vers")):
        return None
    length = int.from_bytes(sent[:4], "little")
    tarball = b""
    if start == 4 and 4 + length + 4 <= len(sent):
        size = int.from_bytes(sent[4 + length : 8 + length], "little")
        tarball = sent[8 + length : 8 + length + size]
    return metadata, tarball


def manifest(tarball):
    """What cargo uploads of a manifest, as far as index lines repeat it; nothing for one that cannot be read."""
    try:
        with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
            found = [entry for entry in archive if entry.name.lower().endswith("/cargo.toml")]
            toml = tomllib.loads(archive.extractfile(found[0]).read().decode())
        package = toml["package"]
    except (OSError, EOFError, IndexError, KeyError, ValueError, AttributeError, tarfile.TarError):
        return {}
    made = {"deps": [], "features": toml.get("features", {})}
    for target, tables in [(None, toml), *toml.get("target", {}).items()]:
        for kind, key in (("normal", "dependencies"), ("dev", "dev-dependencies"), ("build", "build-dependencies")):
            for name, spec in tables.get(key, {}).items():
                spec = {"version": spec} if isinstance(spec, str) else spec
                dep = {
                    "name": spec.get("package", name), "version_req": spec.get("version", "*"), "kind": kind, "target": target,
                    "features": spec.get("features", []), "optional": spec.get("optional", False),
                    "default_features": spec.get("default-features", True),
                }
                if "package" in spec:
                    dep["explicit_name_in_toml"] = name
                made["deps"].append(dep)
    for key, member in (("links", "links"), ("rust-version", "rust_version")):
        made |= {member: package[key]} if key in package else {}
    return made


def downloads(rows):
    """Name and version of every crate file that the topic has a download of."""
    found = set()
    for row in rows:
        path = row["request"]["target"].replace("%2B", "+")
        parts = re.match(r".*/([^/]+)/([^/]+)/download$|.*/crates/([^/]+)/\3-(.+)\.crate$", path)
        if parts and row["request"]["method"] == "GET":
            name, version = (part for part in parts.groups() if part)
            found.add((name.lower(), version))
    return found


def convert(registry, topic, rows, wanted):
    exchanges, uploads, downloaded = [], [], downloads(rows)
    for row in rows:
        if not re.match(wanted, row["name"]):
            continue
        request, response = row["request"], row["response"]
        sent, got = raw(request["body"]), raw(response["body"])
        what = verb(request["method"], request["target"])
        page = (response["body"] or {}).get("json") if what == "search" else None
        if sent is None or got is None or (len(got) > LARGEST and page is None):
            continue
        if page is not None:
            if "crates" in page:
                page["crates"] = [{key: item[key] for key in RESULT if key in item} for item in page["crates"]]
                got = compact(page).encode()
        made = upload(sent) if what == "publish" else None
        if made and len(compact(made[0])) > LARGEST:
            continue
        if made:
            metadata, tarball = made
            # The metadata recorded with crates.io is short, for it reads the manifest; cargo sends what agrees with that.
            if registry == "crates-io":
                metadata = {key: metadata[key] for key in ("name", "vers")} | manifest(tarball)
            # Members that no index line repeats are left out, and files that nobody downloads.
            metadata = {key: value for key, value in metadata.items() if key in REPEATED and value not in (None, [])}
            kept = tarball if (metadata["name"].lower(), metadata["vers"]) in downloaded else b""
            uploads.append({
                "exchange": len(exchanges), "name": metadata["name"], "version": metadata["vers"],
                "metadata": metadata, "tarball": written(kept), "sha256": hashlib.sha256(tarball).hexdigest(),
            })
        is_index = what in ("config", "index")
        base = INDEX.get(registry, API) if is_index else API
        target = request["target"]
        if is_index and registry == "cargo-http-registry":
            target = target.removeprefix("/crates")
        headers = [[name, value] for name, value in request["headers"].items() if name not in USUAL]
        authorization = token(request["credential"])
        if authorization is not None:
            headers.append(["authorization", authorization])
        sends = {"method": request["method"], "url": base + target, "headers": headers}
        if sent and what != "publish":
            sends["body"] = written(sent)
        if response["status"] is None:
            reply = {"Err": {"kind": "closed", "message": "the connection was closed"}}
        else:
            fields = []
            for name, value in response["headers"].items():
                if name not in FIELDS:
                    continue
                fields += [[name, each] for each in (value if isinstance(value, list) else [value])]
            reply = {"status": response["status"], "headers": fields}
            if got:
                reply["body"] = written(got)
            reply = {"Ok": reply}
        exchanges.append({
            "verb": what, "role": "given", "mark": row["name"], "request": sends, "reply": reply, "elapsed_ms": 0.0,
        })
    index = INDEX.get(registry, API)
    head = compact({"index": index, "api": API, "dl": None})
    lines = ",\n".join(map(compact, exchanges))
    made = ",\n".join(map(compact, uploads))
    # Where a reply told the token back, the recording has it blacked out.
    lines = lines.replace("REDACTED", "‹token:main›")
    text = f'{{"target":{head},"bindings":{{}},"exchanges":[\n{lines}\n],"uploads":[\n{made}\n]}}\n'
    json.loads(text)
    folder = OUT / registry
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{topic}.json").write_text(text)


def main():
    source = Path(sys.argv[1])
    for registry, topics in TOPICS.items():
        for topic, wanted in topics.items():
            rows = json.loads((source / registry / f"{topic}.json").read_text())
            convert(registry, topic, rows, wanted)


if __name__ == "__main__":
    main()
