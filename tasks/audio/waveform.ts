import type { Sound } from "../../lib/codec/audio/sound.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";

/** The usual width of a picture, and the height of one wave in it, in pixels. */
const [WIDTH, HEIGHT] = [1000, 160];

/**
 * Draws the waves of sounds of the same length below one another: at each place, the range from the smallest to the largest value of the
 * first channel there. Full scale is the whole height.
 *
 * @param waves Each with its colour as RGB in [0, 1].
 */
export function waveformPicture(
  waves: readonly { readonly sound: Sound; readonly colour: readonly number[] }[],
  width = WIDTH,
): Picture {
  const height = HEIGHT * waves.length;
  const pixels = new Float32Array(width * height * 3).fill(1);
  for (const [k, { sound, colour }] of waves.entries()) {
    for (let x = 0; x < width; x++) {
      const [low, high] = rangeAt(sound, x, width).map((value) => Math.max(-1, Math.min(1, value)));
      const rowOf = (value: number) => Math.round((1 - value) / 2 * (HEIGHT - 1));
      for (let y = rowOf(high); y <= rowOf(low); y++) pixels.set(colour, ((k * HEIGHT + y) * width + x) * 3);
    }
  }
  return { width, height, channels: 3, pixels };
}

/** The smallest and the largest value of the first channel in one of the columns of a picture. */
function rangeAt({ channels, samples }: Sound, x: number, width: number): [number, number] {
  const frames = samples.length / channels;
  const first = Math.min(frames - 1, Math.floor(x * frames / width));
  const last = Math.max(first, Math.min(frames, Math.ceil((x + 1) * frames / width)) - 1);
  let [low, high] = [Infinity, -Infinity];
  for (let frame = first; frame <= last; frame++) {
    const value = samples[frame * channels];
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high];
}
