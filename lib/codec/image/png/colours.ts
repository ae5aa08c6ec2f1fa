import { inflate } from "../../runtime/zlib.ts";
import { describeProfile } from "../icc.ts";

/** The most bytes of a colour profile that is read. Those of sRGB have 3 to 60 kB. */
const LARGEST_PROFILE = 2 ** 20;

/** sRGB's gamma (PNG specification, 11.3.2.5), in 100 000ths. */
const GAMMA = 45455;
/** sRGB's white point and its red, green and blue, x and y of each, in 100 000ths. */
const PRIMARIES = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
/** sRGB in a cICP chunk (11.3.2.6): BT.709's primaries, sRGB's curve, RGB of the full range. */
const CODE_POINTS = [1, 13, 0, 1];

/** The chunks that tell what the colours of a PNG are, the most important first. */
export const COLOUR_CHUNKS: readonly string[] = ["cICP", "iCCP", "sRGB", "gAMA", "cHRM"];

/**
 * What the chunks of a PNG say that its colours are.
 *
 * @param chunks The content of each of `COLOUR_CHUNKS` that the file has.
 * @returns What follows "the picture has", such as `a gamma of 1`; undefined if they are sRGB's or nothing is said of them.
 */
export function describeChunks(chunks: ReadonlyMap<string, Uint8Array>): string | undefined {
  const [points, profile, srgb, gamma, primaries] = COLOUR_CHUNKS.map((type) => chunks.get(type));
  if (points) {
    const isSrgb = CODE_POINTS.every((value, i) => points[i] === value);
    return isSrgb ? undefined : `a cICP chunk of code points ${points.subarray(0, 4).join(", ")}`;
  }
  if (profile) return describeStored(profile);
  if (srgb) return undefined;
  const found = [];
  if (gamma && !areNear(gamma, [GAMMA], 0.01 * GAMMA)) found.push(`a gamma of ${(numbersOf(gamma)[0] ?? 0) / 1e5}`);
  if (primaries && !areNear(primaries, PRIMARIES, 1000)) found.push("primaries other than sRGB's");
  return found.length > 0 ? found.join(" and ") : undefined;
}

/** What a compressed profile says; it follows its name, a zero and the number of its compression. */
function describeStored(content: Uint8Array): string | undefined {
  const end = Math.max(0, content.subarray(0, 80).indexOf(0));
  const name = String.fromCharCode(...content.subarray(0, end));
  try {
    const data = content.subarray(end + 2);
    return describeProfile(inflate(data, { format: "zlib", limit: LARGEST_PROFILE }).content, name);
  } catch {
    return describeProfile(undefined, name);
  }
}

function areNear(content: Uint8Array, expected: readonly number[], most: number): boolean {
  const found = numbersOf(content);
  return expected.every((value, i) => Math.abs(found[i] - value) <= most);
}

/** The unsigned numbers of 32 bits in a chunk. */
function numbersOf(content: Uint8Array): number[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: content.length >> 2 }, (_, i) => view.getUint32(4 * i));
}
