#!/usr/bin/env bash
# Builds the wheel that runs on a machine without libav: the minimal static LGPL FFmpeg is inside the extension.
# Usage: bash deploy/wheel.sh [DIRECTORY]     the wheel goes to DIRECTORY, default dist/
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/packages.sh
. deploy/packages.sh
out=${1:-dist}
install_packages build-essential nasm pkg-config meson ninja-build xz-utils libssl-dev zlib1g-dev
bash deploy/ffmpeg/build.sh build/ffmpeg
[ -x .venv/bin/maturin ] || bash deploy/setup.sh
# shellcheck disable=SC1091
[ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
PKG_CONFIG_PATH=$PWD/build/ffmpeg/prefix/lib/pkgconfig \
  .venv/bin/maturin build --release --features extension-module,static-libav \
  --compatibility linux -i .venv/bin/python --out "$out"
ls -l "$out"/sightline-*.whl
