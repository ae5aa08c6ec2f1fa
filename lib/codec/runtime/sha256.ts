import type * as node from "node:crypto";
import { builtin } from "./builtin.ts";

/** The first bits of the fractions of the square roots of the first 8 primes, and of the cube roots of the first 64 (FIPS 180-4). */
const PRIMES = primes(64);
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

/** The SHA-256 of bytes in hexadecimal digits, computed by the runtime where it can; a browser's own function would have to be waited for. */
export function sha256(bytes: Uint8Array): string {
  const crypto = builtin<typeof node>("node:crypto");
  if (crypto !== undefined) return crypto.createHash("sha256").update(bytes).digest("hex");
  const state = Uint32Array.from(START);
  const whole = bytes.length - bytes.length % 64;
  absorb(state, bytes.subarray(0, whole));
  const rest = new Uint8Array(bytes.length % 64 < 56 ? 64 : 128);
  rest.set(bytes.subarray(whole));
  rest[bytes.length % 64] = 128;
  new DataView(rest.buffer).setBigUint64(rest.length - 8, 8n * BigInt(bytes.length));
  absorb(state, rest);
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** Changes the state by whole blocks of 64 bytes. */
function absorb(state: Uint32Array, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Uint32Array(64);
  for (let at = 0; at < bytes.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [early, late] = [words[i - 15], words[i - 2]];
      words[i] = words[i - 16] + words[i - 7] + (turned(early, 7) ^ turned(early, 18) ^ early >>> 3) +
        (turned(late, 17) ^ turned(late, 19) ^ late >>> 10);
    }
    mix(state, words);
  }
}

/** The 64 rounds of a block. */
function mix(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (e & f ^ ~e & g) + CONSTANTS[i] + words[i] | 0;
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + (a & b ^ a & c ^ b & c) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, d + first | 0, c, b, a, first + second | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => state[i] += word);
}

function turned(word: number, bits: number): number {
  return word >>> bits | word << 32 - bits;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
