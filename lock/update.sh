#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml (needs uv): for users, for developers, and the oldest that pyproject.toml allows.
# Further arguments go to uv, for example --upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "bash lock/update.sh" "$@"
}
compile "$@" -o lock/run.txt
compile "$@" --all-extras --group dev -c lock/run.txt -o lock/dev.txt
rm -f lock/oldest.txt # else what it pins now is kept, although a lower bound may have moved down
compile "$@" --all-extras --group test --resolution lowest-direct -o lock/oldest.txt
