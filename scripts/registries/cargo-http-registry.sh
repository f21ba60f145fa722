#!/bin/sh
# cargo-http-registry: a git index over plain HTTP, no tokens. Usage: lib.sh.
. "$(dirname "$0")/lib.sh"

registry=$(program cargo-http-registry 0.1.8)
# It commits to its index as whoever git says.
HOME=$data GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=registry GIT_AUTHOR_EMAIL=registry@localhost \
    "$registry" --addr "127.0.0.1:$port" -v "$data/registry" >"$log" 2>&1 &
server=$!
await "$origin/git/HEAD"
git clone --quiet "$origin/git" "$data/clone"

give REGSPEC_TARGET "$origin"
give REGSPEC_INDEX_DIR "$data/clone"
hand_over "$@"
