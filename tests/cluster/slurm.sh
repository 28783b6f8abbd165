#!/bin/bash
# A real SLURM of one node for the time of one command: slurm.sh FOLDER COMMAND...
#
# Runs slurmctld and slurmd in namespaces of their own: nothing listens outside, no system service or key is needed, and
# whatever happens the kernel ends every daemon and task when the command is over. Its exit code is the command's.
#   77  the packages or the rights are not here (one word on stderr says which)
#   70  SLURM did not come up (the ends of its logs are on stderr)
# FOLDER, made anew, holds slurm.conf, logs and state; it stays for reading. The command finds on its PATH
#   slurm-kill slurmctld|slurmd [SIGNAL]   send a daemon SIGKILL, or STOP, CONT, TERM...
#   slurm-start slurmctld|slurmd           start it again, back when it answers
# and partitions `main` (the default), `short` (five minutes at most) and `urgent` (pushes jobs of `main` out: they requeue).
# SLURM_TEST_CPUS: processors of the node (2); a second starts about as many tasks as there are, however short they be.
# SLURM_TEST_CONF: lines put at the end of slurm.conf, the last of a name holds.
set -u

say() { echo "slurm.sh: $*" >&2; }

if [ "${1-}" != --inside ]; then
  [ $# -ge 2 ] || { say "usage: slurm.sh FOLDER COMMAND..."; exit 64; }
  PATH=$PATH:/usr/sbin:/sbin
  for program in slurmctld slurmd sbatch squeue scancel scontrol unshare ip setsid; do
    command -v "$program" >/dev/null || { say "skipped, no $program here (apt-get install slurm-wlm iproute2 util-linux)"; exit 77; }
  done
  unshare --net --mount --pid --uts --ipc --fork --mount-proc true 2>/dev/null ||
    { say "skipped, no right to make namespaces here (root is needed)"; exit 77; }
  mkdir -p "$1" || exit 73
  folder=$(cd "$1" && pwd -P) || exit 73
  # slurmstepd's sockets lie in FOLDER/spool, and the path of a UNIX socket is short.
  [ ${#folder} -le 70 ] || { say "the path of FOLDER is too long (70 at most): $folder"; exit 64; }
  case $folder in *[!A-Za-z0-9._/+-]*) say "FOLDER may not have other characters than letters, digits and ._+-: $folder"; exit 64;; esac
  shift
  # --kill-child: when this script is killed its first process inside goes, and with that everything inside.
  exec unshare --net --mount --pid --uts --ipc --fork --kill-child --mount-proc "$BASH" "$0" --inside "$folder" "$@"
fi

# Inside: this is process 1, so all others end with it.
folder=$2
shift 2
trap 'exit 130' INT
trap 'exit 143' TERM HUP

rm -rf "$folder/bin" "$folder/state" "$folder/spool" "$folder/log"
mkdir -p "$folder/bin" "$folder/state" "$folder/spool" "$folder/log"
ip link set lo up || exit 70
# Names are looked up only if there is one address that is not of the loopback's range.
ip addr add 10.77.0.1/32 dev lo || exit 70
hostname node1 || exit 70
printf '127.0.0.1 localhost\n10.77.0.1 node1\n' > "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts || exit 70

# No SLURM_ or SBATCH_ variable of a job around this script may reach the one in here.
for name in $(compgen -e | grep -E '^(SLURM|SLURMD|SBATCH|SQUEUE|SCANCEL)_' | grep -v '^SLURM_TEST_'); do unset "$name"; done

cat > "$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=node1(127.0.0.1)
SlurmctldPort=6817
SlurmdPort=6818
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
# A requeued task waits for its credential to run out: 120 s if nothing is said.
AuthInfo=cred_expire=5
CredType=cred/none
MpiDefault=none
SwitchType=switch/none
TaskPlugin=task/none
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/state/slurmctld.pid
SlurmdPidFile=$folder/state/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
SlurmctldDebug=info
SlurmdDebug=info
# As a cluster without accounting; memory is watched without cgroups, once a second.
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
ProctrackType=proctrack/linuxproc
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
# Tests wait for these, so all is as fast as SLURM goes.
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1,bf_min_age_reserve=0
PriorityType=priority/basic
MinJobAge=60
KillWait=2
SlurmdTimeout=10
SlurmctldTimeout=10
MessageTimeout=5
ReturnToService=2
JobRequeue=1
EnforcePartLimits=ALL
MaxArraySize=1001
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# The node is of one size whatever the machine is.
SlurmdParameters=config_overrides
NodeName=node1 NodeAddr=127.0.0.1 CPUs=${SLURM_TEST_CPUS:-2} RealMemory=8000 State=UNKNOWN
PartitionName=DEFAULT Nodes=node1 State=UP DefMemPerCPU=500 DefaultTime=60
PartitionName=main Default=YES MaxTime=INFINITE PriorityTier=1
PartitionName=short MaxTime=5 DefaultTime=5 PriorityTier=1
PartitionName=urgent MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
${SLURM_TEST_CONF-}
CONF
export SLURM_CONF="$folder/slurm.conf"

cat > "$folder/bin/slurm-start" <<START
#!/bin/bash
# slurm-start slurmctld|slurmd: starts it and comes back when it answers; 1 after 30 s without an answer.
case \${1-} in
  slurmctld) setsid slurmctld -D </dev/null >>"$folder/log/slurmctld.out" 2>&1 & ;;
  slurmd) setsid slurmd -D -N node1 </dev/null >>"$folder/log/slurmd.out" 2>&1 & ;;
  *) echo "usage: slurm-start slurmctld|slurmd" >&2; exit 64 ;;
