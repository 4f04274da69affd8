#!/usr/bin/env bash
# Finds the program: INPUT_PATH, or the release INPUT_VERSION, or ACTION_REF, which is built from
# the folder GITHUB_ACTION_PATH unless it is a release. Writes its path as the output `program`, and
# its folder to GITHUB_PATH.
set -euo pipefail

releases=${RELEASES:-https://github.com/ecs-emulator/ecs-emulator/releases/download}

fail() {
  echo "::error title=ecs-emulator::$1" >&2
  exit 1
}

platform() {
  local os arch
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "releases for $(uname -s) are not installed by this action: install one yourself, and give its path" ;;
  esac
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no release for $(uname -m): give the path of a program" ;;
  esac
  echo "${os}_$arch"
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

get() { curl --silent --show-error --fail --location --retry 3 --output "$2" "$1"; }

# download unpacks a release below RUNNER_TEMP. It fails with 3 if there is no such release.
download() {
  local version=$1 folder=$RUNNER_TEMP/ecs-emulator line archive
  mkdir -p "$folder"
  get "$releases/$version/SHA256SUMS" "$folder/SHA256SUMS" || return 3
  line=$(grep "_$2\.tar\.gz\$" "$folder/SHA256SUMS") || fail "release $version has no archive for $2"
  archive=${line##*[ *]}
  get "$releases/$version/$archive" "$folder/$archive" || fail "cannot download $archive"
  [ "$(sha256 "$folder/$archive")" = "${line%% *}" ] || fail "$archive is not what SHA256SUMS says"
  tar -xzf "$folder/$archive" -C "$folder"
  program=$(find "$folder" -type f -name ecs-emulator | head -n 1)
  [ -n "$program" ] || fail "$archive has no ecs-emulator"
}

build() {
  command -v go >/dev/null || fail "$ACTION_REF is no release, so it is built: use actions/setup-go before this action"
  make -C "$GITHUB_ACTION_PATH" build VERSION="${ACTION_REF:-devel}"
  program=$GITHUB_ACTION_PATH/bin/ecs-emulator
}

# release has a form that refs of releases have.
release() { [[ $1 =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; }

if [ -n "${INPUT_PATH:-}" ]; then
  [ -x "$INPUT_PATH" ] || fail "$INPUT_PATH is no program"
  program=$(cd "$(dirname "$INPUT_PATH")" && pwd)/$(basename "$INPUT_PATH")
elif [ -n "${INPUT_VERSION:-}" ]; then
  on=$(platform)
  download "$INPUT_VERSION" "$on" || fail "there is no release $INPUT_VERSION"
elif release "${ACTION_REF:-}"; then
  on=$(platform)
  download "$ACTION_REF" "$on" || build
else
  build
fi

"$program" version
echo "program=$program" >>"$GITHUB_OUTPUT"
dirname "$program" >>"$GITHUB_PATH"
