#!/bin/sh
# Mutates our own judgement and planning code, and says which mutants the unit tests let pass.
#
#   scripts/cargo-mutants.sh [SHARD [ARGUMENT…]]     SHARD: 0/40 by default, a fortieth of all mutants, spread over all files
#
# It works in a clone below target/, whose own target folder stays warm from run to run: a mutant costs one incremental
# build. What is to be tried has to be committed. Needs cargo-mutants (cargo install --locked cargo-mutants).
# Those that were missed are tried against the kill matrix with: scripts/cargo-mutants.sh --missed
set -eu
cd "$(dirname "$0")/.."
here=$PWD
clone=$here/target/mutants/clone
out=$here/target/mutants
mkdir -p "$out"
if [ ! -d "$clone" ]; then
    git clone --quiet --shared . "$clone"
fi
git -C "$clone" fetch --quiet "$here" HEAD
git -C "$clone" checkout --quiet --force --detach FETCH_HEAD
cd "$clone"

if [ "${1:-}" = --missed ]; then
    # One pattern that is each missed mutant, as cargo-mutants names it.
    pattern=$(cat "$out"/*/mutants.out/missed.txt | sort -u | sed 's/:[0-9]*:[0-9]*: /: /; s/^[^:]*: //; s/[][\.*^$+?(){}|/]/\\&/g' | paste -sd '|' -)
    [ -n "$pattern" ] || exit 0
    # The config names the unit tests, so that it is left aside here.
    exec cargo mutants --in-place --no-config --baseline skip --timeout 900 --output "$out/again" \
        --file 'src/check/**/*.rs' --file 'src/plan/**/*.rs' --file src/verdict.rs --re "$pattern" \
        -- --test mutants --test mutants_crates_io
fi

shard=${1:-0/40}
[ $# -eq 0 ] || shift
exec cargo mutants --in-place --baseline skip --timeout 300 --shard "$shard" --sharding round-robin \
    --output "$out/shard-$(echo "$shard" | tr / -)" "$@"
