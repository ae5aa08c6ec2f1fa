import { pause } from "../pause.ts";
import { type Ending, type Engine, goingOn, type Place } from "../engine.ts";
import type { SweepRecord } from "../record.ts";
import type { SweepRun } from "../runs.ts";
import type { SweepFolder } from "../store.ts";
import { counted } from "../../shell/counted.ts";
import { UserError } from "../../shell/user_error.ts";
import { ask } from "./programs.ts";
import { LIVE, placeOf, type QueuedElement, queueOf, stateOf } from "./queue.ts";
import { jobScript } from "./script.ts";

/** How many looks at the queue may fail one after the other, as they do while Slurm's controller starts again. */
const MOST_FAILURES = 60;

/** Milliseconds between two looks at jobs that were cancelled, and how long they are looked at: Slurm lets them write checkpoints first. */
const CANCEL_LOOK = 500;
const LONGEST_CANCELLING = 30_000;

/** The states of jobs that did not fail. */
const KINDS: ReadonlyMap<string, Ending["kind"]> = new Map([
  ["CANCELLED", "cancelled"],
  ["PREEMPTED", "preempted"],
  ["COMPLETED", "ended"],
]);

/** What a sweep by Slurm needs. */
interface SlurmParts {
  readonly folder: SweepFolder;
  readonly record: SweepRecord;
  /** All runs of the sweep. */
  readonly runs: readonly SweepRun[];
}

/** Makes runs as elements of Slurm's job arrays, which go on without this process. */
export class SlurmEngine implements Engine {
  /** The element of a job array that a run was last, such as `12_3`. */
  readonly #elements = new Map<number, string>();
  /** What the last look at the queue saw, and what was submitted since: all that is not known to have ended. */
  #open = new Map<number, QueuedElement>();
  #failures = 0;

  constructor(readonly parts: SlurmParts) {}

  async start(runs: readonly SweepRun[]): Promise<void> {
    const { folder, record, runs: all } = this.parts;
    await folder.write("job.sh", jobScript(record, all, folder.path, Deno.execPath()));
    const { jobs } = record.how;
    const array = `${ranges(runs.map(({ number }) => number))}${jobs === undefined ? "" : `%${jobs}`}`;
    const args = ["--parsable", `--array=${array}`, `--chdir=${folder.path}`, "job.sh"];
    const { ok, stdout, complaint } = await ask("sbatch", args, folder.path);
    const [, job] = /^(\d+)/.exec(stdout.trim()) ?? [];
    if (!ok || job === undefined) throw new UserError(`Slurm refuses the jobs: ${complaint || "sbatch says nothing"}.`);
    for (const { number } of runs) {
      const element = `${job}_${number}`;
      this.#elements.set(number, element);
      this.#open.set(number, { element, place: "queued" });
    }
  }

  /** The places. A run that was in the queue at the last look still counts, because its files may not have arrived here yet. */
  async places(): Promise<ReadonlyMap<number, Place>> {
    const answer = await queueOf(this.parts.record.jobName);
    if (typeof answer === "string") {
      if (this.#elements.size === 0 || ++this.#failures > MOST_FAILURES) throw new UserError(`squeue: ${answer}.`);
      return new Map([...this.#elements.keys()].map((number) => [number, "queued"]));
    }
    this.#failures = 0;
    const before = this.#open;
    this.#open = new Map(answer);
    for (const [number, { element }] of answer) this.#elements.set(number, element);
    return new Map([
      ...before.keys().map((number) => [number, "running"] as const),
      ...answer.entries().map(([number, { place }]) => [number, place] as const),
    ]);
  }

  async ending({ number }: SweepRun): Promise<Ending | Place> {
    const element = this.#elements.get(number);
    const state = element && await stateOf(element);
    if (!state) return { reason: "Slurm does not say how its job ended", kind: "failed" };
    const [name] = /^[A-Z_]+/.exec(state) ?? [""];
    if (LIVE.includes(name)) return placeOf(name);
    return { reason: `job ${element}: ${state}`, kind: KINDS.get(name) ?? "failed" };
  }

  async wait(signal: AbortSignal): Promise<void> {
    using timer = pause(1000 * this.parts.record.how.lookEvery, signal);
    await timer.over;
  }

  async stop(interrupted: boolean): Promise<string | undefined> {
    if (!interrupted) return undefined;
    const elements = [...this.#open.values()].map(({ element }) => element);
    if (elements.length === 0) return undefined;
    if (!this.parts.record.how.cancelOnStop) return `${goingOn(elements.length)} in Slurm's queue`;
    const { ok, complaint } = await ask("scancel", elements);
    this.#open.clear();
    if (!ok) return `scancel failed: ${complaint}`;
    const open = await this.#openAmong(elements);
    const cancelled = `${counted(elements.length, "job")} ${elements.length === 1 ? "is" : "are"} cancelled`;
    return open === 0 ? cancelled : `${cancelled}, of which ${open} ${open === 1 ? "has" : "have"} not ended yet`;
  }

  /** Waits until Slurm has ended elements that were cancelled, but not for ever; returns how many have not ended. */
  async #openAmong(elements: readonly string[]): Promise<number> {
    const end = performance.now() + LONGEST_CANCELLING;
    for (;;) {
      const answer = await queueOf(this.parts.record.jobName);
      const open = typeof answer === "string"
        ? elements.length
        : [...answer.values()].filter(({ element }) => elements.includes(element)).length;
      if (open === 0 || performance.now() > end) return open;
      await new Promise((resolve) => setTimeout(resolve, CANCEL_LOOK));
    }
  }
}

/** Numbers in rising order as Slurm reads them: "1-3,7". */
export function ranges(numbers: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const number of numbers) {
    const part = parts.at(-1);
    if (part !== undefined && number === part[1] + 1) part[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(",");
}
