import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import type { AnyHyperparameters } from "../../lib/hyperparameter/hyperparameter.ts";
import { expectedInstead } from "../../lib/hyperparameter/range.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { clipNormHyperparameter } from "../../lib/optim/clip_gradient.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { type ScheduleConfig, scheduleFromConfig, scheduleNames } from "../../lib/train/schedule_registry.ts";
import { type OwnFile, ownFilesShape } from "../own/own_files.ts";
import { originShape } from "../run/origin.ts";
import { qualityShape } from "../run/quality.ts";
import {
  anything,
  checkShape,
  list,
  mismatch,
  number,
  object,
  optional,
  printable,
  record,
  type Shape,
  type Shaped,
  text,
  word,
} from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { hashedShape } from "./data_hash.ts";
import type { Owner } from "./hyperparameter_options.ts";
import { kernelsShape } from "./kernels_shape.ts";
import { rollbacksShape } from "./rollback.ts";
import { restartsShape } from "./run_length.ts";

/** What can be chosen for a run, by the name of the option. */
const PARTS: Readonly<Record<string, readonly Owner[]>> = {
  activation: activationKinds,
  encoding: encodingKinds,
  optimizer: optimizerKinds,
  objective: objectiveKinds,
};

const count = number({ whole: true, min: 1 });

/** The options of a run. These have always been among them, and without them a run would take their defaults. */
const optionsShape = object({ activation: text(), optimizer: text(), schedule: text(), seed: number() });

/** What the shapes of other entries depend on. */
const firstShape = object({ ownFiles: optional(ownFilesShape), options: optional(record(anything())) });

/** What every run's `config.json` has besides what was chosen, and what only its task knows. */
const rest = {
  task: printable(),
  options: record(anything()),
  steps: count,
  scheduleSteps: count,
  stepsPerEpoch: count,
  quality: qualityShape,
  restarts: optional(restartsShape),
  rollbacks: optional(rollbacksShape),
  layers: list(printable()),
  /** The kernels that were chosen. */
  kernels: kernelsShape,
  ...originShape,
  tool: record(anything()),
};
const restShape = object(rest);

/** The same, but what is missing is no fault. */
const presentShape = mayLackAll(rest);

function mayLackAll(shapes: DataShapes): Shape<unknown> {
  return object(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, optional<unknown>(shape)])));
}

/** What only a task knows of its runs' `config.json`: the shapes of entries, by key. */
export type DataShapes = Readonly<Record<string, Shape<unknown>>>;

/**
 * Checks the `config.json` of a run.
 *
 * @param where The file's name, for the message.
 * @param dataShapes The entries about the data.
 * @throws {UserError} If an entry is missing or not what a run writes.
 */
export function checkConfig(
  config: unknown,
  where: string,
  dataShapes: DataShapes = {},
): Shaped<typeof restShape> {
  const checked = checkShape(config, restShape, where);
  checkShape(config, hashedShape, where);
  checkShape(config, object(dataShapes), where);
  checkChosen(config, where, { isWhole: true });
  return checked;
}

/**
 * Checks those of the entries that `checkConfig` needs and that are there, but for what was chosen: a new run with the options of an earlier
 * one needs none of them, but a file with a damaged one is not to be trusted.
 *
 * @param where The file's name, for the message.
 * @param dataShapes The entries about the data.
 * @throws {UserError} If one is not what a run writes.
 */
export function checkPresent(config: unknown, where: string, dataShapes: DataShapes = {}): void {
  checkShape(config, presentShape, where);
  checkShape(config, mayLackAll(dataShapes), where);
  checkShape(config, hashedShape, where);
}

/**
 * Checks what was chosen for a run: the options in its `config.json`, and the entries for activation, encoding, optimizer, objective and
 * schedule.
 *
 * @param where The file's name, for the message.
 * @param options.isWhole Whether all that a run writes must be there.
 * @throws {UserError} If one is not what a run writes.
 */
export function checkChosen(config: unknown, where: string, { isWhole }: { readonly isWhole: boolean }): void {
  const { ownFiles, options } = checkShape(config, firstShape, where);
  // A radiance field has only one objective, which is not among its options.
  const mayLack = isWhole ? options?.objective === undefined ? ["objective"] : [] : [...Object.keys(PARTS), "schedule"];
  const shapes: Record<string, Shape<unknown>> = {
    ...isWhole && { options: optionsShape },
    schedule: object({ name: word(scheduleNames) }),
    ...Object.fromEntries(Object.keys(PARTS).map((option) => [option, partShape(option, ownFiles)])),
  };
  const members = Object.entries(shapes).map(([name, shape]) => {
    return [name, mayLack.includes(name) ? optional(shape) : shape];
  });
  const { schedule } = checkShape(config, object(Object.fromEntries(members)), where) as { schedule?: ScheduleConfig };
  if (schedule !== undefined) checkSchedule(schedule, where);
}

/** Checks the options of a schedule by making it. */
function checkSchedule(schedule: ScheduleConfig, where: string): void {
  try {
    scheduleFromConfig(schedule);
  } catch (error) {
    if (!(error instanceof RangeError)) {
      checkShape(schedule.then, object({ name: word(scheduleNames) }), `${where}, schedule.then`);
    }
    throw new UserError(`${where}, schedule: ${(error as Error).message}`);
  }
}

/** The shape of the entry of an activation, an encoding, an optimizer or an objective. A user's own need not be loaded. */
function partShape(option: string, ownFiles: readonly OwnFile[] = []): Shape<unknown> {
  const own = ownFiles.filter((each) => each.option === option).map(({ name }) => name);
  const names = [...option === "encoding" ? ["none"] : [], ...PARTS[option].map(({ name }) => name), ...own];
  return (found) => {
    const fault = object({ name: word(names) })(found);
    if (fault !== undefined) return fault;
    const { name, ...options } = found as Record<string, unknown>;
    const kind = PARTS[option].find((each) => each.name === name);
    if (kind === undefined && name !== "none") return undefined;
    const isOptimizer = option === "optimizer";
    return hyperparametersFault(options, {
      declared: { ...kind?.hyperparameters, ...isOptimizer && { clipNorm: clipNormHyperparameter } },
      needed: isOptimizer ? ["learningRate"] : [],
      owner: name as string,
    });
  };
}

/** The first fault among hyper-parameters. One that is missing was declared after the run began, and had its own default then. */
function hyperparametersFault(
  options: Readonly<Record<string, unknown>>,
  { declared, needed, owner }: {
    readonly declared: AnyHyperparameters;
    readonly needed: readonly string[];
    readonly owner: string;
  },
) {
  const names = Object.keys(declared);
  for (const name of new Set([...needed, ...Object.keys(options)])) {
    if (!Object.hasOwn(declared, name)) {
      const those = names.length === 0 ? "none" : `only ${names.join(", ")}`;
      return mismatch([name], `no such hyper-parameter, as ${owner} has ${those}`, options[name]);
    }
    const expected = expectedInstead(options[name], declared[name].range);
    if (expected !== undefined) return mismatch([name], expected, options[name]);
  }
}
