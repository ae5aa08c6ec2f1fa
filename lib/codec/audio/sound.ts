/** A sound in memory. */
export interface Sound {
  /** Samples per second of each channel; at least 1. */
  readonly rate: number;
  /** The number of channels; at least 1. */
  readonly channels: number;
  /** `[frames, channels]`, row-major: the channels of a moment lie together. Full scale is −1 to 1. */
  readonly samples: Float32Array;
}
