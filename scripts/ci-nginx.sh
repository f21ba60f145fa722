#!/bin/sh
# The reference registry behind nginx, under a path prefix: it has to conform there as well, open and private.
# Wants nginx (Debian's package will do). Everything lies in a temporary folder and listens on loopback alone.
#
#     scripts/ci-nginx.sh [OPTION OF regspec run …]
set -eu
cd "$(dirname "$0")/.."

if ! command -v nginx >/dev/null; then
    apt-get update >/dev/null && apt-get install --yes --no-install-recommends nginx-light >/dev/null
fi
regspec=${REGSPEC_BIN:-}
if [ -z "$regspec" ]; then
    cargo build --quiet
    regspec=${CARGO_TARGET_DIR:-target}/debug/regspec
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/regspec-nginx.XXXXXX")
# Where root starts it, the workers of nginx are somebody else, who has to reach their folders in it.
chmod 711 "$folder"
servers=
stop() {
    for server in $servers; do
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    servers=
}
finish() {
    status=$?
    trap - EXIT INT TERM
    stop
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

answers() {
    tries=0
    until curl --silent --output /dev/null --max-time 2 "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 100 ]; then
            echo "no answer from $1" >&2
            cat "$folder"/*.log >&2
            return 1
        fi
        sleep 0.1
    done
}

# check NAME [OPTION OF regspec serve …]
check() {
    name=$1
    shift
    back=$(free_port)
    front=$(free_port)
    cat >"$folder/nginx.conf" <<NGINX
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    server {
        listen 127.0.0.1:$front;
        # The default, 1 MiB, is less than a large crate.
        client_max_body_size 64m;
        location /a/b/ {
            proxy_http_version 1.1;
            proxy_set_header Host \$http_host;
            proxy_set_header Connection "";
            proxy_pass http://127.0.0.1:$back/;
        }
    }
}
NGINX
    "$regspec" serve --listen "127.0.0.1:$back" --public-url "http://127.0.0.1:$front/a/b" \
        --credentials "$folder/credentials.toml" "$@" >"$folder/serve.log" 2>&1 &
    servers="$servers $!"
    nginx -c "$folder/nginx.conf" -p "$folder" -e "$folder/nginx.log" &
    servers="$servers $!"
    answers "http://127.0.0.1:$back/index/config.json"
    answers "http://127.0.0.1:$front/a/b/index/config.json"
    echo "== behind nginx, $name"
    "$regspec" run "sparse+http://127.0.0.1:$front/a/b/index/" --write --credentials "$folder/credentials.toml" $options
    stop
}

options=$*
check open
check private --private
