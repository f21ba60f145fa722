#!/bin/sh
# kellnr: sparse, a token per user; open unless KELLNR_REGISTRY__AUTH_REQUIRED is true. Usage: lib.sh.
. "$(dirname "$0")/lib.sh"

kellnr=$(program kellnr 6.5.0)
admin=$(head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9')
KELLNR_LOCAL__IP=127.0.0.1 KELLNR_LOCAL__PORT=$port KELLNR_ORIGIN__HOSTNAME=127.0.0.1 KELLNR_ORIGIN__PORT=$port \
    KELLNR_REGISTRY__DATA_DIR="$data/kellnr" KELLNR_SETUP__ADMIN_TOKEN="$admin" \
    KELLNR_PROXY__ENABLED=false KELLNR_DOCS__ENABLED=false "$kellnr" start >"$log" 2>&1 &
server=$!
await "$origin/api/v1/health"

post() { curl --silent --fail-with-body -b "$data/cookies" -c "$data/cookies" -H 'Content-Type: application/json' -d "$2" "$origin/api/v1/$1"; }

# A new user, and a token of theirs.
user() {
    post auth/login '{"user":"admin","pwd":"admin"}' >/dev/null
    post users "{\"name\":\"$1\",\"pwd1\":\"a password\",\"pwd2\":\"a password\",\"is_admin\":false,\"is_read_only\":false}" >/dev/null
    post auth/login "{\"user\":\"$1\",\"pwd\":\"a password\"}" >/dev/null
    post users/me/tokens '{"name":"regspec"}' | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'
}

give REGSPEC_TARGET "sparse+$origin/api/v1/crates/"
give REGSPEC_TOKEN "$(user alice)"
give REGSPEC_OTHER_TOKEN "$(user bob)"
user carol >/dev/null
give REGSPEC_LOGIN alice
give REGSPEC_OTHER_LOGIN bob
give REGSPEC_THIRD_LOGIN carol
hand_over "$@"
