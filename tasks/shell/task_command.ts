import { basename, fromFileUrl, join, relative } from "../../lib/std/path/mod.ts";
import { cacheFolder } from "../../lib/gpu/autotuning_cache.ts";
import { callerPath } from "./caller_path.ts";
import { commandText } from "./command_text.ts";

/** What an engine starts: runs, and the programs of Slurm. */
const STARTING_RUNS = "--allow-run=deno,sbatch,squeue,scontrol,sacct,scancel";

/** Permissions that some tasks need besides: several processes load the library that connects them, and sweeps start programs. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  "mpi.ts": ["--allow-ffi"],
  "sweep.ts": [STARTING_RUNS],
  "compare.ts": [STARTING_RUNS],
};

/**
 * The command of a task that writes to a folder, as it is typed. `deno task` lets tasks write to the caller's folder `runs` only, so that for
 * others it starts the task with a permission of its own, or with all permissions where the path has a comma.
 *
 * @param task The task's name, such as `image`.
 * @param folder The absolute path of the folder.
 * @param args The arguments.
 */
export function taskCommand(task: string, folder: string, args: readonly string[]): string {
  const runs = callerPath("runs");
  if (isInside(runs, folder) && !runs.includes(",")) return commandText(`deno task ${task}`, args);
  return permittedCommand(new URL(`../${task}.ts`, import.meta.url), folder, args);
}

/** The command with which this process would have been allowed to write to a folder. */
export function ownCommand(folder: string): string {
  return permittedCommand(new URL(Deno.mainModule), folder, Deno.args);
}

function permittedCommand(module: URL, folder: string, args: readonly string[]): string {
  const script = module.protocol === "file:" ? fromFileUrl(module) : module.href;
  const cache = cacheFolder();
  const writable = [folder, ...cache === undefined ? [] : [cache]];
  // Deno separates paths by commas, and there is no way to write one that belongs to a path.
  if (writable.some((path) => path.includes(","))) return commandText("deno run", ["-A", script, ...args]);
  const further = FURTHER[basename(script)] ?? [];
  return commandText("deno run", [
    "--allow-read",
    "--allow-env",
    `--allow-write=${writable.join(",")}`,
    ...further,
    script,
    ...args,
  ]);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || !way.startsWith("..") && join(folder, way) === path;
}
