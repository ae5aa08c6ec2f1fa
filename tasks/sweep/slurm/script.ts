import { quoted } from "../../shell/command_text.ts";
import type { SweepRecord } from "../record.ts";
import type { SweepRun } from "../runs.ts";
import { startWords } from "../start_words.ts";

/** How often a run goes on after its time was up; a run that makes no progress in its time would otherwise be queued for ever. */
const MOST_RESTARTS = 100;

/** Seconds before the end of its time in which a run stops, if none are given. */
const GRACE = 120;

/** The first lines of the script: what is asked of Slurm. */
export function headLines({ jobName, how: { slurm } }: SweepRecord): string[] {
  const { partition, account, gpus, cpus, memory, time, grace = GRACE, lines = [] } = slurm;
  const asked = { partition, account, gpus, "cpus-per-task": cpus, mem: memory, time };
  return [
    "#!/bin/bash",
    ...[
      `--job-name=${jobName}`,
      "--output=logs/%a.log",
      "--open-mode=append",
      "--ntasks=1",
      "--requeue",
      `--signal=B:TERM@${grace}`,
      ...Object.entries(asked).flatMap(([name, value]) => value === undefined ? [] : [`--${name}=${value}`]),
      ...lines,
    ].map((option) => `#SBATCH ${option}`),
  ];
}

/**
 * The script of a sweep's job array, whose elements are numbered as the runs are. An element begins its run, or goes on with it, directly and
 * not by `srun`. Shortly before its time is up it is sent SIGTERM; then the run writes a checkpoint and ends, and the element is queued again.
 *
 * @param folder The sweep's folder.
 * @param deno The program on the machine that submits.
 */
export function jobScript(record: SweepRecord, runs: readonly SweepRun[], folder: string, deno: string): string {
  const { settings: { task }, how: { slurm: { setup = [] } } } = record;
  const words = (list: readonly string[]) => list.map(quoted).join(" ");
  const cases = runs.map(({ number, name, args, kept }) =>
    `${number}) name=${name}; kept=(${words(kept)}); set -- ${words(args)} ;;`
  );
  return `${headLines(record).join("\n")}

cd ${quoted(folder)} && export INIT_CWD=$PWD NO_COLOR=1 || exit
deno=${quoted(deno)}
[[ -x $deno ]] || deno=deno
${setup.map((line) => `${line}\n`).join("")}
case $SLURM_ARRAY_TASK_ID in
${cases.join("\n")}
esac
run=runs/${task}/$name
if [[ -e $run/config.json ]]; then set -- --resume "$run" "\${kept[@]}"; else set -- "$@" --name "$name"; fi

"$deno" ${words(startWords(task, folder))} "$@" &
process=$!
signals=0
# The first signal is passed on: the run writes a checkpoint and ends. A second one would end it at once.
trap '((signals++)) || kill -TERM "$process"' TERM
heard=-1
# A signal ends the waiting, but not the run.
while [[ $heard != "$signals" ]]; do
  heard=$signals
  wait "$process"
  code=$?
done

# A run is not finished that a signal ended, or its own deadline. Slurm itself queues a job again that it preempts, and does not want one again
# that was cancelled: then it is not RUNNING any more.
element=\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
again=no
if [[ $code -ne 0 ]]; then
  [[ $signals -gt 0 ]] && again=yes
elif [[ \${#kept[@]} -gt 0 ]]; then
  grep -q '"status": "stopped"' "$run/summary.json" && again=yes
fi
if [[ $again == yes && \${SLURM_RESTART_COUNT:-0} -lt ${MOST_RESTARTS} ]]; then
  if [[ $(squeue --noheader --jobs="$element" --format=%T) == RUNNING ]]; then
    scontrol requeue "$element" && sleep 60
  fi
fi
exit "$code"
`;
}
