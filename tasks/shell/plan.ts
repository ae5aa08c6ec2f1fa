import { type FieldDescription, isEncoding } from "../../lib/field/description.ts";
import type { Field } from "../../lib/field/field.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { costOfSteps } from "../../lib/train/budget.ts";
import type { TrainingPlan } from "../../lib/train/plan.ts";
import type { Schedule } from "../../lib/train/schedule.ts";
import { optionSpelling } from "./command.ts";
import { formatDuration } from "./progress.ts";
import { counted } from "./counted.ts";

/** The steps among which the fastest are looked for. */
const FIRST = 1000;

/** What a run that is planned consists of. */
interface PlannedRun {
  readonly steps: number;
  readonly field: Field;
  readonly optimizer: OptimizerSpec;
  readonly schedule: Schedule;
  readonly batchSize: number;
}

/** Describes how many steps a run has and how much time and memory it takes; the text of `--dry-run`. */
export function planText(plan: TrainingPlan, { steps, field, optimizer, schedule, batchSize }: PlannedRun): string {
  const { stepsPerEpoch, chunkRows, deviceBytes, secondsOf } = plan;
  const seconds = costOfSteps(steps, secondsOf);
  const cheapest = Math.min(...Array.from({ length: Math.min(steps, FIRST) }, (_, step) => secondsOf(step)));
  return [
    `Adapter     ${field.gpu.adapter.name}`,
    `Field       ${field.parameterCount} parameters; ${partsOf(field.description).join("; ")}`,
    `Optimizer   ${withOptions(optimizer)}`,
    `Schedule    ${scheduleText(schedule)}`,
    `Steps       ${steps}, ${stepsPerEpoch} per epoch; batches of ${
      counted(batchSize, "sample")
    } are processed in chunks of up to ${counted(chunkRows, "row")}`,
    `Time        about ${formatDuration(seconds)} of training; the fastest steps take ${
      (cheapest * 1000).toFixed(1)
    } ms`,
    `Memory      ${(deviceBytes / 2 ** 20).toFixed(1)} MiB on the device`,
  ].join("\n");
}

/** The different encodings and activations of a field, each with its hyper-parameters. Output layers have the identity. */
function partsOf({ layers }: FieldDescription): string[] {
  return [
    ...new Set(layers.map((layer) => {
      if (isEncoding(layer)) return withOptions(layer.encoding);
      return layer.activation.name === "identity"
        ? "output without activation (identity)"
        : withOptions(layer.activation);
    })),
  ];
}

/** A schedule and those that follow it: "linearWarmup (steps 50), then cosine (steps 950, final 0)". */
function scheduleText({ then, ...schedule }: Schedule): string {
  return `${withOptions(schedule)}${then === undefined ? "" : `, then ${scheduleText(then)}`}`;
}

/** "esgd (learning-rate 0.5, update-every 100)", with the options spelled as on the command line. */
function withOptions({ name, options }: Pick<OptimizerSpec, "name" | "options">): string {
  const texts = Object.entries(options).map(([option, value]) => `${optionSpelling(option).slice(2)} ${value}`);
  return texts.length === 0 ? name : `${name} (${texts.join(", ")})`;
}
