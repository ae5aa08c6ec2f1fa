/** The bounds of `--epochs` in every task: no run makes a billion passes over its samples. */
export const EPOCHS_BOUNDS = { min: 1, max: 1_000_000_000 } as const;

/** The bounds of `--minutes` in every task: at most a year. */
export const MINUTES_BOUNDS = { exclusiveMin: 0, max: 525_600 } as const;
