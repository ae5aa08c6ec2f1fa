#!/usr/bin/env bash
# Installs the Slurm of Debian and starts a cluster of one node, this machine, on which sweeps can be tried and are tested:
#   bash tasks/setup_slurm.sh        installs what is missing and starts what does not run
#   bash tasks/setup_slurm.sh stop   stops what it started
# A machine that has another slurm.conf is left as it is. Jobs of the partition `urgent` preempt those of the partition `usual`, which is the default.
set -euo pipefail

conf=/etc/slurm/slurm.conf
mark="# Made by tasks/setup_slurm.sh of neural-fields: a cluster of one node for trials and tests."
state=/var/spool/neural-fields-slurm
munged_pid=/run/munge/munged.pid
# On Debian these programs are not on the PATH of ordinary users.
PATH=$PATH:/usr/sbin:/sbin

as_root=()
if [[ $EUID -ne 0 ]]; then as_root=(sudo -n); fi

fail() {
  echo "setup_slurm: $*" >&2
  exit 1
}

is_ours() { [[ -e $conf && $(head -n 1 "$conf") == "$mark" ]]; }

# Whether the program runs that has written its number to a file, such as slurmd to slurmd.pid.
runs() { [[ -e $1 && $(cat "/proc/$(<"$1")/comm" 2>/dev/null) == "$(basename "$1" .pid)" ]]; }

install_missing() {
  local missing=()
  command -v sbatch >/dev/null || missing+=(slurm-client)
  command -v slurmctld >/dev/null || missing+=(slurmctld)
  command -v slurmd >/dev/null || missing+=(slurmd)
  command -v munged >/dev/null || missing+=(munge)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Processes are found in /proc and are not confined, which works in containers. A job that is queued again waits as long as credentials are
# valid: here 5 seconds, the least that Slurm takes.
write_conf() {
  local host=${HOSTNAME%%.*}
  "${as_root[@]}" tee "$conf" >/dev/null <<END
$mark
ClusterName=trial
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/node
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
KillWait=10
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=usual Nodes=$host Default=YES PriorityTier=1 State=UP
PartitionName=urgent Nodes=$host PriorityTier=2 State=UP
END
}

start() {
  install_missing
  if [[ -e $conf ]] && ! is_ours; then
    echo "This machine has a Slurm of its own ($conf), which is left as it is."
    return 0
  fi
  # It is written again at each start, in case the machine has another name or other processors than before.
  runs "$state/slurmctld.pid" || write_conf
  "${as_root[@]}" mkdir -p "$state/controller" "$state/node" /run/munge
  "${as_root[@]}" chown munge: /run/munge
  runs "$munged_pid" || "${as_root[@]}" setpriv --reuid=munge --regid=munge --clear-groups munged
  runs "$state/slurmctld.pid" || "${as_root[@]}" slurmctld -f "$conf"
  runs "$state/slurmd.pid" || "${as_root[@]}" slurmd -f "$conf"
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    [[ $(sinfo --noheader --format=%T --partition=usual 2>/dev/null) =~ idle|mixed|allocated ]] && return 0
    sleep 0.2
  done
  sinfo >&2 || true
  fail "Slurm does not become ready; $state has its logs."
}

# The numbers of a daemon's processes: that in its file, and those of its name that were started with this configuration. A process that has
# ended and waits for its parent has no command line, and does not count.
processes_of() {
  local name=$1 file=$2 entry words
  for entry in /proc/[0-9]*; do
    [[ $(cat "$entry/comm" 2>/dev/null) == "$name" ]] || continue
    words=$(tr '\0' ' ' 2>/dev/null <"$entry/cmdline") || continue
    if [[ $words == *" -f $conf "* || -n $words && $(cat "$file" 2>/dev/null) == "${entry#/proc/}" ]]; then
      echo "${entry#/proc/}"
    fi
  done
}

# Ends a daemon and waits until it has ended.
end() {
  local name=$1 file=$2 tries numbers
  for ((tries = 0; tries < 100; tries++)); do
    numbers=$(processes_of "$name" "$file" | sort -u)
    [[ -n $numbers ]] || return 0
    # shellcheck disable=SC2086
    if ((tries % 20 == 0)); then "${as_root[@]}" kill $numbers 2>/dev/null || true; fi
    sleep 0.2
  done
  fail "$name does not end; its processes are" $numbers
}

# The jobs are cancelled first, because slurmd leaves their processes when it ends. Slurm kills them after KillWait.
cancel_jobs() {
  local tries
  runs "$state/slurmctld.pid" || return 0
  "${as_root[@]}" timeout 10 squeue --noheader --format=%A 2>/dev/null | sort -u |
    "${as_root[@]}" timeout 10 xargs -r scancel 2>/dev/null || true
  for ((tries = 0; tries < 100; tries++)); do
    [[ -n $(timeout 10 squeue --noheader --format=%A 2>/dev/null) ]] || return 0
    sleep 0.2
  done
}

stop() {
  is_ours || return 0
  cancel_jobs
  end slurmd "$state/slurmd.pid"
  end slurmctld "$state/slurmctld.pid"
  end munged "$munged_pid"
}

case ${1:-start} in
start) start ;;
stop) stop ;;
*) fail "expected nothing or stop, found $1." ;;
esac
