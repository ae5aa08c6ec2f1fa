import type { PageCommand } from "../run/page/model.ts";
import type { RunStatus } from "../run/run_status.ts";
import { commandText } from "../shell/command_text.ts";
import { taskCommand } from "../shell/task_command.ts";
import type { RunParts } from "./run_parts.ts";

const WATCH: PageCommand = {
  title: "To look at it beside others, in the folder that contains runs:",
  command: "deno task watch",
};

/** The command that goes on with a run. */
export function resumeCommand({ task, processes }: Pick<RunParts, "task" | "processes">, path: string): string {
  if (processes === undefined) return taskCommand(task, path, ["--resume", path]);
  return commandText(`mpirun -n ${processes} deno task mpi ${task}`, ["--resume", path]);
}

/** The command that makes what follows the training of a run. */
export function concludeCommand({ task }: Pick<RunParts, "task">, path: string): string {
  return `${resumeCommand({ task }, path)} --conclude`;
}

/** The commands that the page of a run names. */
export function runCommands(parts: RunParts, path: string, status: RunStatus): PageCommand[] {
  if (parts.habits !== undefined) return [];
  const resume = resumeCommand(parts, path);
  return [
    status === "finished"
      ? { title: "To train further, if its schedule has not ended:", command: `${resume} --minutes 5` }
      : { title: status === "running" ? "To go on, should it be interrupted:" : "To go on:", command: resume },
    ...parts.commands?.(path) ?? [],
    ...isWatched(path) ? [WATCH] : [],
  ];
}

/** Whether `deno task watch` shows a run: it is permitted to read the folder `runs` only. */
function isWatched(path: string): boolean {
  return taskCommand("watch", path, []) === WATCH.command;
}
