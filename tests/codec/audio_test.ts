import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decodeWav, encodeWav } from "../../lib/codec/mod.ts";

/** A WAV file with chunks of these kinds and contents. */
function riff(chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts = chunks.flatMap((
    [kind, bytes],
  ) => [ascii(kind), u32(bytes.length), bytes, new Uint8Array(bytes.length % 2)]);
  const body = join([ascii("WAVE"), ...parts]);
  return join([ascii("RIFF"), u32(body.length), body]);
}

const ascii = (text: string) => new TextEncoder().encode(text);
const join = (parts: readonly Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const u16 = (value: number) => new Uint8Array(new Uint16Array([value]).buffer);
const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

/** The content of a format chunk. */
function format(tag: number, bits: number, { channels = 1, rate = 8000 } = {}): Uint8Array {
  const frame = channels * bits / 8;
  return join([u16(tag), u16(channels), u32(rate), u32(rate * frame), u16(frame), u16(bits)]);
}

/** An extensible format, whose own tag stands for another. */
const extensible = (tag: number, bits: number) =>
  join([u16(0xfffe), format(tag, bits).slice(2), u16(22), u16(bits), u32(4), u16(tag), new Uint8Array(14)]);

const wav = (tag: number, bits: number, data: Uint8Array) => riff([["fmt ", format(tag, bits)], ["data", data]]);

Deno.test("WAV: samples of every kind are read on one scale", () => {
  const samples = (bytes: Uint8Array) => [...decodeWav(bytes).samples];
  assertEquals(samples(wav(1, 8, new Uint8Array([0, 128, 192]))), [-1, 0, 0.5]);
  assertEquals(samples(wav(1, 16, new Uint8Array(new Int16Array([-32768, 0, 16384]).buffer))), [-1, 0, 0.5]);
  assertEquals(samples(wav(1, 24, new Uint8Array([0, 0, 0x80, 0, 0, 0, 0, 0, 0x40]))), [-1, 0, 0.5]);
  assertEquals(samples(wav(1, 32, new Uint8Array(new Int32Array([-(2 ** 31), 0, 2 ** 30]).buffer))), [-1, 0, 0.5]);
  assertEquals(samples(wav(3, 32, new Uint8Array(new Float32Array([-1, 0, 0.25]).buffer))), [-1, 0, 0.25]);
  assertEquals(samples(wav(3, 64, new Uint8Array(new Float64Array([-1, 0, 0.25]).buffer))), [-1, 0, 0.25]);
});

Deno.test("WAV: other chunks are passed over, extensible formats and sizes of pipes understood", () => {
  const data = new Uint8Array(new Int16Array([16384, -16384, 0, 8192]).buffer);
  const stereo = riff([["LIST", new Uint8Array(5)], ["fmt ", format(1, 16, { channels: 2, rate: 44100 })], [
    "data",
    data,
  ]]);
  assertEquals(decodeWav(stereo), { rate: 44100, channels: 2, samples: new Float32Array([0.5, -0.5, 0, 0.25]) });
  const piped = riff([["fmt ", extensible(1, 16)], ["data", data]]);
  piped.set([255, 255, 255, 255], piped.length - data.length - 4);
  assertEquals(decodeWav(piped).samples.length, 4);
});

Deno.test("WAV: what is written is read again, cut to full scale, within half a step", () => {
  const samples = Float32Array.from({ length: 1000 }, (_, i) => 1.2 * Math.sin(i));
  const again = decodeWav(encodeWav({ rate: 22050, channels: 2, samples }));
  assertEquals([again.rate, again.channels], [22050, 2]);
  for (const [i, value] of samples.entries()) {
    const expected = Math.max(-1, Math.min(1 - 2 ** -15, value));
    assertAlmostEquals(again.samples[i], expected, 2 ** -16 + 1e-7);
  }
});

Deno.test("WAV: files that are none, compressed, cut off or not finite are refused in one sentence", () => {
  const refused = (bytes: Uint8Array, message: string) => assertThrows(() => decodeWav(bytes, "a.wav"), Error, message);
  refused(new Uint8Array(), "a.wav: expected a WAV file, found");
  refused(ascii("RF64....WAVE"), "found an RF64 file");
  refused(ascii("OggS and more bytes"), "a.wav: expected a WAV file, found");
  refused(wav(0x55, 16, new Uint8Array(4)), "found format 85 of 16 bits");
  refused(wav(1, 12, new Uint8Array(4)), "found format 1 of 12 bits");
  refused(wav(1, 16, new Uint8Array()), "expected samples, found none");
  refused(riff([["fmt ", format(1, 16)]]), "expected samples, found none");
  refused(riff([["data", new Uint8Array(4)]]), "expected the format of the samples before them");
  refused(riff([["fmt ", new Uint8Array(8)], ["data", new Uint8Array(4)]]), "expected 16 bytes that tell the format");
  refused(riff([["fmt ", format(1, 16, { channels: 0 })], ["data", new Uint8Array(4)]]), "expected at least 1 channel");
  refused(
    wav(1, 16, new Uint8Array(400)).slice(0, 100),
    "the file is cut off: expected 400 bytes of samples, found 56",
  );
  refused(wav(3, 32, new Uint8Array(new Float32Array([0, NaN]).buffer)), "found NaN at sample 1 of channel 0");
});
