import { createField } from "../../../lib/field/field.ts";
import type { Gpu } from "../../../lib/gpu/device.ts";
import type { Span } from "../../../lib/gpu/timestamps.ts";
import { meanSquaredError } from "../../../lib/objective/mean_squared_error.ts";
import { createOptimizer } from "../../../lib/optim/optimizer.ts";
import { train } from "../../../lib/train/train.ts";
import { percent } from "../../bench/report.ts";
import { figure } from "../../bench/table.ts";
import { canProfile } from "../../bench/timing.ts";
import { batchOf, optimizerOf } from "../../bench/workload.ts";
import { fieldAt } from "../fields.ts";
import { type Context, openFor, type Section } from "../section.ts";

/** What the device did during a training run. Times are milliseconds. */
interface RunGaps {
  readonly width: number;
  readonly batch: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly submits: number;
  /** Looks at losses, for which the host waits for the device. */
  readonly looks: number;
  /** The share of the time in which no submit was being worked on. */
  readonly idle: number;
  /** The part of `idle` between a look and the next submit. */
  readonly idleAtLooks: number;
  /** The longest gap. */
  readonly longest: number;
}

/** The gaps in training runs. */
interface GapFigures {
  readonly runs: readonly RunGaps[];
}

const RUNS = [{ width: 64, batch: 512 }, { width: 256, batch: 512 }, { width: 256, batch: 4096 }];
/** The most seconds of a run. */
const SECONDS = 4;
const SAMPLES = 65536;
/** A run with fewer looks is too short. */
const LEAST_LOOKS = 4;

/** Whether the device waits between submits of one training run. */
export const gapsSection: Section<GapFigures> = {
  key: "gaps",
  title: "Gaps between submits",
  share: 5,
  async measure(context) {
    using gpu = await openFor(context);
    if (!canProfile(gpu)) return { runs: [] };
    const runs: RunGaps[] = [];
    for (const [i, run] of RUNS.entries()) {
      const name = `a run of width ${run.width} with batches of ${run.batch}`;
      context.progress(name);
      const { left } = context.allowance.part(1 / (RUNS.length - i));
      const found = context.allowance.isOver ? undefined : await measureRun(gpu, context, run, left);
      if (found === undefined) context.leaveOut(name);
      else runs.push(found);
    }
    return { runs };
  },
  describe({ runs }) {
    return {
      findings: runs.map((run) =>
        `Gaps: the device is idle for ${percent(run.idle)} of a run at ${figure(run.stepsPerSecond)} steps a second ` +
        `(${run.width} wide, batches of ${run.batch}).`
      ),
      paragraphs: [
        ...runs.length === 0 ? ["Nothing was measured: there was no time, or the adapter has no timestamps."] : [],
        "Training runs of four hidden layers with Adam, by timestamps at the beginning and end of each submit. At looks the host reads the " +
        "losses about once a second; waiting for the device takes Deno up to 12 ms.",
      ],
      tables: [{
        columns: ["width, batch", "steps/s", "submits", "looks", "idle", "of it at looks", "longest gap, ms"],
        numbersFrom: 1,
        rows: runs.map((run) => [
          `${run.width}, ${run.batch}`,
          figure(run.stepsPerSecond),
          String(run.submits),
          String(run.looks),
          percent(run.idle),
          percent(run.idleAtLooks / run.idle),
          figure(run.longest),
        ]),
      }],
    };
  },
};

async function measureRun(
  gpu: Gpu,
  context: Context,
  { width, batch }: { width: number; batch: number },
  seconds: number,
): Promise<RunGaps | undefined> {
  using field = createField(gpu, fieldAt(width), { seed: 0 });
  using optimizer = createOptimizer(gpu, optimizerOf("adam"), field.layout);
  const parts = { field, optimizer, objective: meanSquaredError(), data: batchOf(SAMPLES) };
  const events = train({ ...parts, batchSize: batch, steps: 2 ** 30, epochEvents: 2 ** 20 });
  // The first event comes when everything is compiled.
  await events.next();
  const end = performance.now() + 1000 * Math.min(SECONDS, seconds / 2);
  const looks: { step: number; submits: number }[] = [];
  const spans = await gpu.timeSubmits(async (begun) => {
    for await (const { step } of events) {
      looks.push({ step, submits: begun() });
      context.progress(`a run of width ${width} with batches of ${batch}: ${step} steps`);
      if (performance.now() > end) break;
    }
  });
  return looks.length < LEAST_LOOKS ? undefined : { width, batch, ...gapsOf(spans, looks) };
}

/**
 * The gaps between submits.
 *
 * @param looks At each look the number of steps and of submits so far. Those before the first are short ones, and left out.
 */
export function gapsOf(
  spans: readonly Span[],
  looks: readonly { readonly step: number; readonly submits: number }[],
): Omit<RunGaps, "width" | "batch"> {
  const first = looks[Math.floor(looks.length / 2)];
  const last = looks.at(-1)!;
  const counted = spans.slice(first.submits - 1, last.submits);
  const milliseconds = counted.at(-1)!.end - counted[0].end;
  const gaps = counted.slice(1).map(({ begin }, i) => Math.max(0, begin - counted[i].end));
  const after = new Set(looks.map(({ submits }) => submits));
  const atLooks = gaps.filter((_, i) => after.has(first.submits + i));
  const sum = (times: readonly number[]) => times.reduce((total, time) => total + time, 0);
  const steps = last.step - first.step;
  return {
    steps,
    stepsPerSecond: steps / milliseconds * 1000,
    submits: counted.length - 1,
    looks: looks.length - 1 - looks.indexOf(first),
    idle: sum(gaps) / milliseconds,
    idleAtLooks: sum(atLooks) / milliseconds,
    longest: Math.max(0, ...gaps),
  };
}
