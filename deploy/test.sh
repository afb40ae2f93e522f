#!/usr/bin/env bash
# Installs what is missing and runs every check: format, lints, types, Rust and Python tests, a benchmark's smoke run.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

step "setting up"
bash deploy/setup.sh --tools
# shellcheck disable=SC1091
[ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
export SIGHTLINE_FIXTURES="${SIGHTLINE_FIXTURES:-$PWD/../shared/fixtures}"
export PYTHONDONTWRITEBYTECODE=1

step "Rust: format, lints, documentation"
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --exclude sightline-bindings --no-deps --locked --quiet

step "Rust: tests"
cargo test --workspace --locked --quiet

step "Python: format, lints, types"
.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/mypy
.venv/bin/pyright
(cd target && ../.venv/bin/python -m mypy.stubtest sightline._core --allowlist ../tests/contract/stubtest-allowlist.txt)

step "Python: tests, against the installed wheel"
.venv/bin/python -m pytest "$@"
