/** How fast a pair trains, and how many steps its runs therefore have. */
export interface PairPace {
  /** Of a final run, before trials have told more. */
  readonly steps: number;
  /** Of tuning's trials, by rung. */
  readonly trialSteps: readonly number[];
  /** Training of these, as planned. */
  readonly trialSeconds: readonly number[];
  readonly stepsPerEpoch: number;
  /** Of a final run, unless it has a time: on inputs of another size these are other numbers of steps. */
  readonly epochs?: number;
  /** Training of a final run, as planned. */
  readonly seconds: number;
  /** Part of it that goes into curvature: Hessian-vector products, Gauss-Newton samples, Kronecker factors. */
  readonly curvatureShare: number;
  /** On the device while training. */
  readonly deviceBytes: number;
  readonly parameters: number;
}
