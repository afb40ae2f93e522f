#!/usr/bin/env bash
# Installs what a checkout needs on Debian or Ubuntu, and only what is missing: compilers, libav, Rust, a Python
# environment in .venv with the tools, and Sightline itself, built from this checkout as the wheel users get.
# Usage: bash deploy/setup.sh [--tools]     (--tools: also what the tests and linters need)
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=deploy/packages.sh
. deploy/packages.sh

readonly PACKAGES=(build-essential pkg-config libclang-dev python3-dev python3-venv
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev)
readonly TEST_PACKAGES=(ffmpeg iproute2 nftables
  python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad)
readonly RUST_MINIMUM=1.89

rust_is_new_enough() {
  command -v cargo >/dev/null || return 1
  local found
  found=$(rustc --version | cut -d' ' -f2)
  [ "$(printf '%s\n' "$RUST_MINIMUM" "$found" | sort -V | head -n 1)" = "$RUST_MINIMUM" ]
}

install_rust() {
  # shellcheck disable=SC1091
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  rust_is_new_enough && return
  say "installing Rust (at least $RUST_MINIMUM)"
  if ! command -v rustup >/dev/null; then
    install_packages curl ca-certificates
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c clippy -c rustfmt
    # shellcheck disable=SC1091
    . "$HOME/.cargo/env"
  else
    rustup toolchain install stable --profile minimal -c clippy -c rustfmt
    rustup default stable
  fi
}

# The tests start brokers of their own; the service that Debian starts with the package is not wanted.
install_broker() {
  [ -x /usr/sbin/mosquitto ] && return
  install_packages mosquitto
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" service mosquitto stop || true
  ! command -v systemctl >/dev/null || "${root[@]}" systemctl disable mosquitto 2>/dev/null || true
}

python_for_venv() {
  for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$candidate"
      return
    fi
  done
  echo "Sightline needs Python 3.11 or newer; found $(python3 --version 2>&1). Install python3.11 and python3.11-venv." >&2
  exit 2
}

main() {
  install_packages "${PACKAGES[@]}"
  install_rust
  [ -x .venv/bin/python ] || { say "making .venv"; "$(python_for_venv)" -m venv .venv; }
  .venv/bin/python -m pip install -q --upgrade pip
  if [ "${1:-}" = --tools ]; then
    install_packages "${TEST_PACKAGES[@]}"
    install_broker
    .venv/bin/python -m pip install -q --group dev
  else
    .venv/bin/python -m pip install -q 'maturin>=1.9,<2'
  fi
  say "building the wheel"
  rm -rf target/wheels
  .venv/bin/maturin build --release --compatibility linux --out target/wheels -i .venv/bin/python --quiet
  .venv/bin/python -m pip install -q --force-reinstall --no-deps target/wheels/sightline-*.whl
  .venv/bin/python -m pip install -q target/wheels/sightline-*.whl
}

main "$@"
