#!/usr/bin/env bash
# Checks that tasks/setup.sh works on a fresh Debian: installs one in a temporary folder with debootstrap, adds npm and nothing
# else, clones the current HEAD into it and runs the commands of the README there.
#   bash tasks/check_fresh.sh bookworm|trixie [TASK [ARGUMENT...]]
# If a TASK is given, only that one is run. It needs root, git, debootstrap and a Debian host, whose package mirror, proxies and
# certificates it uses. It takes some minutes and about 2 GB in ${TMPDIR:-/tmp}.
set -euo pipefail

fail() {
  printf 'check_fresh: %s\n' "$*" >&2
  exit 1
}

[[ ${1:-} == bookworm || ${1:-} == trixie ]] || fail "usage: bash tasks/check_fresh.sh bookworm|trixie [TASK [ARGUMENT...]]"
release=$1
shift
[[ $EUID -eq 0 ]] || fail "must be run as root."
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=/dev/null
host_release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

root=$(mktemp -d "${TMPDIR:-/tmp}/fresh-$release-XXXXXX")
chmod 755 "$root" # apt downloads as a user of its own

cleanup() {
  local folder
  for folder in dev sys proc; do
    if mountpoint -q "$root/$folder"; then umount --lazy "$root/$folder"; fi
  done
  # --one-file-system protects what may still be mounted.
  rm -rf --one-file-system "$root" "$root.log"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Prints the release and the URI of every package source of the host.
sources() { apt-get indextargets --format "\$(RELEASE) \$(REPO_URI)" "Identifier: Packages" | sort -u; }

# Runs a command and shows what it printed only if it fails.
quietly() {
  "$@" >"$root.log" 2>&1 || {
    cat "$root.log" >&2
    rm -f "$root.log"
    fail "failed: $*"
  }
  rm -f "$root.log"
}

# Runs a command in the clone. Of the host's environment, only the settings for network and registries are passed on.
inside() {
  local carried=() name value
  while IFS= read -r name; do
    case ${name,,} in
      *_proxy | npm_config_* | ssl_cert_* | node_extra_ca_certs | deno_cert | deno_tls_ca_store) carried+=("$name=${!name}") ;;
    esac
  done < <(compgen -e)
  for name in registry proxy https-proxy; do
    value=$(npm config get "$name" 2>/dev/null || true)
    if [[ -n $value && $value != null && $value != undefined ]]; then carried+=("npm_config_${name//-/_}=$value"); fi
  done
  chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 NO_COLOR=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    "${carried[@]}" bash -c 'cd /neural-fields 2>/dev/null || cd /; exec "$@"' bash "$@"
}

make_debian() {
  local mirror target uri
  mirror=$(sources | awk -v release="$host_release" '$1 == release { print $2; exit }')
  [[ -n $mirror ]] || fail "expected a package source for \"$host_release\" in the host's apt configuration, found none."
  quietly debootstrap --variant=minbase "$release" "$root" "$mirror"
  # Updates and security fixes come from the same sources as the host's.
  sources | while read -r target uri; do
    [[ $target == "$host_release"* ]] && echo "deb $uri ${target/#$host_release/$release} main"
  done >"$root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(Check-|http|https|Retries)' >"$root/etc/apt/apt.conf.d/90host" || true
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp -rL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sys "$root/sys"
  mount --bind /dev "$root/dev"
}

install_npm() {
  quietly inside apt-get update
  quietly inside env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates npm
}

# Runs `bash tasks/setup.sh ARGUMENT...` in the clone and adds a line to the summary.
summary=()
all_passed=yes
check() {
  local began=$SECONDS verdict=PASS
  printf '\n== %s: bash tasks/setup.sh %s\n' "$release" "$*"
  inside bash tasks/setup.sh "$@" </dev/null || verdict=FAIL all_passed=no
  summary+=("$verdict  $release  $((SECONDS - began)) s  bash tasks/setup.sh $*")
}

began=$SECONDS
make_debian
summary+=("made  $release  $((SECONDS - began)) s  debootstrap")
began=$SECONDS
install_npm
summary+=("made  $release  $((SECONDS - began)) s  npm $(inside npm --version), Node $(inside node --version)")
git clone --quiet "file://$repository" "$root/neural-fields"

if [[ $# -gt 0 ]]; then
  check "$@"
else
  check image --epochs 1
  check test
fi

printf '\n'
printf '%s\n' "${summary[@]}"
[[ $all_passed == yes ]]
