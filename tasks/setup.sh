#!/usr/bin/env bash
# Installs what a task needs and is missing, then runs the task:
#   bash tasks/setup.sh TASK [ARGUMENT...]
# It is made for a fresh Debian 12 or 13 with npm. If nothing is missing, it prints nothing and takes less than a tenth of a second.
set -euo pipefail

deno_version=2.9.6 # the version that the tests use; any other patch version works too

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# Sets $deno to a Deno of the wanted minor version, or returns 1 if there is none.
find_deno() {
  local candidate
  while IFS= read -r candidate; do
    if [[ -x $candidate && $("$candidate" --version 2>/dev/null) == "deno ${deno_version%.*}."* ]]; then
      deno=$candidate
      return 0
    fi
  done < <(deno_candidates)
  return 1
}

# Prints the programs behind all commands named deno. If npm does not run install scripts, such a command is a wrapper in Node, which
# does not forward signals; then the program itself is among the package's dependencies.
deno_candidates() {
  local command file
  while IFS= read -r command; do
    file=$(readlink -f "$command") || continue
    if [[ $file == */bin.cjs ]]; then
      printf '%s\n' "${file%/*}/deno" "${file%/*}"/node_modules/@deno/*/deno "${file%/*/*}"/@deno/*/deno
    else
      printf '%s\n' "$file"
    fi
  done < <(type -aP deno)
}

has_nvidia() { [[ -e /proc/driver/nvidia || -e /dev/nvidia0 ]]; }

has_vulkan_loader() {
  local ldconfig=/sbin/ldconfig # not on the PATH of ordinary users
  [[ -x $ldconfig ]] || ldconfig=ldconfig
  [[ $("$ldconfig" -p 2>/dev/null) == *libvulkan.so.1* ]]
}

# Whether a Vulkan driver other than NVIDIA's is registered. NVIDIA's is useful only if the machine has an NVIDIA GPU.
has_vulkan_driver() {
  local folder file
  [[ -z ${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-} ]] || return 0 # the caller chose one
  for folder in /usr/share /usr/local/share /etc /usr/local/etc "${HOME:-/root}/.local/share"; do
    for file in "$folder"/vulkan/icd.d/*.json; do
      [[ -e $file && $file != */nvidia* ]] && return 0
    done
  done
  return 1
}

# Prints the Debian packages that are missing for a task with these arguments.
missing_packages() {
  [[ $(uname -s) == Linux ]] || return 0
  has_vulkan_loader || printf '%s\n' libvulkan1
  # The software driver is needed only if there is no GPU driver, or if it is asked for.
  if ! has_vulkan_driver && { ! has_nvidia || [[ " $* " == *" --software "* ]]; }; then
    printf '%s\n' mesa-vulkan-drivers
  fi
}

# Runs a command and shows what it printed only if it fails.
quietly() {
  local output
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    fail "failed: $*"
  }
}

# Whether npm's global folder is writable without privileges, for instance if Node is installed in the home directory.
owns_npm_folder() {
  local folder modules
  folder=$(npm prefix -g 2>/dev/null) || return 1
  modules=$folder/lib/node_modules
  [[ -e $modules ]] || modules=$folder/lib
  [[ -w $modules && -w $folder/bin ]]
}

install_missing() { # DENO_IS_MISSING PACKAGE...
  local deno_is_missing=$1 apt npm as_root=() for_npm=() by_admin=()
  shift
  apt=(apt-get install -y --no-install-recommends "$@")
  npm=(npm install -g --no-fund --no-audit "deno@$deno_version")
  if [[ $# -gt 0 ]] && ! command -v apt-get >/dev/null; then
    fail "Vulkan is missing (the Debian packages $*), and there is no apt-get. Install it with this system's package manager."
  fi
  if [[ $deno_is_missing == yes ]] && ! command -v npm >/dev/null; then
    fail "npm is missing, which is needed to install Deno. Run as root: apt-get install npm"
  fi
  if [[ $EUID -ne 0 ]]; then
    as_root=(sudo -n)
    [[ $deno_is_missing == no ]] || owns_npm_folder || for_npm=("${as_root[@]}")
    if ! sudo -n true 2>/dev/null; then
      [[ $# -eq 0 ]] || by_admin+=("apt-get update && ${apt[*]}")
      [[ ${#for_npm[@]} -eq 0 ]] || by_admin+=("${npm[*]}")
    fi
  fi
  if [[ ${#by_admin[@]} -gt 0 ]]; then
    say "only an administrator can install what is missing. Run as root:"
    printf '  %s\n' "${by_admin[@]}" >&2
    exit 1
  fi
  if [[ $# -gt 0 ]]; then
    say "installing $* with apt-get"
    quietly "${as_root[@]}" apt-get update
    quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}"
  fi
  if [[ $deno_is_missing == yes ]]; then
    say "installing Deno $deno_version with npm"
    quietly "${for_npm[@]}" "${npm[@]}"
    find_deno || fail "Deno $deno_version is installed but does not run with Node $(node --version): $(complaint)"
  fi
}

# The first line that Deno prints.
complaint() { { deno --version 2>&1 || true; } | head -n 1; }

if [[ $# -eq 0 || $1 == -h || $1 == --help ]]; then
  {
    echo "Usage: bash tasks/setup.sh TASK [ARGUMENT...]"
    echo "Installs what is missing (Deno from npm, Vulkan from Debian), then runs \`deno task TASK ARGUMENT...\`."
    echo "To see what this machine can train: bash tasks/setup.sh doctor"
  } >&2
  [[ $# -gt 0 ]] # a missing task is an error
  exit
fi

deno=
deno_is_missing=no
if ! find_deno; then
  # npm's global programs need not be on the PATH. npm is asked for their folder only now, because that takes a while.
  PATH=$PATH:$(npm prefix -g 2>/dev/null || true)/bin
  find_deno || deno_is_missing=yes
fi
mapfile -t packages < <(missing_packages "$@")
if [[ $deno_is_missing == yes || ${#packages[@]} -gt 0 ]]; then install_missing "$deno_is_missing" "${packages[@]}"; fi

# Tasks run in the repository's root. They resolve paths from the directory in which they were called, which Deno passes in INIT_CWD.
export INIT_CWD=$PWD
export DENO_NO_UPDATE_CHECK=1
# Deno shall trust the system's certificates, as Debian's Node does, so that it works behind a proxy with a certificate of its own.
if [[ -e /etc/ssl/certs/ca-certificates.crt ]]; then export DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-mozilla,system}; fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec "$deno" task "$@"
