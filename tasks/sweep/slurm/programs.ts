import { UserError } from "../../shell/user_error.ts";

/** What a program of Slurm wrote and how it ended. */
interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  /** What it wrote to standard error, in one line. */
  readonly complaint: string;
}

/** Variables that stand for options of Slurm's programs; they would replace what the sweep asks for, or hide its jobs from it. */
const OPTION_VARIABLE = /^(SBATCH|SQUEUE|SALLOC|SCANCEL|SACCT)_/;

/** The environment for Slurm's programs. */
let environment: Promise<Record<string, string>> | undefined;

/** The variables of this process without those of {@linkcode OPTION_VARIABLE}, listed by a process that may see them all. */
async function withoutOptions(): Promise<Record<string, string>> {
  const args = ["eval", "console.log(JSON.stringify(Deno.env.toObject()))"];
  const listing = new Deno.Command("deno", { args, stdin: "null", stderr: "null" });
  const { stdout } = await listing.output().catch((cause) => {
    throw new UserError("--engine slurm: expected deno on the PATH, found none.", { cause });
  });
  const all = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, string>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !OPTION_VARIABLE.test(name)));
}

/**
 * Runs a program of Slurm, with no options but these, and waits for it.
 *
 * @param program `sbatch`, `squeue`, `scontrol`, `sacct` or `scancel`.
 * @throws {UserError} If there is none.
 */
export async function ask(program: string, args: readonly string[], cwd?: string): Promise<Answer> {
  const env = await (environment ??= withoutOptions());
  const process = new Deno.Command(program, {
    ...{ args: [...args], cwd, env, clearEnv: true },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  });
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
