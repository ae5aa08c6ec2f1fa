import { defineCommand } from "../shell/command.ts";
import { RUN_STATES } from "./found_run.ts";

/** The command `deno task runs`; each task's name is a choice of `--task`. */
export function commandFor(tasks: readonly string[]) {
  return defineCommand({
    usage: "deno task runs",
    summary:
      "Lists the runs in a folder, the newest last, or those that the options select, and removes them with --prune.",
    positionals: [{ name: "folder", help: "Folder with runs, such as that of --out", defaultText: "runs" }],
    options: [
      { name: "task", kind: "choice", choices: ["all", ...tasks], default: "all", help: "Only runs of this task" },
      {
        name: "status",
        kind: "choice",
        choices: ["all", ...RUN_STATES],
        default: "all",
        help: "Only runs with this status; interrupted means that the process ended before the run did",
      },
      {
        name: "where",
        kind: "string",
        placeholder: "OPTION=VALUE,…",
        help: "Only runs whose options have these values, such as optimizer=soap,width=256",
        defaultText: "all runs",
      },
      {
        name: "sort",
        kind: "choice",
        choices: ["date", "quality", "seconds", "name"],
        default: "date",
        help:
          "What the runs are sorted by; the last one is the newest, the best, the longest or the last in the alphabet",
      },
      { name: "csv", kind: "flag", help: "Print all options and figures as comma-separated values" },
      { name: "json", kind: "flag", help: "Print all options and figures as JSON" },
      {
        name: "prune",
        kind: "flag",
        help:
          "Remove the selected runs with everything in their folders; needs --where or --status, and leaves running ones alone",
      },
      { name: "dry-run", kind: "flag", help: "With --prune: only say what would be removed" },
    ],
    examples: [
      "deno task runs --task image --sort quality",
      "deno task runs --where optimizer=soap,activation=relu --csv",
      "deno task runs --status diverged --prune --dry-run",
    ],
  });
}
