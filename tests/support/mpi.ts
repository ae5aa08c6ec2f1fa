import { fromFileUrl } from "@std/path";
import { type Outcome, outcome } from "./process.ts";
import { taskFlags } from "./task_flags.ts";

/** A program that starts the processes of a job, and what it needs to do so on a machine with few cores, as root too. */
export interface Launcher {
  readonly kind: "Open MPI" | "MPICH";
  readonly program: string;
  readonly options: readonly string[];
}

const VARIABLES = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  // Containers forbid reading another process's memory, and Open MPI warns of that.
  OMPI_MCA_btl_vader_single_copy_mechanism: "none",
};

const KNOWN: readonly Launcher[] = [
  { kind: "Open MPI", program: "mpirun.openmpi", options: ["--oversubscribe", "--bind-to", "none"] },
  { kind: "MPICH", program: "mpirun.mpich", options: [] },
];

/** The launchers of this machine. */
export const launchers: readonly Launcher[] = KNOWN.filter(({ program }) => isInstalled(program));

/** Declares a test that needs MPI; where there is none, its name says so and it is skipped. */
export function mpiTest(name: string, test: (launcher: Launcher) => Promise<void>): void {
  if (launchers.length > 0) return Deno.test(name, () => test(launchers[0]));
  Deno.test.ignore(`${name} (skipped: there is no mpirun; tasks/setup_mpi.sh installs it on Debian)`, () => {});
}

/** Starts so many processes of a script with these flags. */
export function startProcesses(
  { program, options }: Launcher,
  count: number,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: [...options, "-n", String(count), Deno.execPath(), "run", ...args],
    env: { ...VARIABLES, NO_COLOR: "1", NEURAL_FIELDS_DEBUG: "", ...variables },
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Starts `deno task mpi …` in so many processes, with exactly the permissions of the task. */
export function startMpiTask(
  launcher: Launcher,
  count: number,
  args: readonly string[],
  folder: string,
): Deno.ChildProcess {
  const variables = { INIT_CWD: folder };
  const flags = taskFlags("mpi", { ...Deno.env.toObject(), ...variables });
  const script = fromFileUrl(new URL("../../tasks/mpi.ts", import.meta.url));
  return startProcesses(launcher, count, [...flags, script, ...args], variables);
}

/** Runs `deno task mpi …` in so many processes. */
export function mpiTask(launcher: Launcher, count: number, args: readonly string[], folder: string): Promise<Outcome> {
  return outcome(startMpiTask(launcher, count, args, folder));
}

function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}
