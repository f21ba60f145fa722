#!/bin/sh
# ferro-cargo-registry-server: a sparse registry that asks for no token. Usage: lib.sh.
. "$(dirname "$0")/lib.sh"

ferro=$(program ferro-cargo-registry-server 1.0.0)
# Its default is to listen on every interface.
FERRO_CARGO_REGISTRY_LISTEN=127.0.0.1:$port \
FERRO_CARGO_REGISTRY_API=$origin \
FERRO_CARGO_REGISTRY_DATA=$data/registry \
    "$ferro" >"$log" 2>&1 &
server=$!
await "$origin/config.json"

give REGSPEC_TARGET "sparse+$origin/"
# Nobody looks at them; that they are sent shows what happens to those who rely on them.
give REGSPEC_TOKEN main-token
give REGSPEC_OTHER_TOKEN other-token
give REGSPEC_LOGIN alice
give REGSPEC_OTHER_LOGIN bob
hand_over "$@"
