import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { decodeSafetensors, encodeSafetensors } from "../../../lib/codec/tensor/safetensors.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

/** A file put together by hand: a header, blanks up to `length` if given, and data. */
function file(header: string, data: number[], length = new TextEncoder().encode(header).length): Uint8Array {
  const text = new TextEncoder().encode(header.padEnd(length));
  const size = [0, 8, 16, 24, 32, 40, 48, 56].map((shift) => Number(BigInt(length) >> BigInt(shift) & 255n));
  return new Uint8Array([...size, ...text, ...data]);
}

Deno.test("the bytes are those of the format", () => {
  const bytes = encodeSafetensors({ b: { shape: [2], data: new Float32Array([1, -2]) } }, { step: "7" });
  const header = '{"__metadata__":{"step":"7"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  assertEquals(bytes, file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], Math.ceil(header.length / 8) * 8));
});

Deno.test("a file made by hand is read: blanks, any order of members, scalars, empty tensors, unaligned data", () => {
  const header = ' {"w": {"data_offsets": [3, 11], "shape": [1, 2], "dtype": "I32"}, "none": {"dtype": "F64", ' +
    '"shape": [0, 5], "data_offsets": [3, 3]}, "u8": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]},\n' +
    '"scalar": {"dtype": "U32", "shape": [], "data_offsets": [11, 15]}}  ';
  const { tensors, metadata } = decodeSafetensors(
    file(header, [1, 2, 3, 255, 255, 255, 255, 4, 0, 0, 0, 255, 255, 255, 255]),
  );
  assertEquals(tensors.u8, { shape: [3], data: new Uint8Array([1, 2, 3]) });
  assertEquals(tensors.w, { shape: [1, 2], data: new Int32Array([-1, 4]) });
  assertEquals(tensors.none, { shape: [0, 5], data: new Float64Array(0) });
  assertEquals(tensors.scalar, { shape: [], data: new Uint32Array([4294967295]) });
  assertEquals(metadata, {});
});

Deno.test("every type comes back bit for bit, NaN payloads and views into larger buffers included", () => {
  const odd = new Uint32Array([0x7fc12345, 0x80000000, 1]);
  const tensors = {
    "layers.0.weight": { shape: [3, 1], data: new Float32Array(odd.buffer) },
    counters: { shape: [2], data: new Uint32Array([0, 4294967295]) },
    signed: { shape: [], data: new Int32Array([-2147483648]) },
    exact: { shape: [1, 1, 2], data: new Float64Array([Math.PI, -0]) },
    flags: { shape: [3], data: new Uint8Array([9, 8, 7, 6]).subarray(1) },
    empty: { shape: [2, 0], data: new Float32Array(0) },
    ["__proto__"]: { shape: [1], data: new Uint8Array(1) },
    größe: { shape: [1], data: new Uint8Array(1) },
  };
  const bytes = encodeSafetensors(tensors, { note: 'ü\n"' });
  const again = decodeSafetensors(bytes);
  assertEquals(again.metadata, { note: 'ü\n"' });
  assertEquals(Object.keys(again.tensors), Object.keys(tensors).sort());
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    assertEquals(again.tensors[name].shape, shape);
    assertEquals(again.tensors[name].data.constructor, data.constructor);
    const raw = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
    assertEquals(raw(again.tensors[name].data), raw(data));
  }
});

Deno.test("a file is read from a view that does not begin at a multiple of four", () => {
  const bytes = encodeSafetensors({ a: { shape: [1], data: new Float64Array([0.1]) } });
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assertEquals(decodeSafetensors(shifted.subarray(1)).tensors.a.data, new Float64Array([0.1]));
});

Deno.test("the order in which tensors and metadata are set does not change the bytes", () => {
  const a = { shape: [1], data: new Uint8Array([1]) };
  const b = { shape: [1], data: new Float32Array([1]) };
  const c = { shape: [1], data: new Float64Array([1]) };
  assertEquals(
    encodeSafetensors({ a, b, 10: c, 9: b }, { x: "1", y: "2" }),
    encodeSafetensors({ 9: b, b, 10: c, a }, { y: "2", x: "1" }),
  );
});

Deno.test("data begin at a multiple of 8, and each tensor at a multiple of its entries' size", () => {
  const bytes = encodeSafetensors({
    a: { shape: [3], data: new Uint8Array(3) },
    b: { shape: [1], data: new Float32Array(1) },
    c: { shape: [2], data: new Float64Array(2) },
    d: { shape: [1], data: new Uint8Array(1) },
  });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assertEquals(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assertEquals([header.b.data_offsets[0] % 4, header.c.data_offsets[0] % 8], [0, 0]);
});

Deno.test("no tensors at all is a file too", () => {
  assertEquals(decodeSafetensors(encodeSafetensors({})), { tensors: {}, metadata: {} });
});

Deno.test("tensors that cannot be written are refused", () => {
  const data = new Float32Array(6);
  const refused = (tensor: unknown, error: typeof TypeError | typeof RangeError, message: string) =>
    assertThrows(() => encodeSafetensors({ w: tensor } as never), error, message);
  refused({ shape: [2, 2], data }, RangeError, 'tensor "w": shape [2,2] needs 4 entries, but the data have 6.');
  refused({ shape: [-1, 6], data }, RangeError, "expected a shape of whole numbers from 0, found -1 in [-1,6].");
  refused({ shape: [6], data: new Float16Array(6) }, TypeError, "or Uint8Array, found Float16Array.");
  refused({ shape: [6], data: [1, 2, 3, 4, 5, 6] }, TypeError, "found Array.");
  assertThrows(() => encodeSafetensors({ __metadata__: { shape: [6], data } }), RangeError, "not a tensor's name");
  assertThrows(() => encodeSafetensors({}, { step: 3 } as never), TypeError, 'metadata "step" must be a string');
});

Deno.test("a file cut anywhere is refused", () => {
  const bytes = encodeSafetensors({ a: { shape: [3], data: new Float32Array(3) } }, { step: "7" });
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeSafetensors(bytes.slice(0, length), "cut"), Error, "cut");
  }
  assertThrows(
    () => decodeSafetensors(new Uint8Array([...bytes, 0])),
    Error,
    "12 bytes, but the file has 13 bytes of data",
  );
});

