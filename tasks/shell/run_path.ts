import { callerPath } from "./caller_path.ts";
import { UserError } from "./user_error.ts";

/**
 * The absolute path of the folder `runs` in the caller's folder, in which new runs are made.
 *
 * @throws {UserError} If the task was not permitted to write there. That happens below a folder with a comma in its name, because `deno task`
 * permits a list of folders that commas separate.
 */
export function runsFolder(): string {
  const path = callerPath("runs");
  if (isPermitted(path)) return path;
  throw new UserError(
    path.includes(",")
      ? `${path}: expected a path without commas, found one with a comma, to which deno task cannot let a task write: call the task in ` +
        "another folder."
      : `${path}: expected permission to write there, found none: start the task with deno task, or with --allow-write.`,
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
      "kernels. Call it in the directory that contains the folder runs, or start the file in tasks/ yourself with deno run -A.",
  );
}

function isPermitted(path: string): boolean {
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}
