import { UserError } from "../../shell/user_error.ts";

/** What a program of Slurm wrote and how it ended. */
interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  /** What it wrote to standard error, in one line. */
  readonly complaint: string;
}

/**
 * Runs a program of Slurm and waits for it.
 *
 * @param program `sbatch`, `squeue`, `scontrol`, `sacct` or `scancel`.
 * @throws {UserError} If there is none.
 */
export async function ask(program: string, args: readonly string[], cwd?: string): Promise<Answer> {
  const process = new Deno.Command(program, { args: [...args], cwd, stdin: "null", stdout: "piped", stderr: "piped" });
  try {
    const { success: ok, stdout, stderr } = await process.output();
    const complaint = new TextDecoder().decode(stderr).trim().replaceAll(/\s*\n\s*/g, "; ");
    return { ok, stdout: new TextDecoder().decode(stdout), complaint };
  } catch (cause) {
    // The runtime permits only programs that it has found when it started.
    if (!(cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new UserError(`--engine slurm: expected the programs of Slurm on the PATH, found no ${program}.`, { cause });
  }
}
