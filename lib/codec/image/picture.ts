/** A picture in memory. Alpha, where there is one, is the last channel and not multiplied into the colours. */
export interface Picture {
  /** Pixels in a row, at least 1. */
  width: number;
  /** Rows, at least 1. */
  height: number;
  /** 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  channels: 1 | 2 | 3 | 4;
  /** Row-major `[height, width, channels]`, top row first, values in [0, 1] as stored (sRGB is not made linear). */
  pixels: Float32Array;
}
