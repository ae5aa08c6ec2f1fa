import { defineCommand, type Option, type Values } from "../shell/command.ts";
import { outOption } from "../shell/run_path.ts";

const SLURM = "Options of --engine slurm, which a file may have too";

/** What may be asked of Slurm by options; a file may have more. */
export const SLURM_OPTIONS = [
  { name: "partition", kind: "string", help: "Partition of the cluster", defaultText: "the cluster's" },
  { name: "account", kind: "string", help: "Account that pays", defaultText: "your usual one" },
  { name: "gpus", kind: "integer", min: 0, help: "GPUs of each run", defaultText: "not asked for" },
  { name: "cpus", kind: "integer", min: 1, help: "Processors of each run", defaultText: "the cluster's" },
  { name: "memory", kind: "string", help: "Memory of each run, such as 16G", defaultText: "the cluster's" },
  {
    name: "time",
    kind: "string",
    help:
      "Longest time of a run in one go, such as 30 (minutes), 2:00:00 or 1-12:00:00; a longer run goes on in another",
    defaultText: "the partition's",
  },
  {
    name: "grace",
    kind: "integer",
    min: 1,
    max: 65535,
    help: "Seconds before that time in which a run writes a checkpoint and is queued again",
    defaultText: "120",
  },
].map((option) => ({ ...option, group: SLURM })) as readonly Option[];

/** How an engine makes runs: for all commands that have `--engine`. */
export const MANNER_OPTIONS = [
  {
    name: "jobs",
    kind: "integer",
    min: 1,
    help: "The most runs at a time",
    defaultText: "1; with --engine slurm no limit",
  },
  {
    name: "retries",
    kind: "integer",
    min: 0,
    help: "How often a run is started again that failed",
    defaultText: "2",
  },
  ...SLURM_OPTIONS,
  {
    name: "slurm-config",
    kind: "string",
    placeholder: "FILE",
    help:
      "JSON file with the entries of slurm (docs/scale.md), for everything on a cluster; a sweep's file and options replace them",
    group: SLURM,
  },
  {
    name: "look-every",
    kind: "number",
    min: 1,
    help: "Seconds between two looks at the queue",
    defaultText: "10",
    group: SLURM,
  },
  {
    name: "cancel-on-stop",
    kind: "flag",
    help: "Ctrl-C also cancels the jobs, which otherwise go on",
    group: SLURM,
  },
] as const;

/** What makes runs. */
export const ENGINES = ["local", "slurm"] as const;

/** The command `deno task sweep`. */
export const command = defineCommand({
  usage: "deno task sweep",
  summary:
    "Trains all combinations of options on one or more inputs, on this machine or on a Slurm cluster, and writes a table of the runs and " +
    "a report. The same command goes on with a sweep that was interrupted. docs/scale.md describes the file.",
  positionals: [{ name: "spec", help: "JSON file with task, inputs, options and grid" }],
  options: [
    {
      name: "engine",
      kind: "choice",
      choices: ENGINES,
      help: "What makes the runs",
      defaultText: "local, or the one that the sweep began with",
    },
    { name: "dry-run", kind: "flag", help: "Check everything, show the plan and do not train" },
    { name: "name", kind: "string", help: "Name of the sweep", defaultText: "made from the file" },
    outOption("sweep", "sweep/NAME"),
    {
      name: "resume",
      kind: "string",
      placeholder: "FOLDER",
      help: "Go on with a sweep without its file",
    },
    ...MANNER_OPTIONS,
  ],
  examples: [
    "deno task sweep sweep.json --dry-run",
    "deno task sweep sweep.json --jobs 2",
    "deno task sweep sweep.json --engine slurm --partition gpu --gpus 1 --time 2:00:00",
    "deno task sweep --resume runs/sweep/sweep-1a2b3c4d",
  ],
});

/** The values of the options that say what makes the runs, and how. */
export type MannerValues = Pick<
  Values<typeof command>,
  "engine" | "jobs" | "retries" | "slurmConfig" | "lookEvery" | "cancelOnStop"
>;
