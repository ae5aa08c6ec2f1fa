import { assertEquals, assertThrows } from "@std/assert";
import { decodeJpeg } from "../../../lib/codec/image/decode_jpeg.ts";
import { choicesOf } from "../../fuzz/fuzz.ts";
import { joinBytes } from "../../../lib/codec/join_bytes.ts";
import { buildJpeg, segment } from "./jpeg_builder.ts";
import { encodeCoefficients, type EncodeOptions, type Script, sizesOf } from "./jpeg_encoder.ts";
import { madePicture } from "./made_picture.ts";

function refused(bytes: Uint8Array, found: string, message?: string): void {
  assertThrows(() => decodeJpeg(bytes, "x.jpg"), Error, `x.jpg: the JPEG is damaged: found ${found}`, message);
}

/** The places of restart markers. */
function restartsIn(file: Uint8Array): number[] {
  return [...file.keys()].filter((at) => file[at] === 0xff && file[at + 1] >= 0xd0 && file[at + 1] <= 0xd7);
}

Deno.test("a restart marker that is missing is refused", () => {
  const made = madePicture(2);
  const file = encodeCoefficients(made, { interval: 1 });
  const at = file.findLastIndex((byte, i) => byte === 0xff && file[i + 1] >= 0xd0 && file[i + 1] <= 0xd7);
  const without = Uint8Array.from([...file.subarray(0, at), ...file.subarray(at + 2)]);
  assertThrows(() => decodeJpeg(without, "x.jpg"), Error, "x.jpg: the JPEG is damaged: found fewer restart markers");
});

Deno.test("padding before a restart marker is passed over, other bytes there are refused", () => {
  const made = madePicture(2);
  const file = encodeCoefficients(made, { interval: 1 });
  const plain = decodeJpeg(file);
  const at = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xd0);
  const longer = (bytes: number[]) => Uint8Array.from([...file.subarray(0, at), ...bytes, ...file.subarray(at)]);
  for (const byte of [0, 0x11, 0xff]) {
    for (const count of [1, 2, 5, 300]) assertEquals(decodeJpeg(longer(Array(count).fill(byte))), plain);
  }
  for (const bytes of [[1, 2], [0, 0, 0, 0, 0, 0, 7], [3, 1, 4, 1, 5, 9, 2, 6]]) {
    assertThrows(
      () => decodeJpeg(longer(bytes), "x.jpg"),
      Error,
      "x.jpg: the JPEG is damaged: found compressed data that do not end",
    );
  }
});

Deno.test("restart intervals that were doubled, swapped, renumbered, lost or shifted by eight are refused", () => {
  for (const scripts of [undefined, [{ components: [0, 1, 2], first: 0, last: 0, high: 0, low: 0 }]]) {
    const made = { ...madePicture(2), width: 96, height: 16, factors: [[1, 1], [1, 1], [1, 1]] as [number, number][] };
    const coefficients = sizesOf(made).components.map(({ blocks }) =>
      Int16Array.from({ length: 64 * blocks }, (_, i) => i % 64 === 0 ? i / 64 : 0)
    );
    const file = encodeCoefficients({ ...made, coefficients }, { interval: 1, scripts });
    const at = restartsIn(file);
    const part = (i: number, j = i + 1) => file.subarray(at[i], at[j]);
    const before = file.subarray(0, at[5]);
    const last = file.subarray(at.at(-1)!);
    refused(joinBytes([before, part(5), part(5, at.length - 1), last]), "restart marker 5 in the place of 6");
    refused(joinBytes([before, part(6), part(5), part(7, at.length - 1), last]), "restart marker 6 in the place of 5");
    const renumbered = file.slice();
    renumbered[at[5] + 1] = 0xd0;
    refused(renumbered, "restart marker 0 in the place of 5");
    refused(joinBytes([before, file.subarray(at[6])]), "restart marker 6 in the place of 5");
    // Eight intervals more or less leave the sequence intact.
    refused(joinBytes([before, file.subarray(at[13])]), "fewer restart markers than expected");
    refused(joinBytes([before, part(5, 13), file.subarray(at[5])]), "more restart intervals than the picture");
  }
});

