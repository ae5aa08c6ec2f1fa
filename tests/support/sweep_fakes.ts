import { join } from "@std/path";
import type { SweepRecord } from "../../tasks/sweep/record.ts";
import type { SweepRun } from "../../tasks/sweep/runs.ts";

/** Runs of a sweep that have no other differences than their numbers. */
export function runsNumbered(count: number): SweepRun[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    name: `${i + 1}-run`,
    input: { name: "default", paths: [] },
    choice: {},
    args: [],
    kept: [],
  }));
}

/** A sweep by Slurm. */
export function slurmRecord(cancelOnStop = false): SweepRecord {
  return {
    settings: { task: "image", inputs: [{ name: "default", paths: [] }], options: {}, grids: [{}] },
    command: "deno task sweep s.json",
    jobName: "sweep-test",
    how: { engine: "slurm", jobs: undefined, retries: 2, lookEvery: 10, cancelOnStop, slurm: {} },
  };
}

/** Calls a function while programs of these names are shell scripts in a folder and come first on the PATH. */
export async function withPrograms<T>(
  folder: string,
  programs: Readonly<Record<string, string>>,
  body: () => Promise<T>,
): Promise<T> {
  const path = Deno.env.get("PATH")!;
  for (const [name, lines] of Object.entries(programs)) {
    await Deno.writeTextFile(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  try {
    Deno.env.set("PATH", `${folder}:${path}`);
    return await body();
  } finally {
    Deno.env.set("PATH", path);
  }
}
