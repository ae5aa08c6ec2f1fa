/** How fast a pair trains, and how many steps its runs have as a consequence. */
export interface PairPace {
  /** Steps of a final run, as planned before tuning. */
  readonly steps: number;
  /** Steps of a trial, by rung. */
  readonly trialSteps: readonly number[];
  /** Planned training time of a trial, by rung. */
  readonly trialSeconds: readonly number[];
  readonly stepsPerEpoch: number;
  /** Epochs of a final run if its length is given in epochs; the number of steps then depends on the size of the input. */
  readonly epochs?: number;
  /** Planned training time of a final run. */
  readonly seconds: number;
  /** The part of this time that is spent on curvature: Hessian-vector products, Gauss-Newton samples and Kronecker factors. */
  readonly curvatureShare: number;
  /** Memory on the device during training. */
  readonly deviceBytes: number;
  readonly parameters: number;
}
