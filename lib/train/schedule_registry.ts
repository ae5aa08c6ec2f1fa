/**
 * The registry of schedules, and schedules for runs whose number of steps is known only when they start.
 *
 * @module
 */
import {
  type AnyHyperparameters,
  type Hyperparameters,
  resolveHyperparameters,
} from "../hyperparameter/hyperparameter.ts";
import { COUNT, oneOf } from "../hyperparameter/range.ts";
import {
  constant,
  cosine,
  cosineHyperparameters,
  exponential,
  exponentialHyperparameters,
  linearWarmup,
  type Schedule,
  stepDecay,
  stepDecayHyperparameters,
} from "./schedule.ts";

/** A schedule in a run's configuration: its name and options in one object. */
export interface ScheduleConfig {
  /** The schedule's name in the registry. */
  readonly name: string;
  /** The schedule that follows. */
  readonly then?: ScheduleConfig;
  /** The schedule's options. */
  readonly [option: string]: number | string | ScheduleConfig | undefined;
}

/** What the registry knows of a schedule. */
export interface ScheduleKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** Other names that the command line accepts for it. */
  readonly aliases?: readonly string[];
  /** Makes one from the options of a configuration, which it checks. */
  readonly make: (options: never) => Schedule;
  /** Its hyper-parameters where it is laid over a whole run, whatever the number of steps. All have defaults. */
  readonly hyperparameters: AnyHyperparameters;
  /** Lays one over a run of so many steps. */
  readonly over: (steps: number, options: never) => Schedule;
}

/** The options of a cosine or exponential schedule over a run. */
interface DecayOverRun {
  finalFactor: number;
}

/** The options of a step decay over a run. */
interface StepDecayOverRun {
  drops: number;
  dropFactor: number;
}

/** The options of a warm-up over a run. */
interface WarmupOverRun {
  warmupShare: number;
  then: string;
}

const exponentialOverRun: Hyperparameters<DecayOverRun> = {
  finalFactor: { ...exponentialHyperparameters.final, default: 0.01, doc: "Factor of the learning rate at the end" },
};

const cosineOverRun: Hyperparameters<DecayOverRun> = {
  finalFactor: { ...cosineHyperparameters.final, doc: "Factor of the learning rate at the end" },
};

const stepDecayOverRun: Hyperparameters<StepDecayOverRun> = {
  drops: { range: COUNT, default: 3, doc: "Number of parts of equal length; the learning rate drops between them" },
  dropFactor: { ...stepDecayHyperparameters.factor, default: 0.1 },
};

/** The schedules that can follow a warm-up. */
const followers: readonly ScheduleKind[] = [
  {
    name: "constant",
    make: (options: Readonly<Record<string, never>>) => {
      resolveHyperparameters("constant", {}, options);
      return constant();
    },
    hyperparameters: {},
    over: constant,
  },
  {
    name: "exponential",
    make: exponential,
    hyperparameters: exponentialOverRun,
    over: (steps, { finalFactor }: DecayOverRun) => exponential({ steps, final: finalFactor }),
  },
  {
    name: "cosine",
    make: cosine,
    hyperparameters: cosineOverRun,
    over: (steps, { finalFactor }: DecayOverRun) => cosine({ steps, final: finalFactor }),
  },
  {
    name: "stepDecay",
    aliases: ["step"],
    make: stepDecay,
    hyperparameters: stepDecayOverRun,
    over: (steps, { drops, dropFactor }: StepDecayOverRun) => {
      return stepDecay({ every: Math.ceil(steps / drops), factor: dropFactor });
    },
  },
];

const warmupOverRun: Hyperparameters<WarmupOverRun> = {
  warmupShare: {
    range: { type: "number", exclusiveMin: 0, exclusiveMax: 1 },
    default: 0.05,
    doc: "Share of the run in which the learning rate rises",
  },
  then: {
    range: { ...oneOf<string>(...followers.map(({ name }) => name)), aliases: aliasesOf(followers) },
    default: "constant",
    doc: "Schedule of the rest of the run, after the warm-up; its own options apply too",
  },
};

/** Every schedule. */
export const scheduleKinds: readonly ScheduleKind[] = [
  ...followers,
  {
    name: "linearWarmup",
    aliases: ["warmup"],
    make: linearWarmup,
    hyperparameters: warmupOverRun,
    over: (total, { warmupShare, then, ...options }: WarmupOverRun) => {
      const steps = Math.max(1, Math.round(total * warmupShare));
      if (then === "constant") return linearWarmup({ steps });
      return linearWarmup({ steps, then: scheduleOver(then, Math.max(1, total - steps), options) });
    },
  },
];

/**
 * The hyper-parameters of a schedule over a run.
 *
 * @param name The schedule's name in the registry.
 * @param then The schedule that follows a warm-up; its hyper-parameters belong to the warm-up's too.
 */
export function scheduleHyperparameters(name: string, then?: string): AnyHyperparameters {
  const { hyperparameters } = kindOf(name);
  if (!Object.hasOwn(hyperparameters, "then") || then === undefined) return hyperparameters;
  return { ...hyperparameters, ...kindOf(then).hyperparameters };
}

/**
 * Lays a schedule over a run.
 *
 * @param name The schedule's name in the registry.
 * @param steps The number of steps of the run.
 * @param options The hyper-parameters of {@linkcode scheduleHyperparameters} that differ from their defaults.
 * @throws {RangeError} If the name or an option is unknown, or an option is out of range.
 *
 * @example
 * ```ts
 * import { scheduleOver } from "./schedule_registry.ts";
 *
 * const schedule = scheduleOver("linearWarmup", 1000, { warmupShare: 0.1, then: "cosine", finalFactor: 0.01 });
 * schedule.factor(49); // 0.5
 * schedule.factor(1000); // 0.01
 * ```
 */
export function scheduleOver(name: string, steps: number, options: object = {}): Schedule {
  const { then } = options as { then?: string };
  const resolved = resolveHyperparameters(
    name,
    scheduleHyperparameters(name, then) as Hyperparameters<object>,
    options,
  );
  return kindOf(name).over(steps, resolved as never);
}

/** The names that {@linkcode scheduleFromConfig} knows. */
export const scheduleNames: readonly string[] = scheduleKinds.map(({ name }) => name);

/**
 * Converts a schedule to its configuration, from which {@linkcode scheduleFromConfig} makes the same schedule.
 *
 * @param schedule The schedule.
 */
export function scheduleToConfig({ name, options, then }: Schedule): ScheduleConfig {
  return { name, ...options, ...(then && { then: scheduleToConfig(then) }) };
}

/**
 * Makes a schedule from its name and options.
 *
 * @param config The configuration, as {@linkcode scheduleToConfig} makes it. Options that have a default may be left out.
 * @throws {RangeError} If the name or an option is unknown, or an option is missing or out of range.
 */
export function scheduleFromConfig({ name, then, ...options }: ScheduleConfig): Schedule {
  return kindOf(name).make({ ...options, ...(then && { then: scheduleFromConfig(then) }) } as never);
}

function kindOf(name: string): ScheduleKind {
  const kind = scheduleKinds.find((each) => each.name === name || each.aliases?.includes(name));
  if (kind !== undefined) return kind;
  throw new RangeError(`schedule: expected one of ${scheduleNames.join(", ")}, found ${JSON.stringify(name)}.`);
}

/** Other names by the names that they stand for. */
function aliasesOf(kinds: readonly ScheduleKind[]): Record<string, string> {
  return Object.fromEntries(kinds.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name])));
}
