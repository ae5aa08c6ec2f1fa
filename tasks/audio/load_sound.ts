import { decodeWav } from "../../lib/codec/audio/decode_wav.ts";
import type { Sound } from "../../lib/codec/audio/sound.ts";
import { readInput } from "../shell/read_input.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import type { AudioValues } from "./command.ts";

/** Reads the sound to train on, cuts out the part that the options name, and mixes its channels unless they are kept. */
export async function loadSound({ sound: path, start, seconds, keepChannels }: AudioValues): Promise<Sound> {
  const whole = path === undefined ? chord() : decodeWav(await readInput(path), path);
  const part = cut(whole, start, seconds, path ?? "the chord");
  const sound = keepChannels ? part : mixed(part);
  warnOfLoudness(sound, path ?? "the chord");
  return sound;
}

/** Says that the files which a run writes cannot hold samples beyond full scale, as those of a float WAV may be. */
function warnOfLoudness({ samples }: Sound, name: string): void {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (peak <= 1) return;
  const count = samples.reduce((sum, sample) => sum + Number(Math.abs(sample) > 1), 0);
  warn(
    `${name}: ${count} of ${samples.length} samples are beyond full scale, up to ${
      peak.toPrecision(3)
    }: the field learns them as they ` +
      "are, but the WAV files of the run have them cut to ±1.",
  );
}

function cut(sound: Sound, start: number, seconds: number | undefined, name: string): Sound {
  const { rate, channels, samples } = sound;
  const frames = samples.length / channels;
  const first = Math.round(start * rate);
  if (first >= frames) {
    throw new UserError(
      `--start ${start}: expected a moment before the end of ${name}, which lasts ${frames / rate} s.`,
    );
  }
  const count = seconds === undefined ? frames - first : Math.max(1, Math.round(seconds * rate));
  return { ...sound, samples: samples.slice(first * channels, Math.min(frames, first + count) * channels) };
}

/** The mean of all channels. */
function mixed({ rate, channels, samples }: Sound): Sound {
  const mean = Float32Array.from({ length: samples.length / channels }, (_, frame) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[frame * channels + channel];
    return sum / channels;
  });
  return { rate, channels: 1, samples: mean };
}

/** A second of three decaying notes with overtones, one after the other. */
function chord(): Sound {
  const rate = 8000;
  const notes = [220, 277.18, 329.63];
  const samples = Float32Array.from({ length: rate }, (_, i) => {
    const time = i / rate;
    return notes.reduce((sum, note, k) => {
      const since = time - 0.2 * k;
      if (since < 0) return sum;
      const tone = [1, 2, 3, 5].reduce((wave, n) => wave + Math.sin(2 * Math.PI * n * note * since) / n ** 1.5, 0);
      return sum + 0.2 * tone * Math.exp(-3 * since) * Math.min(1, since * 200);
    }, 0);
  });
  return { rate, channels: 1, samples };
}
