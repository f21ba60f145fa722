#!/bin/sh
# cratery: sparse and private, a token per user. Usage: lib.sh.
. "$(dirname "$0")/lib.sh"

cratery=$(program cratery 1.11.1)
mkdir -p "$data/bin" "$data/home/.cargo" "$data/registry"
# At start it asks the toolchains +stable and +nightly who they are. Any one that is installed will do.
for tool in rustc rustup; do
    printf '#!/bin/sh\ncase ${1:-} in +*) shift ;; esac\nexec %s "$@"\n' "$(command -v "$tool")" >"$data/bin/$tool"
    chmod +x "$data/bin/$tool"
done
# Nobody logs in, yet it wants to be told where they would.
nowhere=http://127.0.0.1:9
env \
    PATH="$data/bin:$PATH" \
    REGISTRY_HOME_DIR="$data/home" \
    REGISTRY_DATA_DIR="$data/registry" \
    REGISTRY_STORAGE=fs \
    REGISTRY_WEB_LISTENON_IP=127.0.0.1 \
    REGISTRY_WEB_LISTENON_PORT="$port" \
    REGISTRY_WEB_PUBLIC_URI="$origin" \
    REGISTRY_WEB_COOKIE_SECRET=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef \
    REGISTRY_OAUTH_LOGIN_URI="$nowhere/login" \
    REGISTRY_OAUTH_TOKEN_URI="$nowhere/token" \
    REGISTRY_OAUTH_CALLBACK_URI="$nowhere/callback" \
    REGISTRY_OAUTH_USERINFO_URI="$nowhere/userinfo" \
    REGISTRY_OAUTH_CLIENT_ID=nobody \
    REGISTRY_OAUTH_CLIENT_SECRET=nothing \
    REGISTRY_OAUTH_CLIENT_SCOPE=none \
    REGISTRY_INDEX_PROTOCOL_SPARSE=true \
    REGISTRY_INDEX_PROTOCOL_GIT=false \
    REGISTRY_GIT_USER_NAME=registry \
    REGISTRY_GIT_USER_EMAIL=registry@localhost \
    REGISTRY_DOCS_GEN_MOCK=true \
    REGISTRY_DEPS_STALE_ANALYSIS=-1 \
    GIT_ALLOW_PROTOCOL=file \
    "$cratery" >"$log" 2>&1 &
server=$!
await "$origin/api/v1/version"

# Accounts come from OAuth; these go into the database by hand. A token is kept as its SHA-256.
python3 - "$data/registry/registry.db" <<'PYTHON'
import hashlib, sqlite3, sys

database = sqlite3.connect(sys.argv[1], timeout=30)
for login in ("alice", "bob", "carol"):
    user = database.execute(
        "INSERT INTO RegistryUser (isActive, email, login, name, roles) VALUES (1, ?, ?, ?, '')",
        (f"{login}@localhost", login, login.title()),
    ).lastrowid
    token = hashlib.sha256(f"secret-of-{login}".encode()).hexdigest()
    database.execute(
        "INSERT INTO RegistryUserToken (user, name, token, lastUsed, canWrite, canAdmin) "
        "VALUES (?, 'regspec', ?, '2026-01-01 00:00:00', 1, 0)",
        (user, token),
    )
database.commit()
PYTHON

# The whole value of Authorization.
token() {
    printf 'Basic %s' "$(printf '%s:secret-of-%s' "$1" "$1" | base64 | tr -d '\n')"
}

give REGSPEC_TARGET "sparse+$origin/"
give REGSPEC_TOKEN "$(token alice)"
give REGSPEC_OTHER_TOKEN "$(token bob)"
give REGSPEC_LOGIN alice
give REGSPEC_OTHER_LOGIN bob
give REGSPEC_THIRD_LOGIN carol
hand_over "$@"
