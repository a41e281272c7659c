#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml (needs uv): for users, for developers, for notebooks, what builds leadlag itself,
# and the oldest that pyproject.toml allows. A package has one version in all but the last.
# Further arguments go to uv, for example --upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "bash lock/update.sh" "$@"
}
compile pyproject.toml "$@" -o lock/run.txt
compile pyproject.toml "$@" --all-extras --group dev -c lock/run.txt -o lock/dev.txt
compile pyproject.toml "$@" --group notebook -c lock/dev.txt -o lock/notebook.txt
compile "$@" --group build -c lock/dev.txt -o lock/build.txt
rm -f lock/oldest.txt # else what it pins now is kept, although a lower bound may have moved down
compile pyproject.toml "$@" --all-extras --group test --resolution lowest-direct -o lock/oldest.txt