esac
echo \$! >"$folder/state/\$1.started"
for _ in \$(seq 300); do
  if [ "\$1" = slurmctld ]; then
    scontrol ping 2>/dev/null | grep -q 'is UP' && exit 0
  else
    # A star after the state: the node does not answer.
    case \$(sinfo --noheader --nodes=node1 --partition=main --format=%T 2>/dev/null) in
      idle|mixed|allocated|completing|drained|draining) exit 0 ;;
    esac
  fi
  kill -0 "\$(cat "$folder/state/\$1.started")" 2>/dev/null || { echo "slurm-start: \$1 ended at once" >&2; exit 1; }
  sleep 0.1
done
echo "slurm-start: \$1 does not answer" >&2
exit 1
START

cat > "$folder/bin/slurm-kill" <<KILL
#!/bin/bash
# slurm-kill slurmctld|slurmd [SIGNAL]: sends the daemon, not its tasks, SIGNAL (KILL), and waits for its end where that ends it.
case \${1-} in slurmctld|slurmd) ;; *) echo "usage: slurm-kill slurmctld|slurmd [SIGNAL]" >&2; exit 64 ;; esac
pid=\$(cat "$folder/state/\$1.started") || exit 1
kill -s "\${2-KILL}" "\$pid" || exit 1
case \${2-KILL} in KILL|TERM)
  while kill -0 "\$pid" 2>/dev/null; do sleep 0.02; done ;;
esac
exit 0
KILL
chmod +x "$folder/bin/slurm-start" "$folder/bin/slurm-kill"
export PATH="$folder/bin:$PATH"

if ! { slurm-start slurmctld && slurm-start slurmd; } then
  say "SLURM did not come up; its logs in $folder/log end so:"
  tail -n 15 "$folder"/log/* >&2
  exit 70
fi

# The administrator: a node on which a task was found twice (a slurmctld killed before it saved) is drained until someone looks.
while sleep 1; do
  case $(sinfo --noheader --nodes=node1 --partition=main --format=%T 2>/dev/null) in
    drained|draining) scontrol update NodeName=node1 State=RESUME >>"$folder/log/resumed.out" 2>&1 ;;
  esac
done &

# In the background, so that a signal to this script is heard while it runs; its standard input stays.
"$@" <&0 &
command=$!
wait "$command"
code=$?
for daemon in slurmd slurmctld; do kill -s KILL "$(cat "$folder/state/$daemon.started")" 2>/dev/null; done
exit "$code"
