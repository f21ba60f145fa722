# Shared by the scripts that start a registry. Each of them is called as
#
#     scripts/registries/NAME.sh [--port N] [COMMAND [ARGUMENT…]]
#
# It starts the registry on a free port of the loopback device, with its data in a temporary folder, and waits until it
# answers. With a command, that command runs with REGSPEC_TARGET and whatever else the registry needs in its
# environment, and its exit status is the script's. Without one the same variables are printed as shell assignments, and
# the script stays until it is ended. Either way it ends what it started, and nothing else, and removes the data.

set -eu
exec 3<&0

cache=${REGSPEC_CACHE:-$HOME/.cache/regspec}
port=
case ${1:-} in
    --port) port=$2; shift 2 ;;
esac
if [ -z "$port" ]; then
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
fi
origin=http://127.0.0.1:$port
data=$(mktemp -d "${TMPDIR:-/tmp}/regspec-registry.XXXXXX")
log=$data/log
server=
command=
export RUST_BACKTRACE=0
exports=

finish() {
    status=$?
    trap - EXIT INT TERM
    for process in $command $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    if [ -n "${REGSPEC_REGISTRY_LOG:-}" ] && [ -f "$log" ]; then
        cp "$log" "$REGSPEC_REGISTRY_LOG"
    fi
    rm -rf "$data"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The program of that name in the cache, or on PATH.
program() {
    if [ -x "$cache/tools/bin/$1" ]; then
        echo "$cache/tools/bin/$1"
    elif command -v "$1"; then
        :
    else
        echo "$1 is not installed: cargo install --locked --debug --root $cache/tools --version $2 $1" >&2
        return 1
    fi
}

# Waits until something answers HTTP at a URL, whatever the status.
await() {
    tries=0
    until curl --silent --output /dev/null --max-time 2 "$1"; do
        tries=$((tries + 1))
        if ! kill -0 "$server" 2>/dev/null; then
            echo "the registry ended before it answered:" >&2
            tail -n 20 "$log" >&2
            return 1
        fi
        if [ "$tries" -ge 150 ]; then
            echo "no answer from $1 within 30 seconds:" >&2
            tail -n 20 "$log" >&2
            return 1
        fi
        sleep 0.2
    done
}

# Sets a variable for the command, or for whoever reads the output.
give() {
    export "$1=$2"
    exports="$exports$1='$2'
"
}

# Runs the command, or prints the variables and stays.
hand_over() {
    if [ $# -gt 0 ]; then
        # In the background, for a shell heeds no signal while it waits for what runs in front.
        "$@" <&3 &
        command=$!
        status=0
        wait "$command" || status=$?
        command=
        return "$status"
    fi
    printf '%s' "$exports"
    printf "REGSPEC_REGISTRY_PID='%s'\n" "$$"
    wait "$server"
}
