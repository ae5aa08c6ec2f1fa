/** A picture in memory. Alpha, if there is one, is the last channel; colours are not multiplied by it. */
export interface Picture {
  /** Width in pixels; at least 1. */
  width: number;
  /** Height in pixels; at least 1. */
  height: number;
  /** The number of channels: 1 for grey, 2 for grey and alpha, 3 for RGB, 4 for RGBA. */
  channels: 1 | 2 | 3 | 4;
  /** Row-major `[height, width, channels]`, top row first; values in [0, 1] as stored (sRGB is not linearised). */
  pixels: Float32Array;
}

/** The most pixels of a picture that is decoded: 2²⁷, about 11 600 × 11 600. */
export const MAX_PIXELS: number = 2 ** 27;
