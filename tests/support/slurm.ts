/** Whether the trial cluster of `tasks/setup_slurm.sh` answers; it has a partition that preempts the usual one. */
function answers(): boolean {
  try {
    const { success, stdout } = new Deno.Command("sinfo", { args: ["--noheader", "--format=%R %T"], stderr: "null" })
      .outputSync();
    const lines = new TextDecoder().decode(stdout);
    return success && /^urgent (idle|mixed|allocated)/m.test(lines);
  } catch {
    return false;
  }
}

/** Declares a test that needs a Slurm; where there is none, its name says so and it is skipped. */
export function slurmTest(name: string, test: () => Promise<void>): void {
  if (answers()) return Deno.test(name, test);
  Deno.test.ignore(
    `${name} (skipped: there is no Slurm for trials; tasks/setup_slurm.sh starts one on Debian)`,
    () => {},
  );
}

/** Runs a program of Slurm and returns what it printed. */
export async function slurm(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const [text, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${complaint}`);
  return text;
}
