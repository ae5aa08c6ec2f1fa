#!/usr/bin/env bash
# Installs the Open MPI and MPICH of Debian, which some tests need; without them these are skipped:
#   bash tasks/setup_mpi.sh
# If nothing is missing, it prints nothing.
set -euo pipefail

missing=()
command -v mpirun.openmpi >/dev/null || missing+=(openmpi-bin)
command -v mpirun.mpich >/dev/null || missing+=(mpich)
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then as_root=(sudo -n); fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
