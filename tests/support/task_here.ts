import { loadOwnFiles, loadOwnFilesOfSweep } from "../../tasks/own/load_own_files.ts";
import { HelpRequest } from "../../tasks/shell/help.ts";
import { reportError } from "../../tasks/shell/main.ts";
import "./lent_devices.ts";
import type { Outcome } from "./process.ts";

type Work = (args: readonly string[], signal: AbortSignal) => Promise<void>;

/** What a task does. It is loaded when it is asked for, because most tests need one of them at most. */
async function workOf(name: string): Promise<Work> {
  if (name === "advise") return (await import("../../tasks/advise/run_advice.ts")).runAdvice;
  if (name === "bench") return (await import("../../tasks/bench/run_bench.ts")).runBench;
  if (name === "compare") return (await import("../../tasks/compare/run_comparison.ts")).runComparison;
  if (name === "curvature") return (await import("../../tasks/curvature/run_curvature.ts")).runCurvature;
  if (name === "runs") return (await import("../../tasks/run_list/list_runs.ts")).listRuns;
  if (name === "sweep") return (await import("../../tasks/sweep/run_sweep.ts")).runSweep;
  if (name === "nerf") return (await import("../../tasks/nerf/run_nerf.ts")).runNerf;
  const { TASKS } = await import("../../tasks/registry.ts");
  const { runTraining } = await import("../../tasks/training/run_training.ts");
  return (args, signal) => runTraining(TASKS.get(name)!, args, signal);
}

/**
 * Does in this process what `tasks/NAME.ts` does when a person in `folder` calls it, for a third of the processor time of a process of its
 * own (`startTask`). Signals and permissions need a process, and so do files with a user's own optimizers that the first call does not name,
 * because options are made when a task is loaded. One at a time.
 *
 * @returns The exit code that a process would have had, and what it would have written.
 */
export async function taskHere(name: string, args: readonly string[], folder: string): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  using _ = capture(written);
  using _folder = variable("INIT_CWD", folder);
  try {
    await loadOwnFiles(args);
    if (name === "sweep") await loadOwnFilesOfSweep(args);
    const work = await workOf(name);
    await work(args, new AbortController().signal);
    return { code: 0, ...written };
  } catch (error) {
    if (!(error instanceof HelpRequest)) return { code: reportError(error), ...written };
    console.log(error.message);
    return { code: 0, ...written };
  }
}

/** Collects what this process writes, as if it went into files. */
function capture(written: { stdout: string; stderr: string }): Disposable {
  const { log, error } = console;
  const lines = (to: keyof typeof written) => (...data: unknown[]) => {
    written[to] += `${data.join(" ")}\n`;
  };
  Object.assign(console, { log: lines("stdout"), error: lines("stderr") });
  const writeSync = (bytes: Uint8Array) => {
    written.stderr += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  Object.assign(Deno.stderr, { writeSync, isTerminal: () => false });
  return {
    [Symbol.dispose]() {
      Object.assign(console, { log, error });
      for (const name of ["writeSync", "isTerminal"]) Reflect.deleteProperty(Deno.stderr, name);
    },
  };
}

/** Sets a variable of the environment for a while. */
function variable(name: string, value: string): Disposable {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      if (before === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before);
    },
  };
}
