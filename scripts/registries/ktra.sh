#!/bin/sh
# ktra: a git index that somebody else serves, a token per user. Usage: lib.sh.
. "$(dirname "$0")/lib.sh"

ktra=$(program ktra 0.7.0)
git init --quiet --bare --initial-branch=main "$data/index.git"
git clone --quiet "$data/index.git" "$data/first" 2>/dev/null
printf '{"dl":"%s/dl","api":"%s"}\n' "$origin" "$origin" >"$data/first/config.json"
git -C "$data/first" add config.json
git -C "$data/first" -c user.name=registry -c user.email=registry@localhost commit --quiet -m 'Say where the registry is'
git -C "$data/first" push --quiet origin HEAD:main
cat >"$data/ktra.toml" <<TOML
[server_config]
address = [127, 0, 0, 1]
port = $port

[index_config]
remote_url = "file://$data/index.git"
local_path = "$data/index"
branch = "main"
name = "registry"
email = "registry@localhost"

[crate_files_config]
dl_dir_path = "$data/crates"
cache_dir_path = "$data/cache"
dl_path = ["dl"]

[db_config]
db_dir_path = "$data/db"
TOML
"$ktra" -c "$data/ktra.toml" >"$log" 2>&1 &
server=$!
await "$origin/"
git clone --quiet "$data/index.git" "$data/clone"

# A new user, and the token that it is given.
user() {
    curl --silent --fail-with-body -H 'Content-Type: application/json' -d '{"password":"secret"}' \
        "$origin/ktra/api/v1/new_user/$1" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'
}

give REGSPEC_TARGET "$origin"
give REGSPEC_INDEX_DIR "$data/clone"
give REGSPEC_TOKEN "$(user alice)"
give REGSPEC_OTHER_TOKEN "$(user bob)"
user carol >/dev/null
# By default a login has this in front.
prefix=ktra-secure-auth:
give REGSPEC_LOGIN "${prefix}alice"
give REGSPEC_OTHER_LOGIN "${prefix}bob"
give REGSPEC_THIRD_LOGIN "${prefix}carol"
hand_over "$@"
