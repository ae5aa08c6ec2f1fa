import { assertEquals, assertLess } from "@std/assert";
import { inflateSync } from "node:zlib";
import { deflate } from "../../../lib/codec/runtime/deflate.ts";
import { randomNumbers } from "../../support/random_numbers.ts";

const random = randomNumbers(1);

/** So many bytes, each of `kinds` values. */
const someBytes = (length: number, kinds: number) => Uint8Array.from({ length }, () => random() * kinds);

const cases: Readonly<Record<string, Uint8Array>> = {
  "nothing": new Uint8Array(),
  "one byte": Uint8Array.of(255),
  "two bytes": Uint8Array.of(0, 0),
  "every byte": Uint8Array.from({ length: 256 }, (_, i) => i),
  "bytes of the longest codes without repetitions": someBytes(50_000, 112).map((byte) => 144 + byte),
  "bytes without order": someBytes(50_000, 256),
  "short repetitions": Uint8Array.from([...Array(600).keys()].flatMap((i) => [7, 8, 9, 10, i, i + 1])),
  "a few bytes in many orders": someBytes(200_000, 3),
  "one byte for long": new Uint8Array(100_000).fill(1),
  "what stood farther back than deflate may reach": (() => {
    const [first, between] = [someBytes(500, 256), someBytes(32_768, 256)];
    return Uint8Array.from([...first, ...between.subarray(0, 32_268), ...first, ...between.subarray(0, 33), ...first]);
  })(),
};

for (const [name, data] of Object.entries(cases)) {
  Deno.test(`zlib unpacks what is compressed without it: ${name}`, () => {
    const packed = deflate(data);
    assertEquals(new Uint8Array(inflateSync(packed)), data);
    // A code has 9 bits at most; the header and the checksum have six bytes, the block ten bits.
    assertLess(packed.length, Math.ceil((9 * data.length + 10) / 8) + 7);
  });
}

Deno.test("repetitions of every length from 3 to 258 and more are unpacked", () => {
  for (let length = 1; length < 600; length++) {
    const data = Uint8Array.from({ length: 2 * length + 2 }, (_, i) => i % (length + 1) * 97 >> 3);
    assertEquals(new Uint8Array(inflateSync(deflate(data))), data, `length ${length}`);
  }
});

Deno.test("a repeated byte takes a hundredth of its length", () => {
  assertLess(deflate(new Uint8Array(100_000).fill(7)).length, 1000);
});
