/**
 * `deno task test [FILE|FOLDER|OPTION...]`: runs the tests of files and folders, by default all, with options of `deno test`.
 *
 * Every file has a process of its own, so no test meets the memory, the environment or the devices of another file's tests. Several
 * processes run side by side: as many as DENO_JOBS says, by default two more than there are cores, because tests often wait.
 * Processes that run at the same time have kernel choices of their own, because what one measures would otherwise change the bits of
 * another's next run; all share the driver's cache of compiled kernels.
 *
 * @module
 */
import { fromFileUrl, join, relative, resolve } from "@std/path";

/** The files that take longest, in this order, and folders with further long ones. They begin first, so that no core idles at the end. */
const LONG: readonly string[] = [
  "tests/diff/storage_test.ts",
  ...["curvature", "sweep_slurm", "sweep", "compare"].map((name) => `tests/tasks/${name}_test.ts`),
  "tests/diff/chains_test.ts",
  "tests/linalg/gemm/batched_products_test.ts",
  "tests/linalg/gemm/matmul_families_test.ts",
  "tests/extension_test.ts",
  ...["stop", "mpi", "device_lost", "nerf", "bench", "advise", "resume", "occupancy", "power_cut", "own_files"].map((
    name,
  ) => `tests/tasks/${name}_test.ts`),
  "tests/diff/",
  "tests/curvature/golden_curvature_test.ts",
  "tests/tasks/",
  "tests/curvature/",
  "tests/train/",
  "tests/url_import_test.ts",
  "tests/browser/",
  "tests/page_programs_test.ts",
  "tests/optim/",
  "tests/render/",
];

const root = fromFileUrl(new URL("../", import.meta.url));

/** How many tests ended how. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/** The test files at or under a path, which is relative to the project. */
export function testFiles(path: string): string[] {
  if (Deno.statSync(resolve(root, path)).isFile) return [path];
  const names = Array.from(Deno.readDirSync(resolve(root, path)))
    .filter(({ name, isDirectory }) => isDirectory || name.endsWith("_test.ts"))
    .map(({ name }) => name);
  return names.sort().flatMap((name) => testFiles(`${path}/${name}`));
}

/**
 * What `deno test` wrote, without its closing line, and the counts in that line. A process that failed without a failed test, such as one
 * that crashed, counts as one.
 */
export function readOutcome(code: number, output: string): { text: string; counts: Counts } {
  const closing = /^(ok|FAILED) \| \d+ passed.*$/m;
  const line = closing.exec(output)?.[0] ?? "";
  const count = (what: string) => Number(new RegExp(`\\| (\\d+) ${what}`).exec(line)?.[1] ?? 0);
  const failed = count("failed");
  return {
    text: output.replace(closing, "").trim(),
    counts: { passed: count("passed"), failed: code !== 0 && failed === 0 ? 1 : failed, ignored: count("ignored") },
  };
}

/** The variables of processes that run one after another. */
function variablesOf(worker: number, DENO_DIR: string): Record<string, string> {
  const { XDG_CACHE_HOME, HOME, MESA_SHADER_CACHE_DIR } = Deno.env.toObject();
  const cache = XDG_CACHE_HOME ?? join(HOME ?? Deno.cwd(), ".cache");
  const own = join(cache, "neural-fields", "tests", String(worker));
  Deno.mkdirSync(own, { recursive: true });
  return {
    NO_COLOR: "1",
    XDG_CACHE_HOME: own,
    MESA_SHADER_CACHE_DIR: MESA_SHADER_CACHE_DIR ?? cache,
    DENO_DIR,
  };
}

/** Where Deno keeps what it has downloaded and compiled. */
function denoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Runs the tests of one file and shows what they wrote. */
async function runFile(file: string, options: readonly string[], env: Record<string, string>): Promise<Counts> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...options, file],
    cwd: root,
    env,
    stdin: "null",
  }).output();
  const [written, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const { text, counts } = readOutcome(code, written);
  if (text !== "") console.log(text);
  if (counts.failed > 0) console.log(`${errors}\n${file}: ${counts.failed} failed`);
  return counts;
}

/** Runs the tests of files with so many processes at a time. */
async function runFiles(files: readonly string[], jobs: number, options: readonly string[]): Promise<Counts[]> {
  const queue = files.values();
  const modules = denoFolder();
  const work = async (_: unknown, worker: number) => {
    const all: Counts[] = [];
    const env = variablesOf(worker, modules);
    for (const file of queue) all.push(await runFile(file, options, env));
    return all;
  };
  return (await Promise.all(Array.from({ length: jobs }, work))).flat();
}

/** The files that the arguments name, relative to the project, and the other arguments. */
function parse(args: readonly string[]): { files: string[]; options: string[] } {
  const isPath = (arg: string) => {
    try {
      return !arg.startsWith("-") && Deno.statSync(resolve(root, arg)) !== undefined;
    } catch {
      return false;
    }
  };
  const paths = args.filter(isPath).map((path) => relative(root, resolve(root, path)));
  const files = (paths.length > 0 ? paths : ["tests"]).flatMap(testFiles);
  return { files: [...new Set(files)], options: args.filter((arg) => !isPath(arg)) };
}

async function main(): Promise<void> {
  const begin = performance.now();
  const { files, options } = parse(Deno.args);
  const jobs = Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency + 2);
  const rank = (file: string) =>
    (LONG.findIndex((place) => file.startsWith(place)) + LONG.length + 1) % (LONG.length + 1);
  const all = await runFiles(files.toSorted((a, b) => rank(a) - rank(b)), jobs, options);
  const total = (what: keyof Counts) => all.reduce((sum, counts) => sum + counts[what], 0);
  const ignored = total("ignored") > 0 ? ` | ${total("ignored")} ignored` : "";
  const seconds = Math.round((performance.now() - begin) / 1000);
  const verdict = total("failed") > 0 ? "FAILED" : "ok";
  console.log(`\n${verdict} | ${total("passed")} passed | ${total("failed")} failed${ignored} (${seconds}s)`);
  Deno.exitCode = verdict === "ok" ? 0 : 1;
}

if (import.meta.main) await main();
