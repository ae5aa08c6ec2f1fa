import { callerPath } from "./caller_path.ts";
import { UserError } from "./user_error.ts";

/**
 * The absolute path of a run or comparison that the task is going to write to.
 *
 * @param typed The path as it was typed.
 * @throws {UserError} If the task was not permitted to write there. `deno task` permits writing in the caller's folder `runs` only.
 */
export function runPath(typed: string): string {
  const path = callerPath(typed);
  if (Deno.permissions.querySync({ name: "write", path }).state === "granted") return path;
  throw new UserError(
    `${typed}: expected a folder in ${
      callerPath("runs")
    }, because deno task lets this task write only there and in the cache of ` +
      "kernels. Call it in the directory that contains the folder runs, or start the file in tasks/ yourself with deno run -A.",
  );
}
