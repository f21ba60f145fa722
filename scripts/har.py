#!/usr/bin/env python3
"""Writes recorded exchanges as an HTTP archive, which `regspec judge` reads.

usage: scripts/har.py FOLDER OUT.har [--slim]

FOLDER holds <topic>.json, each an array of {name, request, response} in the order sent. The comment of an entry is its
topic and name; a credential stands by the name that the recording has for it. With --slim, what no check of a contract
made from a document looks at is left out: most header fields, and the bodies of uploads. `OUT.har.gz` is compressed.
"""

import base64
import gzip
import json
import sys
from pathlib import Path

API = "http://registry.test"
# What checks look at.
ASKED = ("authorization", "content-type", "cookie", "origin", "user-agent")
ANSWERED = ("allow", "content-type", "location", "retry-after")


def content(body):
    """A body as an archive has it. Lists that were shortened stay so; other bodies that were have no text."""
    if body is None:
        return {"size": 0}
    if "json" in body:
        return {"text": json.dumps(body["json"], ensure_ascii=False, separators=(",", ":"))}
    if "text" in body and "shortened" not in body:
        return {"text": body["text"]}
    if "base64" in body and "shortened" not in body:
        return {"text": body["base64"], "encoding": "base64"}
    return {"size": body.get("length", 1)}


def fields(headers):
    return [{"name": name, "value": value} for name, values in headers.items() for value in (values if isinstance(values, list) else [values])]


def credential(name):
    """The field in which a credential went, with a text that is no secret."""
    if name == "none":
        return []
    if name.startswith("cookie-"):
        return [{"name": "Cookie", "value": f"cargo_session={name}-session"}]
    return [{"name": "Authorization", "value": {"malformed-empty": ""}.get(name, f"{name}-value")}]


def entry(topic, row):
    request, response = row["request"], row["response"]
    sent = {"method": request["method"], "url": API + request["target"], "headers": fields(request["headers"]) + credential(request["credential"])}
    if request["body"]:
        sent["postData"] = content(request["body"])
    body = response["body"]
    if response["headers"].get("content-encoding") == "gzip" and "base64" in body:
        body = {"text": gzip.decompress(base64.b64decode(body["base64"])).decode()}
    got = {"status": response["status"] or 0, "headers": fields(response["headers"]), "content": content(body)}
    return {"comment": f"{topic}/{row['name']}", "request": sent, "response": got}


def slim(entry):
    """The entry without what no check looks at."""
    request, response = entry["request"], entry["response"]
    if request["url"].endswith("/crates/new"):
        request.pop("postData", None)
    request["headers"] = [field for field in request["headers"] if field["name"].lower() in ASKED or "json" in field["value"]]
    for field in request["headers"]:
        if field["name"] == "user-agent":
            field["value"] = field["value"][:7]
    response["headers"] = [field for field in response["headers"] if field["name"] in ANSWERED]
    return entry


def main():
    folder, out, *options = sys.argv[1:]
    entries = []
    for path in sorted(Path(folder).glob("*.json")):
        rows = json.loads(path.read_text())
        entries += [entry(path.stem, row) for row in rows] if isinstance(rows, list) else []
    if "--slim" in options:
        entries = [slim(entry) for entry in entries]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    text = '{"log":{"version":"1.2","creator":{"name":"scripts/har.py","version":"1"},"entries":[\n' + lines + "\n]}}\n"
    Path(out).write_bytes(gzip.compress(text.encode(), 9, mtime=0) if out.endswith(".gz") else text.encode())


if __name__ == "__main__":
    main()
