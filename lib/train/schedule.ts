/**
 * Learning-rate schedules: functions of the step alone, so that a run that is resumed has the same rates as one that was
 * not interrupted. Each gives the factor by which the base rate is multiplied.
 *
 * @module
 */

/** How the learning rate changes along a run. */
export interface Schedule {
  /** Its name in the registry, such as `cosine`. */
  readonly name: string;
  /** Its settings, all of them, defaults filled in. */
  readonly options: Readonly<Record<string, number>>;
  /** What follows it, if it gives way to another schedule. */
  readonly then?: Schedule;
  /**
   * The factor at a step.
   *
   * @param step 0 at the first step of the run.
   */
  factor(step: number): number;
}

/** A schedule as it stands in a run's configuration: name and settings side by side. */
export interface ScheduleConfig {
  /** Its name in the registry. */
  readonly name: string;
  /** What follows it. */
  readonly then?: ScheduleConfig;
  /** Its settings. */
  readonly [option: string]: number | string | ScheduleConfig | undefined;
}

/** Settings of {@linkcode linearWarmup}. */
export interface LinearWarmupOptions {
  /** How many steps the rise takes; a whole number from 1. */
  readonly steps: number;
  /** What follows, its step 0 at the end of the rise; default a factor of 1. */
  readonly then?: Schedule;
}

/** Settings of {@linkcode exponential}. */
export interface ExponentialOptions {
  /** At which step `final` is reached; a whole number from 1. */
  readonly steps: number;
  /** The factor from then on; positive. */
  readonly final: number;
}

/** Settings of {@linkcode cosine}. */
export interface CosineOptions {
  /** At which step `final` is reached; a whole number from 1. */
  readonly steps: number;
  /** The factor from then on, from 0; default 0. */
  readonly final?: number;
}

/** Settings of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** How many steps lie between two drops; a whole number from 1. */
  readonly every: number;
  /** By what the rate is multiplied at each; positive. */
  readonly factor: number;
}

/** Always 1. */
export function constant(): Schedule {
  return { name: "constant", options: {}, factor: () => 1 };
}

/**
 * Rises in equal parts, (s + 1) / steps at step s, then is 1 or what `then` says, counted from the end of the rise.
 *
 * @param options Settings.
 * @throws {RangeError} If `steps` is out of range.
 *
 * @example
 * ```ts
 * import { cosine, linearWarmup } from "./schedule.ts";
 *
 * const schedule = linearWarmup({ steps: 100, then: cosine({ steps: 900 }) });
 * schedule.factor(49); // 0.5
 * schedule.factor(550); // 0.5
 * ```
 */
export function linearWarmup({ steps, then }: LinearWarmupOptions): Schedule {
  checkCount("linearWarmup", "steps", steps);
  return {
    name: "linearWarmup",
    options: { steps },
    ...(then && { then }),
    factor: (step) => step < steps ? (step + 1) / steps : then?.factor(step - steps) ?? 1,
  };
}

/**
 * Falls by the same ratio at each step, final^(s / steps) at step s, and stays at `final`.
 *
 * @param options Settings.
 * @throws {RangeError} If one is out of range.
 */
export function exponential({ steps, final }: ExponentialOptions): Schedule {
  checkCount("exponential", "steps", steps);
  checkPositive("exponential", "final", final);
  return {
    name: "exponential",
    options: { steps, final },
    factor: (step) => step < steps ? final ** (step / steps) : final,
  };
}

/**
 * Falls along half a cosine (Loshchilov & Hutter 2017, equation 5, without restarts),
 * final + (1 − final) · ½ (1 + cos(π s / steps)) at step s, and stays at `final`.
 *
 * @param options Settings.
 * @throws {RangeError} If one is out of range.
 */
export function cosine({ steps, final = 0 }: CosineOptions): Schedule {
  checkCount("cosine", "steps", steps);
  if (!(typeof final === "number" && final >= 0 && final < Infinity)) {
    throw new RangeError(`cosine: final must be a finite number from 0, found ${final}.`);
  }
  return {
    name: "cosine",
    options: { steps, final },
    factor: (step) => step < steps ? final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * step / steps)) : final,
  };
}

/**
 * Drops every so many steps, factor^⌊s / every⌋ at step s.
 *
 * @param options Settings.
 * @throws {RangeError} If one is out of range.
 */
export function stepDecay({ every, factor }: StepDecayOptions): Schedule {
  checkCount("stepDecay", "every", every);
  checkPositive("stepDecay", "factor", factor);
  return {
    name: "stepDecay",
    options: { every, factor },
    factor: (step) => factor ** Math.floor(step / every),
  };
}

/** What a schedule is made from by name. Settings that a configuration lacks are undefined, and refused as such. */
interface RegistryEntry {
  readonly options: readonly string[];
  readonly make: (options: Readonly<Record<string, number>>, then?: Schedule) => Schedule;
}

const REGISTRY: Readonly<Record<string, RegistryEntry>> = {
  constant: { options: [], make: constant },
  linearWarmup: { options: ["steps", "then"], make: ({ steps }, then) => linearWarmup({ steps, then }) },
  exponential: { options: ["steps", "final"], make: ({ steps, final }) => exponential({ steps, final }) },
  cosine: { options: ["steps", "final"], make: ({ steps, final }) => cosine({ steps, final }) },
  stepDecay: { options: ["every", "factor"], make: ({ every, factor }) => stepDecay({ every, factor }) },
};

/** The names that {@linkcode scheduleFromConfig} knows. */
export const scheduleNames: readonly string[] = Object.keys(REGISTRY);

/**
 * Writes a schedule down; {@linkcode scheduleFromConfig} makes the same one again.
 *
 * @param schedule The schedule.
 */
export function scheduleToConfig({ name, options, then }: Schedule): ScheduleConfig {
  return { name, ...options, ...(then && { then: scheduleToConfig(then) }) };
}

/**
 * Makes a schedule from its name and settings.
 *
 * @param config As from {@linkcode scheduleToConfig}; settings that have a default may be missing.
 * @throws {RangeError} If the name or a setting is unknown, or a setting is missing or out of range.
 */
export function scheduleFromConfig({ name, then, ...options }: ScheduleConfig): Schedule {
  if (!Object.hasOwn(REGISTRY, name)) {
    throw new RangeError(`schedule: expected one of ${scheduleNames.join(", ")}, found ${JSON.stringify(name)}.`);
  }
  const entry = REGISTRY[name];
  for (const option of Object.keys({ ...options, ...(then && { then }) })) {
    if (!entry.options.includes(option)) {
      const known = entry.options.length > 0 ? `only ${entry.options.join(", ")}` : "none";
      throw new RangeError(`${name}: there is no option ${option}, ${known}.`);
    }
  }
  return entry.make(options as Record<string, number>, then && scheduleFromConfig(then));
}

function checkCount(schedule: string, option: string, value: number) {
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new RangeError(`${schedule}: ${option} must be a whole number from 1, found ${value}.`);
  }
}

function checkPositive(schedule: string, option: string, value: number) {
  if (!(typeof value === "number" && value > 0 && value < Infinity)) {
    throw new RangeError(`${schedule}: ${option} must be a finite number above 0, found ${value}.`);
  }
}
