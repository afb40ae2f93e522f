#!/usr/bin/env bash
# Runs the property tests of everything that takes data from outside, and those of tracking beside the published tracker,
# again and again, each time with new random cases, for so many minutes (10 when not said): those of the crates, and those
# of Python where deploy/setup.sh --tools was run.
# Ends with the failing case, which proptest also keeps in proptest-regressions, and hypothesis in .hypothesis.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes="${1:-10}"
[[ "$minutes" =~ ^[0-9]+$ ]] || { echo "usage: deploy/fuzz.sh [MINUTES], whole minutes; found: $minutes" >&2; exit 1; }
# shellcheck disable=SC1091
[ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"

crates=(geometry ground detections tracks zones)
packages=()
for crate in "${crates[@]}"; do packages+=(-p "sightline-$crate"); done
cargo test --release --locked --quiet "${packages[@]}" --no-run

export PROPTEST_CASES="${PROPTEST_CASES:-5000}"
end=$((SECONDS + minutes * 60))
runs=0
while [ "$SECONDS" -lt "$end" ]; do
    cargo test --release --locked --quiet "${packages[@]}" >/tmp/sightline-fuzz.$$ 2>&1 || {
        cat /tmp/sightline-fuzz.$$
        rm -f /tmp/sightline-fuzz.$$
        exit 1
    }
    [ ! -x .venv/bin/pytest ] || [ "$SECONDS" -ge "$end" ] || .venv/bin/python -m pytest --hypothesis-profile=fuzz --quiet \
        -m "not slow" tests/unit/test_untrusted.py tests/unit/test_config.py tests/property >/tmp/sightline-fuzz.$$ 2>&1 || {
        cat /tmp/sightline-fuzz.$$
        rm -f /tmp/sightline-fuzz.$$
        exit 1
    }
    runs=$((runs + 1))
    printf '\r%d rounds, %d s left ' "$runs" "$((end - SECONDS))" >&2
done
rm -f /tmp/sightline-fuzz.$$
printf '\n%d rounds of %s and Python found nothing\n' "$runs" "${crates[*]}"
