import { assertEquals, assertThrows } from "@std/assert";
import { deflateRawSync, deflateSync } from "node:zlib";
import { Inflate, InflateError } from "../../../lib/codec/runtime/inflate.ts";
import { inflate } from "../../../lib/codec/runtime/zlib.ts";
import { choicesOf } from "../../fuzz/fuzz.ts";

const LIMIT = 2 ** 20;

/** Bytes of many kinds: none, one, a run, text, noise, and noise with far repeats. */
function samples(): Uint8Array[] {
  const choices = choicesOf(1);
  const noise = (length: number, below: number) => Uint8Array.from({ length }, () => choices.below(below));
  const text = new TextEncoder().encode("v 0.5 0.25 -1\nf 1 2 3\n".repeat(500));
  const far = noise(70_000, 256);
  far.copyWithin(40_000, 8_000, 20_000);
  return [new Uint8Array(0), Uint8Array.of(7), new Uint8Array(100_000), text, noise(3000, 256), noise(50_000, 3), far];
}

/** What a decompression comes to. */
function outcome(work: () => { content: Uint8Array; used: number }): string | { content: Uint8Array; used: number } {
  try {
    return work();
  } catch (error) {
    if (error instanceof InflateError) return error.reason;
    throw error;
  }
}

Deno.test("what zlib packed, at any level and by any strategy, is unpacked without zlib, and bytes behind it are left", () => {
  for (const content of samples()) {
    for (const [level, strategy] of [[0, 0], [1, 0], [6, 0], [9, 0], [6, 2], [6, 4]]) {
      for (const [format, pack] of [["zlib", deflateSync], ["raw", deflateRawSync]] as const) {
        const packed = new Uint8Array(pack(content, { level, strategy }));
        const data = Uint8Array.from([...packed, 1, 2, 3]);
        const { content: found, used } = new Inflate(data, LIMIT).run(format);
        assertEquals([found.length, used], [content.length, packed.length]);
        assertEquals(found.every((byte, i) => byte === content[i]), true);
      }
    }
  }
});

Deno.test("damaged and cut data are unpacked, or refused, without zlib as with it", () => {
  const choices = choicesOf(2);
  const small = samples().map((content) => content.subarray(0, 3000));
  for (let trial = 0; trial < 1500; trial++) {
    const format = choices.pick(["zlib", "raw"] as const);
    const packed = (format === "zlib" ? deflateSync : deflateRawSync)(choices.pick(small), {
      level: choices.below(10),
    });
    const data = new Uint8Array(packed).slice(0, choices.below(4) === 0 ? choices.below(packed.length + 1) : undefined);
    for (let i = choices.below(3); i >= 0 && data.length > 0; i--) {
      data[choices.below(data.length)] ^= 1 << choices.below(8);
    }
    const limit = choices.pick([LIMIT, 2999, 3000]);
    const own = outcome(() => new Inflate(data, limit).run(format));
    const expected = outcome(() => inflate(data, { format, limit }));
    if (own !== "too large" && expected !== "too large") assertEquals(own, expected, `trial ${trial}`);
  }
});

Deno.test("no more is unpacked than allowed", () => {
  const packed = new Uint8Array(deflateSync(new Uint8Array(10_000)));
  assertEquals(new Inflate(packed, 10_000).run("zlib").content.length, 10_000);
  const error = assertThrows(() => new Inflate(packed, 9_999).run("zlib"), InflateError);
  assertEquals(error.reason, "too large");
});