Deno.test("a restart marker behind the last interval is passed over as long as no interval follows it", () => {
  const file = encodeCoefficients(madePicture(2), { interval: 1 });
  const number = restartsIn(file).length % 8;
  const longer = (...bytes: number[]) => joinBytes([file.subarray(0, -2), Uint8Array.from(bytes), file.subarray(-2)]);
  const plain = decodeJpeg(file);
  assertEquals(decodeJpeg(longer(0xff, 0xd0 + number)), plain);
  assertEquals(decodeJpeg(longer(0xff, 0xd0 + number, 0, 0, 0)), plain);
  refused(longer(0xff, 0xd0 + number, 0x12, 0x34), "more restart intervals than the picture of its header has");
});

/** The file with another size in its header. */
function withSize(file: Uint8Array, width: number, height: number): Uint8Array {
  const frame = file.findIndex((byte, i) => byte === 0xff && (file[i + 1] === 0xc0 || file[i + 1] === 0xc2));
  const copy = file.slice();
  copy.set([height >> 8, height & 255, width >> 8, width & 255], frame + 5);
  return copy;
}

Deno.test("a header that is a unit smaller than its picture is refused, whatever the sampling and the kind", () => {
  for (let seed = 0; seed < 40; seed++) {
    const { factors } = madePicture(seed);
    const shape = { width: 97, height: 75, factors };
    const choices = choicesOf(seed);
    const coefficients = sizesOf(shape).components.map(({ blocks }) =>
      Int16Array.from(
        { length: 64 * blocks },
        (_, i) => i % 64 === 0 ? choices.below(401) - 200 : choices.below(9) === 0 ? choices.below(21) - 10 : 0,
      )
    );
    const all = factors.map((_, i) => i);
    const dc: Script = { components: all, first: 0, last: 0, high: 0, low: 0 };
    const apart = all.map((i): Script => ({ components: [i], first: 0, last: 63, high: 0, low: 0 }));
    const ac = all.map((i): Script => ({ components: [i], first: 1, last: 63, high: 0, low: 0 }));
    const kinds: Partial<EncodeOptions>[] = [{}, { interval: 1000 }, { scripts: [dc, ...ac] }];
    if (seed % 4 === 0) kinds.push({ scripts: apart, sequential: true });
    const across = 8 * Math.max(...factors.map(([h]) => h));
    const down = 8 * Math.max(...factors.map(([, v]) => v));
    for (const kind of kinds) {
      const file = encodeCoefficients({ ...shape, coefficients }, kind);
      assertEquals(decodeJpeg(file).width, 97);
      const what = `seed ${seed}, ${JSON.stringify(kind)}`;
      refused(withSize(file, 97 - across, 75), `more data in a scan than ${97 - across}×75 pixels have`, what);
      refused(withSize(file, 97, 75 - down), `more data in a scan than 97×${75 - down} pixels have`, what);
    }
  }
});

Deno.test("what is left behind a scan and is not a row of units is passed over, however long it is", () => {
  const file = encodeCoefficients(madePicture(4));
  const plain = decodeJpeg(file);
  const choices = choicesOf(1);
  for (let length = 1; length < 400; length++) {
    // No byte is 255, so that none begins a marker.
    const junk = Uint8Array.from({ length }, () => choices.below(255));
    assertEquals(decodeJpeg(joinBytes([file.subarray(0, -2), junk, file.subarray(-2)])), plain);
  }
});

Deno.test("a number of lines that contradicts the header is refused, the same number is not", () => {
  const file = buildJpeg({ levels: [77] });
  const longer = (content: number[]) =>
    joinBytes([file.subarray(0, -2), Uint8Array.from(segment(0xdc, content)), file.subarray(-2)]);
  assertEquals(decodeJpeg(longer([0, 8])), decodeJpeg(file));
  refused(longer([0, 16]), "heights of 8 and of 16 pixels");
  refused(longer([16]), "a number of lines of 1 bytes");
  refused(buildJpeg({ levels: [77], segments: [segment(0xdd, [4])] }), "a restart interval of 1 bytes");
});

Deno.test("a hierarchical JPEG is refused by name, whichever of its segments comes first", () => {
  for (const marker of [0xde, 0xdf]) {
    assertThrows(
      () =>
        decodeJpeg(buildJpeg({ levels: [77], segments: [segment(marker, [8, 0, 8, 0, 8, 1, 1, 0x11, 0])] }), "x.jpg"),
      Error,
      "x.jpg: expected a JPEG of the baseline, extended or progressive kind, found a hierarchical one; save it again",
    );
  }
});
