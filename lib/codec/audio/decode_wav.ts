import { BYTES } from "../../hyperparameter/arguments.ts";
import { checkMember } from "../../hyperparameter/members.ts";
import { describeFileKind } from "../file_kind.ts";
import type { Sound } from "./sound.ts";

/** The format tags of a WAV file that are read; an extensible format holds one of the others. */
const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];
/** The size of the data of a file that was written to a pipe, whose end was not known. */
const UNKNOWN_SIZE = 0xffffffff;

/** How samples are stored. */
interface WavFormat {
  readonly tag: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/**
 * Decodes a WAV file (RIFF): whole numbers of 8, 16, 24 or 32 bits, or floating-point numbers of 32 or 64.
 *
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is of another kind, compressed, cut off, or without samples, or if a sample is not finite.
 */
export function decodeWav(bytes: Uint8Array, name = "sound"): Sound {
  checkMember(name, bytes, BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || text(view, 0) !== "RIFF" || text(view, 8) !== "WAVE") {
    const rf64 = bytes.length >= 4 && text(view, 0) === "RF64"
      ? "an RF64 file, which is for more than 4 GiB"
      : undefined;
    throw new Error(`${name}: expected a WAV file, found ${rf64 ?? describeFileKind(bytes)}.`);
  }
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [kind, size] = [text(view, at), view.getUint32(at + 4, true)];
    const [from, left] = [at + 8, bytes.length - at - 8];
    if (kind === "fmt ") format = readFormat(view, from, Math.min(size, left), name);
    if (kind === "data") {
      if (format === undefined) throw new Error(`${name}: expected the format of the samples before them, found none.`);
      if (size > left && size !== UNKNOWN_SIZE) {
        throw new Error(`${name}: the file is cut off: expected ${size} bytes of samples, found ${left}.`);
      }
      return readSamples(new DataView(view.buffer, view.byteOffset + from, Math.min(size, left)), format, name);
    }
    // Chunks begin at even places.
    at = from + size + size % 2;
  }
  throw new Error(`${name}: expected samples, found none.`);
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

function readFormat(view: DataView, at: number, size: number, name: string): WavFormat {
  const least = size >= 16 && view.getUint16(at, true) === EXTENSIBLE ? 26 : 16;
  if (size < least) {
    throw new Error(`${name}: expected ${least} bytes that tell the format of the samples, found ${size}.`);
  }
  const stored = view.getUint16(at, true);
  const tag = stored === EXTENSIBLE ? view.getUint16(at + 24, true) : stored;
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const known = tag === PCM && [8, 16, 24, 32].includes(bits) || tag === FLOAT && [32, 64].includes(bits);
  if (!known) {
    throw new Error(
      `${name}: expected samples of 8, 16, 24 or 32 bits (PCM), or floating-point ones of 32 or 64, found format ${tag} of ${bits} bits.`,
    );
  }
  if (channels === 0 || rate === 0) {
    throw new Error(`${name}: expected at least 1 channel and 1 sample per second, found ${channels} and ${rate}.`);
  }
  return { tag, channels, rate, bits };
}

function readSamples(view: DataView, { tag, channels, rate, bits }: WavFormat, name: string): Sound {
  const size = bits / 8;
  const frames = Math.floor(view.byteLength / (size * channels));
  if (frames === 0) throw new Error(`${name}: expected samples, found none.`);
  const read = readerOf(view, tag, bits);
  const samples = new Float32Array(frames * channels);
  for (let i = 0; i < samples.length; i++) samples[i] = read(i * size);
  const odd = samples.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    const [frame, channel] = [Math.floor(odd / channels), odd % channels];
    const count = samples.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0);
    const all = count === 1 ? "" : ` (${count} of ${samples.length} samples are not finite)`;
    throw new Error(
      `${name}: expected finite samples, found ${samples[odd]} at sample ${frame} of channel ${channel}${all}.`,
    );
  }
  return { rate, channels, samples };
}

/** Reads the sample at a byte. Whole numbers of n bits become values from −1 to 1 − 2^(1−n); those of 8 bits have no sign. */
function readerOf(view: DataView, tag: number, bits: number): (at: number) => number {
  if (tag === FLOAT) {
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  }
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 2 ** 7;
  if (bits === 16) return (at) => view.getInt16(at, true) / 2 ** 15;
  if (bits === 24) return (at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23;
  return (at) => view.getInt32(at, true) / 2 ** 31;
}
