import { basename, fromFileUrl, join, relative } from "@std/path";
import { cacheFolder } from "../../lib/gpu/autotuning_cache.ts";
import { callerPath } from "./caller_path.ts";
import { commandText } from "./command_text.ts";

/**
 * The command of a task that writes to a folder, as it is typed. `deno task` lets tasks write to the caller's folder `runs` only, so that for
 * others it starts the task with a permission of its own.
 *
 * @param task The task's name, such as `image`.
 * @param folder The absolute path of the folder.
 * @param args The arguments.
 */
export function taskCommand(task: string, folder: string, args: readonly string[]): string {
  if (isInside(callerPath("runs"), folder)) return commandText(`deno task ${task}`, args);
  return permittedCommand(fromFileUrl(new URL(`../${task}.ts`, import.meta.url)), folder, args);
}

/** The command with which this process would have been allowed to write to a folder. */
export function ownCommand(folder: string): string {
  return permittedCommand(fromFileUrl(Deno.mainModule), folder, Deno.args);
}

function permittedCommand(script: string, folder: string, args: readonly string[]): string {
  const cache = cacheFolder();
  const writable = [folder, ...cache === undefined ? [] : [cache]].join(",");
  // Several processes also load the library that connects them.
  const ffi = basename(script) === "mpi.ts" ? ["--allow-ffi"] : [];
  return commandText("deno run", ["--allow-read", "--allow-env", `--allow-write=${writable}`, ...ffi, script, ...args]);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || !way.startsWith("..") && join(folder, way) === path;
}