Deno.test("damaged files are refused with a sentence that says what and where", () => {
  const entry = (dtype: string, shape: string, offsets: string) =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
  const cases: [string, number, string][] = [
    ["[]", 0, "f: the header must be a JSON object, found []."],
    ["{", 0, 'f: expected JSON in UTF-8 as header, found a text that begins with "{".'],
    ['{"a":7}', 0, 'f, tensor "a": expected an object, found 7.'],
    ['{"a":{}}', 0, "type nothing is unknown; expected one of F64, F32, U32, I32, U8."],
    [`{"a":${entry("X9", "[1]", "[0,1]")}}`, 1, 'f, tensor "a": type "X9" is unknown'],
    [`{"a":${entry("BF16", "[1]", "[0,2]")}}`, 2, 'f, tensor "a": type "BF16" is not supported'],
    [`{"a":${entry("U8", "3", "[0,3]")}}`, 3, "expected an array as shape, found 3."],
    [`{"a":${entry("U8", "[1.5]", "[0,1]")}}`, 1, "expected a shape of whole numbers from 0, found 1.5 in [1.5]."],
    [`{"a":${entry("U8", "[3]", "[0]")}}`, 3, "expected data_offsets [begin, end], found [0]."],
    [`{"a":${entry("U8", "[3]", "[-3,0]")}}`, 3, "expected data_offsets [begin, end], found [-3,0]."],
    [`{"a":${entry("F32", "[2]", "[0,4]")}}`, 4, "shape [2] of F32 needs 8 bytes, but data_offsets give 4."],
    [`{"a":${entry("U8", "[3]", "[0,3]")}}`, 2, "truncated: the data end at byte 3, but the file has 2 bytes"],
    [
      `{"a":${entry("U8", "[3]", "[0,3]")},"b":${entry("U8", "[2]", "[2,4]")}}`,
      4,
      'f, tensor "b": overlaps the tensor before it: expected to begin at byte 3, found 2.',
    ],
    [
      `{"a":${entry("U8", "[1]", "[0,1]")},"b":${entry("U8", "[1]", "[2,3]")}}`,
      3,
      'f, tensor "b": leaves a gap before it: expected to begin at byte 1, found 2.',
    ],
    [`{"a":${entry("U8", "[1]", "[0,1]")}}`, 2, "f: the tensors have 1 bytes, but the file has 2 bytes of data."],
    [
      `{"a":${entry("U8", '[{"toString":[]}]', "[0,1]")}}`,
      1,
      'f, tensor "a": expected a shape of whole numbers from 0, found {"toString":[]} in [{"toString":[]}].',
    ],
    ['{"\\u001b[2J\u009b1m\u202e":7}', 0, 'f, tensor "\\u001b[2J?1m?": expected an object, found 7.'],
    ['{"a":7,"a":8}', 0, 'f: expected a header with each name once in an object, found "a" twice.'],
    [
      `{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"dtype":"U32"}}`,
      4,
      'f: expected a header with each name once in an object, found "dtype" twice.',
    ],
    [
      `{"shape":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"sh\\u0061pe":[1]}}`,
      1,
      'f: expected a header with each name once in an object, found "shape" twice.',
    ],
    [
      `{"__metadata__":{"\\"{:":"a:{","\\"{:":""}}`,
      0,
      String.raw`f: expected a header with each name once in an object, found "\"{:" twice.`,
    ],
    [
      `{"a":${"[".repeat(100000)}${"]".repeat(100000)}}`,
      0,
      "f: expected at most 8 levels of JSON in the header, found 100001.",
    ],
    ["\u001b[2J", 0, 'f: expected JSON in UTF-8 as header, found a text that begins with "\\u001b[2J".'],
    ['{"__metadata__":{"step":3}}', 0, "__metadata__ must be an object of strings, found"],
  ];
  for (const [header, size, message] of cases) {
    assertThrows(() => decodeSafetensors(file(header, new Array(size).fill(0)), "f"), Error, message);
  }
  const long = new Uint8Array(16).fill(255);
  assertThrows(() => decodeSafetensors(long, "f"), Error, "f: not a safetensors file: a header has at most 10000000");
});

Deno.test("the same names in several objects are read", () => {
  const entry = (end: number) => `{"dtype":"U8","shape":[1],"data_offsets":[${end - 1},${end}]}`;
  const header = `{"dtype":${entry(1)},"shape":${entry(2)},"__metadata__":{"dtype":"dtype","{\\"shape\\":":"[:"}}`;
  const { tensors, metadata } = decodeSafetensors(file(header, [1, 2]));
  assertEquals(Object.keys(tensors), ["dtype", "shape"]);
  assertEquals(metadata, { dtype: "dtype", '{"shape":': "[:" });
});

Deno.test("tensors that share their data are refused before anything is copied", () => {
  const entries = Array.from(
    { length: 2000 },
    (_, i) => `"${i}":{"dtype":"U8","shape":[4000000],"data_offsets":[0,4000000]}`,
  );
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
  const bytes = new Uint8Array(8 + header.length + 4_000_000);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  const start = cpuMilliseconds();
  assertThrows(() => decodeSafetensors(bytes, "f"), Error, 'f, tensor "1": overlaps the tensor before it');
  assertLess(cpuMilliseconds() - start, 1000);
});
