#!/bin/bash
# A real HyperQueue server and worker for the time of one command: hyperqueue.sh FOLDER COMMAND...
#
# In namespaces of its own: nothing listens outside, and the kernel ends all when the command is over, whose exit code this is.
#   77  the wheel `hyperqueue` or the rights are not here (one word on stderr says which); 70  it did not come up
# The command finds on its PATH `hq` (a stand-in for the command line: see its head), hq-kill (SIGKILL to server and
# worker, which are one process) and hq-start (start again; jobs before are forgotten). HQ_SERVER_DIR says where it is.
# HQ_PYTHON: the Python with the wheel (python3); HQ_TEST_CPUS: processors of the worker (2).
set -u

say() { echo "hyperqueue.sh: $*" >&2; }

if [ "${1-}" != --inside ]; then
  [ $# -ge 2 ] || { say "usage: hyperqueue.sh FOLDER COMMAND..."; exit 64; }
  PATH=$PATH:/usr/sbin:/sbin
  for program in "${HQ_PYTHON:-python3}" unshare ip setsid; do
    command -v "$program" >/dev/null || { say "skipped, no $program here"; exit 77; }
  done
  "${HQ_PYTHON:-python3}" -c 'import tomllib, hyperqueue.ffi.cluster' 2>/dev/null ||
    { say "skipped, no wheel hyperqueue here (pip install hyperqueue; HQ_PYTHON names its Python)"; exit 77; }
  unshare --net --mount --pid --fork --mount-proc true 2>/dev/null ||
    { say "skipped, no right to make namespaces here (root is needed)"; exit 77; }
  mkdir -p "$1" || exit 73
  folder=$(cd "$1" && pwd -P) || exit 73
  [ ${#folder} -le 70 ] || { say "the path of FOLDER is too long (70 at most): $folder"; exit 64; }
  here=$(cd "$(dirname "$0")" && pwd -P)
  shift
  exec unshare --net --mount --pid --fork --kill-child --mount-proc "$BASH" "$here/hyperqueue.sh" --inside "$folder" "$here" "$@"
fi

folder=$2 here=$3
shift 3
trap 'exit 130' INT
trap 'exit 143' TERM HUP
rm -rf "$folder/bin" "$folder/hq"
mkdir -p "$folder/bin" "$folder/hq"
ip link set lo up || exit 70
export HQ_SERVER_DIR="$folder/hq"
python=$(command -v "${HQ_PYTHON:-python3}")

printf '#!/bin/sh\nexec "%s" "%s/hq" "$@"\n' "$python" "$here" > "$folder/bin/hq"
cat > "$folder/bin/hq-start" <<START
#!/bin/bash
setsid "$folder/bin/hq" serve --server-dir "$folder/hq" --cpus "${HQ_TEST_CPUS:-2}" </dev/null >>"$folder/serve.log" 2>&1 &
echo \$! >"$folder/serve.pid"
for _ in \$(seq 300); do
  "$folder/bin/hq" --server-dir "$folder/hq" --output-mode json job list --all >/dev/null 2>&1 && exit 0
  kill -0 "\$(cat "$folder/serve.pid")" 2>/dev/null || break
  sleep 0.1
done
echo "hq-start: no answer" >&2
exit 1
START
cat > "$folder/bin/hq-kill" <<KILL
#!/bin/bash
pid=\$(cat "$folder/serve.pid") && kill -KILL "\$pid" || exit 1
while kill -0 "\$pid" 2>/dev/null; do sleep 0.02; done
KILL
chmod +x "$folder"/bin/*
export PATH="$folder/bin:$PATH"
hq-start || { say "HyperQueue did not come up; its log ends so:"; tail -n 15 "$folder/serve.log" >&2; exit 70; }

"$@" <&0 &
wait $!
