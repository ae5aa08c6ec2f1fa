import type { Sound } from "./sound.ts";

/** The bytes in front of the samples. */
const HEADER = 44;

/**
 * Encodes a sound as a WAV file with samples of 16 bits, which every player reads. Values beyond full scale are cut to it; rounding leaves an
 * error of 98 dB below full scale.
 *
 * @throws {RangeError} If there are more than 2³¹ bytes of samples.
 */
export function encodeWav({ rate, channels, samples }: Sound): Uint8Array<ArrayBuffer> {
  const size = 2 * samples.length;
  if (size > 2 ** 31) throw new RangeError(`encodeWav: expected at most 2^30 samples, found ${samples.length}.`);
  const bytes = new Uint8Array(HEADER + size);
  const view = new DataView(bytes.buffer);
  const write = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  write(0, "RIFF");
  view.setUint32(4, HEADER - 8 + size, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * channels * rate, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, size, true);
  for (let i = 0; i < samples.length; i++) {
    view.setInt16(HEADER + 2 * i, Math.max(-(2 ** 15), Math.min(2 ** 15 - 1, Math.round(samples[i] * 2 ** 15))), true);
  }
  return bytes;
}
