# Shared by the scripts in this folder; sourced, not run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # The scripts that source this file use the variables.

# The project's folder, whatever the caller's is.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The oldest Rust that the workspace builds with; keep it equal to `rust-version` in Cargo.toml.
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$project/Cargo.toml")

# Where cargo puts what it builds. Cargo resolves a relative path against the folder it runs in.
target_dir=${CARGO_TARGET_DIR:-$project/target}
case $target_dir in
  /*) ;;
  *) target_dir=$PWD/$target_dir ;;
esac

# rustup installs here; a fresh shell may not have it in its PATH yet.
if ! command -v cargo > /dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
  PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

# A fresh checkout must build what was tested; only a developer's own change may touch Cargo.lock.
locked=()
if [ "${CI:-}" = true ]; then
  locked=(--locked)
fi

say() {
  printf '%s: %s\n' "$(basename "$0")" "$*"
}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
