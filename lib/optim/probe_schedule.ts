/** When probes are taken, and how many. */
export interface ProbeSchedule {
  /** The number of steps at the start that all take probes; 1 means only step 0. */
  readonly warmup: number;
  /** The number of steps from one step with probes to the next, after those at the start. */
  readonly updateEvery: number;
  /** The number of probes at step 0. */
  readonly initialProbes: number;
  /** The number of probes at any later step that takes some. */
  readonly probes: number;
}

/** Probes that are due at steps 0 … warmup−1, then at every `updateEvery`-th (steps counted from 0), as published. */
export function probesDue(step: number, { warmup, updateEvery, initialProbes, probes }: ProbeSchedule): number {
  if (step === 0) return initialProbes;
  return step < warmup || (step - warmup + 1) % updateEvery === 0 ? probes : 0;
}
