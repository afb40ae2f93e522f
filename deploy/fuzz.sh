#!/usr/bin/env bash
# Runs the property tests of everything that takes data from outside, and those of tracking beside the published tracker,
# again and again, each time with new random cases, for so many minutes (10 when not said): those of the crates, with damaged
# video files; those of Python, hostile files and an RTSP server that lies, where deploy/setup.sh --tools was run.
# Ends with the failing case, which proptest also keeps in proptest-regressions, and hypothesis in .hypothesis. The seed of files
# and lies is in the message; SIGHTLINE_FUZZ_SEED=SEED repeats them.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes="${1:-10}"
[[ "$minutes" =~ ^[0-9]+$ ]] || { echo "usage: deploy/fuzz.sh [MINUTES], whole minutes; found: $minutes" >&2; exit 1; }
# shellcheck disable=SC1091
[ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"

crates=(geometry ground detections tracks zones)
packages=()
for crate in "${crates[@]}"; do packages+=(-p "sightline-$crate"); done
damage=(-p sightline-video --test damage)
cargo test --release --locked --quiet "${packages[@]}" --no-run
cargo test --release --locked --quiet "${damage[@]}" --no-run

report=$(mktemp)
trap 'rm -f "$report"' EXIT
end=$((SECONDS + minutes * 60))

# Runs a command while there is time; what it says is shown only where it fails.
attempt() {
    [ "$SECONDS" -lt "$end" ] || return 0
    "$@" >"$report" 2>&1 || { cat "$report"; exit 1; }
}

runs=0
while [ "$SECONDS" -lt "$end" ]; do
    attempt env PROPTEST_CASES="${PROPTEST_CASES:-5000}" cargo test --release --locked --quiet "${packages[@]}"
    attempt cargo test --release --locked --quiet "${damage[@]}" whatever
    if [ -x .venv/bin/pytest ]; then
        attempt .venv/bin/python -m pytest --hypothesis-profile=fuzz --quiet \
            -m "not slow" tests/unit/test_untrusted.py tests/unit/test_config.py tests/property
        attempt env SIGHTLINE_FUZZ_SEED="${SIGHTLINE_FUZZ_SEED:-$SRANDOM}" \
            .venv/bin/python -m pytest --quiet -m slow tests/scenarios/test_lying_cameras.py tests/scenarios/test_hostile_files.py
    fi
    runs=$((runs + 1))
    printf '\r%d rounds, %d s left ' "$runs" "$((end - SECONDS))" >&2
done
printf '\n%d rounds of %s, damaged files and Python found nothing\n' "$runs" "${crates[*]}"
