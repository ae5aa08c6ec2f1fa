import { join } from "../../lib/std/path/mod.ts";
import { readJson } from "../run/json.ts";
import { originShape } from "../run/origin.ts";
import { qualityShape } from "../run/quality.ts";
import { checkShape, number, object, optional, printable, type Shaped, word } from "../shell/shape.ts";
import { scheduleNames } from "../../lib/train/schedule_registry.ts";
import type { RunResult } from "../sweep/conduct.ts";
import { kernelsShape } from "../training/kernels_shape.ts";
import { isMeasured } from "../training/loss_limit.ts";
import { figuresIn } from "../training/run_summary.ts";
import type { FinalRunPlace } from "./engine_sweep.ts";
import { type EngineComparison, type ReportedComparison, type RunRecord, runShape } from "./record.ts";
import { runId } from "./run_id.ts";

const count = (min: number) => number({ whole: true, min });

/** What a comparison needs of the `config.json` of a run. */
const configShape = object({
  ...originShape,
  tool: object({ version: printable() }),
  kernels: kernelsShape,
  quality: qualityShape,
  stepsPerEpoch: count(1),
  options: object({ schedule: word(scheduleNames) }),
  optimizer: object({ learningRate: number({ above: 0 }) }),
});

/** What it needs of its `summary.json`. */
const summaryShape = object({
  steps: count(0),
  seconds: number({ min: 0 }),
  hvps: count(0),
  divergedAt: optional(count(0)),
});

/** A run that an engine has made to its end, finished or diverged. */
interface EndedRun {
  readonly run: RunRecord;
  readonly path: string;
  readonly config: Shaped<typeof configShape>;
}

/**
 * Those of a comparison's runs that have ended.
 *
 * @param places Which run of the comparison each result is of.
 * @throws {UserError} If a file of a run is not what a run writes.
 */
export async function endedRuns(
  { settings }: EngineComparison,
  places: readonly FinalRunPlace[],
  results: readonly RunResult[],
): Promise<EndedRun[]> {
  const ended: EndedRun[] = [];
  for (const [index, { found, state }] of results.entries()) {
    if (found === undefined || state !== "finished" && state !== "diverged") continue;
    const { path, summary } = found;
    const [configFile, summaryFile] = ["config.json", "summary.json"].map((file) => join(path, file));
    const config = checkShape(await readJson(configFile), configShape, configFile);
    const run = recordOf(places[index], config, checkShape(summary, summaryShape, summaryFile), settings.inputs.length);
    ended.push({ run: checkShape(run, runShape({ settings, quality: config.quality }), path), path, config });
  }
  return ended;
}

/** The record of a run, as a comparison that makes its runs itself stores it. */
function recordOf(
  place: FinalRunPlace,
  { quality, stepsPerEpoch, options, optimizer, adapter }: EndedRun["config"],
  summary: Shaped<typeof summaryShape>,
  inputs: number,
): RunRecord {
  const { steps, seconds, hvps } = summary;
  const figures = figuresIn(summary);
  const divergedAt = summary.divergedAt ?? (isMeasured(figures[quality.figure]) ? undefined : steps);
  return {
    id: runId({ phase: "final", ...place }, inputs),
    phase: "final",
    ...place,
    learningRate: optimizer.learningRate,
    schedule: options.schedule,
    steps,
    stepsPerEpoch,
    seconds,
    hvps,
    divergedAt,
    adapter: adapter.name,
    figures: divergedAt === undefined ? figures : {},
  };
}

/** What a report needs of a comparison, by its first run. */
export function reportedBy({ settings, command }: EngineComparison, { config }: EndedRun): ReportedComparison {
  const { quality, adapter, versions, tool, kernels } = config;
  return { settings, command, quality, adapter, versions: { project: tool.version, ...versions }, kernels };
}
