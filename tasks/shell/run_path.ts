import { callerPath } from "./caller_path.ts";
import { ownCommand } from "./task_command.ts";
import { UserError } from "./user_error.ts";

/**
 * The option that puts what a task makes into another folder than `runs`.
 *
 * @param what What is made, such as "run".
 * @param path Where it is, such as "TASK/NAME".
 */
export function outOption(what: string, path: string) {
  return {
    name: "out",
    kind: "string",
    placeholder: "FOLDER",
    help:
      `Folder that the ${what} is put into, as FOLDER/${path}; outside of runs, the task says which command permits that`,
    defaultText: "runs",
  } as const;
}

/**
 * The absolute path of the folder in which new runs are made: `runs` in the caller's folder, or the one that `--out` names.
 *
 * @param out The value of `--out`, if it was given.
 * @throws {UserError} If the task was not permitted to write there. That happens below a folder with a comma in its name, because `deno task`
 * permits a list of folders that commas separate.
 */
export function runsFolder(out?: string): string {
  const path = callerPath(out ?? "runs");
  if (isPermitted(path)) return path;
  if (path.includes(",")) {
    throw new UserError(
      `${path}: expected a path without commas, found one with a comma, to which deno task cannot let a task write: choose another folder, ` +
        `or use this command, which permits everything: ${ownCommand(path)}`,
    );
  }
  throw new UserError(
    out === undefined
      ? `${path}: expected permission to write there, found none: start the task with deno task, or with --allow-write.`
      : `--out ${out}: expected a folder in ${
        callerPath("runs")
      }, because deno task lets this task write only there and in the cache of ` +
        `kernels. This command lets it write to that folder, too: ${ownCommand(path)}`,
  );
}

/**
 * The absolute path of a run or comparison that the task is going to write to.
 *
 * @param typed The path as it was typed.
 * @throws {UserError} If the task was not permitted to write there. `deno task` permits writing in the caller's folder `runs` only.
 */
export function runPath(typed: string): string {
  const path = callerPath(typed);
  if (isPermitted(path)) return path;
  throw new UserError(
    `${typed}: expected a folder in ${runsFolder()}, because deno task lets this task write only there and in the cache of ` +
      `kernels. Call it in the directory that contains the folder runs, or with this command: ${ownCommand(path)}`,
  );
}

function isPermitted(path: string): boolean {
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}
