import { exactObject, list, number, optional, type Shape, type Shaped, text } from "../../shell/shape.ts";

/** Text for a line of a script: it has no line break, with which another line would begin. */
const line = () => text({ like: (found) => /^[^\p{Cc}]+$/u.test(found), what: "a text of one line" });

/** A word of Slurm, such as the name of a partition. */
const name = () => text({ like: (found) => /^[\w.,:@%+=-]+$/.test(found), what: "a word without spaces" });

/** Options of `sbatch` that the sweep sets itself, or with which its jobs could not run, or it could not follow them. */
const OWN = [
  ...[
    "job-name",
    "array",
    "output",
    "error",
    "open-mode",
    "signal",
    "requeue",
    "no-requeue",
    "chdir",
    "ntasks",
    "nodes",
  ],
  ...["wait", "test-only", "parsable", "quiet", "wrap", "clusters", "help", "usage", "version"],
];

/** Their short forms. */
const OWN_SHORT = /^-[JaoeWDnNQMhV]/;

const option = text({ like: isOption, what: "an option of sbatch such as --constraint=a100" });
const foreign = text({ like: isForeign, what: "an option of sbatch that the sweep does not set itself" });

/** A line with options of `sbatch`, of which the sweep sets none. */
const optionLine: Shape<string> = (found) => option(found) ?? foreign(found);

/** What may be asked of Slurm, by the names in a file. */
export const SLURM_MEMBERS = {
  partition: optional(name()),
  account: optional(name()),
  /** GPUs of a run. */
  gpus: optional(number({ whole: true, min: 0 })),
  /** Processors of a run. */
  cpus: optional(number({ whole: true, min: 1 })),
  /** Memory of a run, such as `16G`. */
  memory: optional(text({ like: (found) => /^\d+[KMGT]?$/.test(found), what: "an amount of memory such as 16G" })),
  /** The longest time of a run in one go, as Slurm writes it: `30` (minutes), `2:00:00`, `1-12:00:00`. */
  time: optional(text({ like: isTime, what: "a time such as 30 (minutes), 2:00:00 or 1-12:00:00" })),
  /** So many seconds before the end of that time a run writes a checkpoint and is queued again. */
  grace: optional(number({ whole: true, min: 1, max: 65535 })),
  /** Further options of `sbatch`, such as `--constraint=a100`. */
  lines: optional(list(optionLine)),
  /** Commands of the shell before a run, such as `module load vulkan`. */
  setup: optional(list(line())),
};

/** The shape of what a sweep asks of Slurm. */
export const slurmShape = exactObject(SLURM_MEMBERS);

/** What a sweep asks of Slurm. */
export type SlurmOptions = Shaped<typeof slurmShape>;

function isTime(found: string): boolean {
  return /^(\d+-)?\d+(:\d\d){0,2}$/.test(found);
}

function isOption(found: string): boolean {
  return /^--[a-z][^\p{Cc}]*$/u.test(found);
}

/** Whether no word of a line is an option of the sweep's own; `sbatch` also takes the beginning of an option's name. */
function isForeign(found: string): boolean {
  return found.split(/\s+/).every((word) => {
    const [, long] = /^--([a-z-]+)/.exec(word) ?? [];
    return !OWN_SHORT.test(word) && (long === undefined || !OWN.some((name) => name.startsWith(long)));
  });
}
