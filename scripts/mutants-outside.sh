#!/bin/sh
# Every mutant by hand, served behind a plain reverse proxy and asked from outside, as a run against any registry does.
set -eu
cd "$(dirname "$0")/.."
cargo test --locked --test outside -- --ignored --nocapture "$@"
