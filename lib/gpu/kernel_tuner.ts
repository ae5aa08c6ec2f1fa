import type { AdapterDescription } from "./adapter_description.ts";
import { AutotuningCache } from "./autotuning_cache.ts";
import type { OperandAccess } from "./operand_access.ts";
import { TuningBudget } from "./tuning_budget.ts";

/** The subject of the choice how kernels read their operands. */
export const OPERANDS = "operands";

/** The default number of seconds that a device may spend on compiling candidates when products are first used. */
export const FIRST_USES = 2;

/** How a tuner begins. */
export interface KernelTunerOptions {
  /** The family of kernels that was asked for; `"auto"` (default) for the fastest ones. */
  readonly kernels?: string;
  /** How kernels read their operands; measured unless given. */
  readonly operands?: OperandAccess;
  /** Seconds for compiling candidates at first uses; 2 by default. */
  readonly seconds?: number;
}

/**
 * Remembers which of several ways to compute something was measured to be fastest on a device. Subjects and candidates are strings to
 * it: whoever has several kernels for one thing times them and records the choice here.
 */
export class KernelTuner {
  /** The family of kernels that was asked for when the device was opened; `"auto"` for the fastest ones. */
  readonly asked: string;
  readonly #cache: AutotuningCache;
  /** What stands for choices that nobody has made. */
  readonly #defaults = new Map<string, string>();
  /** Subjects that have been asked for. */
  readonly #subjects = new Set<string>();
  #operands: OperandAccess;
  #seconds: number;
  /** When measuring ends, in milliseconds. */
  #end = Infinity;

  /**
   * Looks up how operands are read.
   *
   * @param adapter The adapter that the choices hold for.
   * @param accesses How kernels can read their operands on it (see `operandAccesses`).
   */
  constructor(
    adapter: AdapterDescription,
    { kernels = "auto", operands, seconds = FIRST_USES }: KernelTunerOptions = {},
    readonly accesses: readonly OperandAccess[] = ["buffer", "texture"],
  ) {
    this.asked = kernels;
    this.#cache = new AutotuningCache(adapter);
    this.#seconds = seconds;
    if (operands !== undefined) this.#cache.set(OPERANDS, operands);
    this.choiceOr(OPERANDS, "buffer");
    this.#operands = this.#chosenAccess;
  }

  /** How kernels read their operands from now on. */
  get operands(): OperandAccess {
    return this.#operands;
  }

  /**
   * The choice for a subject: one of this process, or of an earlier one on the same adapter, with the same runtime and version (choices
   * are remembered on disk where that is permitted). Undefined if nobody has made one.
   */
  choice(subject: string): string | undefined {
    return this.#cache.lookUp(subject);
  }

  /** The choice for a subject, or else what is used without one; `choices` then lists it. */
  choiceOr(subject: string, otherwise: string): string {
    this.#subjects.add(subject);
    this.#defaults.set(subject, otherwise);
    return this.choice(subject) ?? otherwise;
  }

  /** A choice of this process, or one that has been asked for: nothing is looked up. */
  made(subject: string): string | undefined {
    return this.#cache.made(subject);
  }

  /** Sets a choice and remembers it. Where it cannot be remembered, a warning says so once. */
  choose(subject: string, choice: string): void {
    this.adopt({ [subject]: choice });
    this.#cache.remember(subject, choice);
  }

  /** Sets choices for this process only, for instance those that an interrupted run was started with. */
  adopt(choices: Readonly<Record<string, string>>): void {
    for (const [subject, choice] of Object.entries(choices)) {
      this.#subjects.add(subject);
      this.#set(subject, choice);
    }
  }

  /** Does something as if this choice had been made for a subject, without making it. */
  supposing(subject: string, choice: string, work: () => void): void {
    const before = this.choice(subject);
    this.#set(subject, choice);
    try {
      work();
    } finally {
      this.#set(subject, before);
    }
  }

  /** All choices that kernels have asked for, by subject: what results depend on besides the seed. */
  get choices(): Record<string, string> {
    const used = [...this.#subjects].sort();
    return Object.fromEntries(
      used.map((subject) => [subject, this.#cache.made(subject) ?? this.#defaults.get(subject)!]),
    );
  }

  /** Lets choices be measured for so many seconds from now on. What is not known then keeps its default in this process. */
  limit(seconds: number): void {
    this.#end = performance.now() + 1000 * seconds;
  }

  /** Whether the time for measuring choices is over. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Seconds left for compiling candidates at first uses. */
  get secondsLeft(): number {
    return this.#seconds;
  }

  /**
   * A budget for compiling candidates.
   *
   * @param seconds What may be spent, whatever the device has left; by default that.
   */
  budget(seconds?: number): TuningBudget {
    if (seconds !== undefined) return new TuningBudget(seconds, () => {});
    return new TuningBudget(this.#seconds, (left) => this.#seconds = left);
  }

  #set(subject: string, choice: string | undefined): void {
    this.#cache.set(subject, choice);
    if (subject === OPERANDS) this.#operands = this.#chosenAccess;
  }

  get #chosenAccess(): OperandAccess {
    // A choice of another adapter, for instance that of a run which is resumed here, may be impossible. Results do not depend on it.
    return this.accesses.find((access) => access === this.#cache.made(OPERANDS)) ?? "buffer";
  }
}
