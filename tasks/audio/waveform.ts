import type { Sound } from "../../lib/codec/audio/sound.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";

/** The size of the picture of one wave, in pixels. */
const [WIDTH, HEIGHT] = [1000, 160];

/**
 * Draws the waves of sounds of the same length below one another: at each place, the range from the smallest to the largest value of the
 * first channel there.
 *
 * @param waves Each with its colour as RGB in [0, 1].
 */
export function waveformPicture(
  waves: readonly { readonly sound: Sound; readonly colour: readonly number[] }[],
): Picture {
  const height = HEIGHT * waves.length;
  const pixels = new Float32Array(WIDTH * height * 3).fill(1);
  for (const [k, { sound, colour }] of waves.entries()) {
    for (let x = 0; x < WIDTH; x++) {
      const [low, high] = rangeAt(sound, x).map((value) => Math.max(-1, Math.min(1, value)));
      const rowOf = (value: number) => Math.round((1 - value) / 2 * (HEIGHT - 1));
      for (let y = rowOf(high); y <= rowOf(low); y++) pixels.set(colour, ((k * HEIGHT + y) * WIDTH + x) * 3);
    }
  }
  return { width: WIDTH, height, channels: 3, pixels };
}

/** The smallest and the largest value of the first channel in one column of the picture. */
function rangeAt({ channels, samples }: Sound, x: number): [number, number] {
  const frames = samples.length / channels;
  const first = Math.min(frames - 1, Math.floor(x * frames / WIDTH));
  const last = Math.max(first, Math.min(frames, Math.ceil((x + 1) * frames / WIDTH)) - 1);
  let [low, high] = [Infinity, -Infinity];
  for (let frame = first; frame <= last; frame++) {
    const value = samples[frame * channels];
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high];
}
