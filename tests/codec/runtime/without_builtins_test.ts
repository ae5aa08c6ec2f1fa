import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { crc32 as expectedCrc32, deflateSync, gzipSync } from "node:zlib";
import { crc32 } from "../../../lib/codec/runtime/crc32.ts";
import { gunzip } from "../../../lib/codec/gunzip.ts";
import { joinBytes } from "../../../lib/codec/join_bytes.ts";
import { decodePng } from "../../../lib/codec/image/decode_png.ts";
import { encodePng } from "../../../lib/codec/image/encode_png.ts";
import { sha256 } from "../../../lib/codec/runtime/sha256.ts";
import { smoothPng } from "../../support/image_task.ts";
import { withoutBuiltins } from "../../support/without_builtins.ts";

Deno.test("checksums without the runtime's functions are those with them, for every length around whole blocks", () =>
  withoutBuiltins(() => {
    for (let length = 0; length < 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * i * 31 + length);
      assertEquals(sha256(bytes), createHash("sha256").update(bytes).digest("hex"));
      assertEquals(crc32(bytes), expectedCrc32(bytes));
    }
  }));

Deno.test("a browser writes PNGs with the pixels that Deno writes", async () => {
  const picture = decodePng(smoothPng(170, 90), "x");
  const png = await withoutBuiltins(() => encodePng(picture));
  assertEquals(decodePng(png, "x"), picture);
  assertEquals(decodePng(encodePng(picture), "x"), picture);
});

Deno.test("a browser reads PNGs and gzip files as Deno does, and refuses the same with the same words", async () => {
  const png = smoothPng(17, 9);
  assertEquals(await withoutBuiltins(() => decodePng(png, "x")), decodePng(png, "x"));
  const text = new TextEncoder().encode("v 1 2 3\n".repeat(1000));
  const packed = new Uint8Array(gzipSync(text));
  const surplus: number[] = [];
  const several = joinBytes([packed, packed, Uint8Array.of(1, 2, 3)]);
  const unpacked = await withoutBuiltins(() => gunzip(several, "x", 20_000, (bytes) => surplus.push(bytes)));
  assertEquals([unpacked, surplus], [joinBytes([text, text]), [3]]);
  const refused: [Uint8Array, number][] = [[packed, 100], [packed.subarray(0, 20), 20_000], [
    deflateSync(text),
    20_000,
  ]];
  for (const [bytes, limit] of refused) {
    const { message } = await assertRejects(() => gunzip(bytes, "x", limit), Error);
    const own = await withoutBuiltins(() => assertRejects(() => gunzip(bytes, "x", limit), Error));
    assertEquals(own.message, message);
  }
});
