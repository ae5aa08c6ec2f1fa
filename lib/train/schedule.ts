/**
 * Learning-rate schedules. A schedule gives the factor by which the base learning rate is multiplied. It depends on the step
 * alone, so a resumed run has the same rates as one that was not interrupted.
 *
 * @module
 */

/** A learning-rate schedule. */
export interface Schedule {
  /** The schedule's name in the registry, such as `cosine`. */
  readonly name: string;
  /** All of its options, with defaults filled in. */
  readonly options: Readonly<Record<string, number>>;
  /** The schedule that follows, if any. */
  readonly then?: Schedule;
  /**
   * The factor of the learning rate at a step.
   *
   * @param step The step, counted from 0.
   */
  factor(step: number): number;
}

/** A schedule in a run's configuration: its name and options in one object. */
export interface ScheduleConfig {
  /** The schedule's name in the registry. */
  readonly name: string;
  /** The schedule that follows. */
  readonly then?: ScheduleConfig;
  /** The schedule's options. */
  readonly [option: string]: number | string | ScheduleConfig | undefined;
}

/** Options of {@linkcode linearWarmup}. */
export interface LinearWarmupOptions {
  /** The number of steps of the warm-up; an integer of at least 1. */
  readonly steps: number;
  /** The schedule that follows; its step 0 is the first step after the warm-up. Without it the factor stays 1. */
  readonly then?: Schedule;
}

/** Options of {@linkcode exponential}. */
export interface ExponentialOptions {
  /** The step at which `final` is reached; an integer of at least 1. */
  readonly steps: number;
  /** The factor from this step on; above 0. */
  readonly final: number;
}

/** Options of {@linkcode cosine}. */
export interface CosineOptions {
  /** The step at which `final` is reached; an integer of at least 1. */
  readonly steps: number;
  /** The factor from this step on; at least 0, by default 0. */
  readonly final?: number;
}

/** Options of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** The number of steps between two drops; an integer of at least 1. */
  readonly every: number;
  /** The factor by which each drop multiplies the learning rate; above 0. */
  readonly factor: number;
}

/** A constant learning rate: the factor is always 1. */
export function constant(): Schedule {
  return { name: "constant", options: {}, factor: () => 1 };
}

/**
 * A linear warm-up: the factor is (s + 1) / steps at step s < steps. After that it is 1, or that of `then` at step s − steps.
 *
 * @param options Options of the schedule.
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
 * An exponential decay: the factor is final^(s / steps) at step s ≤ steps, and `final` after that.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
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
 * A cosine decay (Loshchilov & Hutter 2017, equation 5, without restarts): the factor is
 * final + (1 − final) · ½ (1 + cos(π s / steps)) at step s ≤ steps, and `final` after that.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
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
 * A step decay: the factor is factor^⌊s / every⌋ at step s.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
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

/** How a schedule is made from its name and options. Options that a configuration lacks are undefined, which `make` checks. */
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
