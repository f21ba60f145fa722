#!/bin/sh
# A registry that others wrote, and what is known of it: neither more nor less may be found. ferro is the cheapest one.
#
#     scripts/ci-registry.sh            fails where the outcome differs from docs/registries/ferro.*
#     scripts/ci-registry.sh --update   writes down which cases fail now
set -eu
cd "$(dirname "$0")/.."

name=ferro
package=ferro-cargo-registry-server
version=1.0.0
REGSPEC_CACHE=${REGSPEC_CACHE:-$HOME/.cache/regspec}
export REGSPEC_CACHE

if [ ! -x "$REGSPEC_CACHE/tools/bin/$package" ]; then
    CARGO_TARGET_DIR="$REGSPEC_CACHE/build/registries" \
        cargo install --locked --debug --root "$REGSPEC_CACHE/tools" --version "$version" "$package"
fi
regspec=${REGSPEC_BIN:-}
if [ -z "$regspec" ]; then
    cargo build --quiet
    regspec=${CARGO_TARGET_DIR:-target}/debug/regspec
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/regspec-ci.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

status=0
"scripts/registries/$name.sh" "$regspec" run --write --strict --found "$folder/found" \
    --baseline "docs/registries/$name.baseline.toml" --report "json=$folder/report.json" || status=$?

# The baseline speaks of requirements; this of each case, so that neither a new failure nor a mended one hides behind another.
python3 - "$folder/report.json" >"$folder/verdicts" <<'PYTHON'
import json, sys

for case in json.load(open(sys.argv[1]))["cases"]:
    if case["verdict"] not in ("conforms", "not_applicable"):
        broken = sorted({finding["requirement"] for finding in case["findings"]})
        print(case["id"], case["verdict"], *broken)
PYTHON
if [ "${1:-}" = --update ]; then
    cp "$folder/verdicts" "docs/registries/$name.verdicts.txt"
elif ! diff -u "docs/registries/$name.verdicts.txt" "$folder/verdicts"; then
    echo "error: other cases fail than docs/registries/$name.verdicts.txt says; if that is right, run $0 --update" >&2
    [ "$status" -ne 0 ] || status=1
fi
exit "$status"
