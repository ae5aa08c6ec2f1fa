import { join } from "../../lib/std/path/mod.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { type Ending, type Engine, goingOn, type Place } from "./engine.ts";
import { pause } from "./pause.ts";
import type { SweepRun } from "./runs.ts";
import { startWords } from "./start_words.ts";
import type { SweepFolder } from "./store.ts";

/** Milliseconds between two looks at runs that another process started. */
const LOOK = 1000;

/** What a sweep on this machine needs. */
interface LocalParts {
  readonly folder: SweepFolder;
  readonly task: string;
  /** All runs of the sweep. */
  readonly runs: readonly SweepRun[];
  /** The most runs at a time. */
  readonly jobs: number;
}

/** Makes runs on this machine, so many at a time, each by a process that `startWords` describes. */
export class LocalEngine implements Engine {
  readonly #waiting: SweepRun[] = [];
  readonly #children = new Map<number, { readonly process: Deno.ChildProcess; readonly ended: Promise<void> }>();
  readonly #endings = new Map<number, Ending>();
  #others: ReadonlySet<number> = new Set();
  /** Resolved when a run was added or has ended since the last wait. */
  #changed = Promise.withResolvers<void>();
  #stopped = false;

  constructor(readonly parts: LocalParts) {}

  start(runs: readonly SweepRun[]): Promise<void> {
    this.#waiting.push(...runs);
    this.#changed.resolve();
    return Promise.resolve();
  }

  /** The places, after as many runs as may be were started. Runs that a process of an earlier, killed sweep still trains count too. */
  async places(): Promise<ReadonlyMap<number, Place>> {
    const { folder, task, runs, jobs } = this.parts;
    const others = new Set<number>();
    for (const run of runs) {
      if (this.#children.has(run.number)) continue;
      if (await FolderLock.isTaken(folder.runPath(task, run))) others.add(run.number);
    }
    this.#others = others;
    while (!this.#stopped && this.#children.size + others.size < jobs) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (!others.has(next.number)) await this.#spawn(next);
    }
    return new Map<number, Place>([
      ...this.#waiting.map(({ number }) => [number, "queued"] as const),
      ...others.keys().map((number) => [number, "running"] as const),
      ...this.#children.keys().map((number) => [number, "running"] as const),
    ]);
  }

  ending({ number }: SweepRun): Promise<Ending> {
    return Promise.resolve(this.#endings.get(number) ?? { reason: "its process ended", kind: "failed" });
  }

  async wait(signal: AbortSignal): Promise<void> {
    using timer = pause(this.#others.size > 0 ? LOOK : undefined, signal);
    await Promise.race([timer.over, this.#changed.promise]);
    this.#changed = Promise.withResolvers();
  }

  /** Stops all runs that it has started, which write a checkpoint first. Those of an earlier, killed sweep go on. */
  async stop(): Promise<string | undefined> {
    this.#stopped = true;
    this.#waiting.length = 0;
    for (const { process } of this.#children.values()) {
      try {
        process.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
    }
    await Promise.all([...this.#children.values()].map(({ ended }) => ended));
    const { folder, task, runs } = this.parts;
    let count = 0;
    for (const run of runs) if (await FolderLock.isTaken(folder.runPath(task, run))) count++;
    return count === 0 ? undefined : `${goingOn(count)} that an earlier call started`;
  }

  async #spawn(run: SweepRun): Promise<void> {
    const { folder, task } = this.parts;
    const path = folder.runPath(task, run);
    const begun = await Deno.lstat(join(path, "config.json")).then(() => true, () => false);
    const words = begun ? ["--resume", path, ...run.kept] : [...run.args, "--name", run.name];
    const process = new Deno.Command("deno", {
      args: [...startWords(task, folder.path), ...words],
      cwd: folder.path,
      env: { INIT_CWD: folder.path, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = this.#watch(run, process).finally(() => {
      this.#children.delete(run.number);
      this.#changed.resolve();
    });
    this.#children.set(run.number, { process, ended });
  }

  /** Keeps what a run prints, and notes how it ended. */
  async #watch(run: SweepRun, process: Deno.ChildProcess): Promise<void> {
    using log = await Deno.open(this.parts.folder.logPath(run), { append: true, create: true });
    const keep = async (stream: ReadableStream<Uint8Array>) => {
      // What cannot be kept, because the disk is full, is still read, so that the run does not wait for its reader.
      for await (const bytes of stream) await log.write(bytes).catch(() => {});
    };
    const [status] = await Promise.all([process.status, keep(process.stdout), keep(process.stderr)]);
    const { code, signal } = status;
    const reason = signal === null ? `exit code ${code}` : `ended by ${signal}`;
    this.#endings.set(run.number, { reason, kind: code === 0 ? "ended" : "failed" });
  }
}
