#!/usr/bin/env bash
# Installs what is missing and runs the demo: a generated scene, counted, with its events and a picture.
set -euo pipefail
cd "$(dirname "$0")/.."
bash deploy/setup.sh
exec .venv/bin/sightline demo "$@"
