import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { readNpy } from "../../../lib/codec/mod.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

/** A `.npy` file with the given header text and entries. */
export function npyFile(header: string, entries: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1
    ? [text.length & 255, text.length >> 8]
    : [0, 8, 16, 24].map((shift) => text.length >> shift & 255);
  return new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...entries]);
}

function entries(values: number[], type: string): Uint8Array {
  const size = Number(type[2]);
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    if (size === 8) view.setFloat64(8 * i, value, type[0] === "<");
    else view.setFloat32(4 * i, value, type[0] === "<");
  });
  return new Uint8Array(view.buffer);
}

function header(type: string, fortran: boolean, shape: string): string {
  return `{'descr': '${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }   \n`;
}

Deno.test("both byte orders and both sizes of numbers are read", () => {
  for (const type of ["<f4", "<f8", ">f4", ">f8"]) {
    const file = npyFile(header(type, false, "(2, 3)"), entries([1, 2, 3, 4, 5, 6.5], type));
    assertEquals(readNpy(file), { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6.5) });
  }
});

Deno.test("integers of all sizes, both signs and both byte orders are read, and truth values as 0 and 1", () => {
  for (const bytes of [1, 2, 4, 8]) {
    for (const kind of ["i", "u"]) {
      const bits = 8n * BigInt(bytes);
      const values = kind === "i" ? [-(2n ** (bits - 1n)), -1n, 0n, 2n ** (bits - 1n) - 1n] : [0n, 1n, 2n ** bits - 1n];
      for (const order of bytes === 1 ? ["|", "<", ">"] : ["<", ">"]) {
        const raw = values.flatMap((value) => {
          const little = Array.from(
            { length: bytes },
            (_, i) => Number(BigInt.asUintN(64, value) >> 8n * BigInt(i) & 255n),
          );
          return order === ">" ? little.reverse() : little;
        });
        const { data } = readNpy(
          npyFile(header(`${order}${kind}${bytes}`, false, `(${values.length},)`), new Uint8Array(raw)),
        );
        assertEquals([...data], values.map(Number), `${order}${kind}${bytes}`);
      }
    }
  }
  assertEquals([...readNpy(npyFile(header("|b1", false, "(3,)"), Uint8Array.of(0, 1, 1))).data], [0, 1, 1]);
});

Deno.test("entries in Fortran order come out row-major", () => {
  for (const shape of [[5], [2, 3], [3, 1, 4], [2, 3, 4], [1, 1], [2, 2, 2, 3]]) {
    const count = shape.reduce((product, size) => product * size, 1);
    // Entry (i, j, …) is its row-major number.
    const stored: number[] = [];
    const visit = (axis: number, index: number[]) => {
      if (axis < 0) {
        stored.push(index.reduce((place, at, k) => place * shape[k] + at, 0));
        return;
      }
      for (let i = 0; i < shape[axis]; i++) visit(axis - 1, Object.assign([...index], { [axis]: i }));
    };
    visit(shape.length - 1, shape.map(() => 0));
    const text = header("<f8", true, `(${shape.join(", ")},)`);
    const { data } = readNpy(npyFile(text, entries(stored, "<f8")));
    assertEquals([...data], Array.from({ length: count }, (_, i) => i));
  }
});

Deno.test("any order of keys, any blanks, double quotes, Python 2's long numbers and all versions are read", () => {
  const file = (text: string, version = 1) => readNpy(npyFile(text, entries([1, 2], "<f8"), version));
  const expected = { shape: [2, 1], data: Float64Array.of(1, 2) };
  assertEquals(file(`{"shape":(2L,1L),"fortran_order":False,"descr":"<f8"}`), expected);
  assertEquals(file(`{ 'shape' : ( 2 , 1 ) ,\n'descr': '<f8', 'fortran_order':False,}`, 2), expected);
  assertEquals(file(header("<f8", false, "(2, 1)"), 3), expected);
  assertEquals(readNpy(npyFile(header("<f8", false, "()"), entries([7], "<f8"))), {
    shape: [],
    data: Float64Array.of(7),
  });
  assertEquals(readNpy(npyFile(header("<f8", true, "(0, 3)"), new Uint8Array())).shape, [0, 3]);
});

Deno.test("headers that say something else are refused in one sentence", () => {
  const fails = (text: string, message: string, version = 1) =>
    assertThrows(() => readNpy(npyFile(text, entries([1], "<f8"), version), "a.npy"), Error, `a.npy: ${message}`);
  const types =
    'expected an array of f32 or f64 ("<f4", "<f8"), of integers of 8 to 64 bits ("|u1", "<i8") or of truth ' +
    'values ("|b1"), found';
  for (const type of ["|O", "<f2", "<c8", "<i3", "|i4", "<M8[ns]", "=i4"]) {
    fails(header(type, false, "(1,)"), `${types} "${type}".`);
  }
  fails(
    "{'descr': [('x', '<f8')], ",
    `expected a text in quotes in the NumPy array's header, found "[('x', '<f8')],".`,
  );
  fails(header("<f8", false, "(2,)"), "expected 16 bytes for an array of shape (2), found 8.");
  fails(header("<f8", false, "(-1,)"), 'expected whole numbers as shape of the NumPy array, found "-1".');
  fails(
    header("<f8", false, "(9007199254740993,)"),
    'expected whole numbers as shape of the NumPy array, found "9007199',
  );
  fails(header("<f8", false, `(${"1,".repeat(33)})`), "expected an array of at most 32 dimensions, found 33.");
  fails("{'descr': '<f8', 'shape': (1,)}", "expected fortran_order in the NumPy array's header, found nothing.");
  fails(
    "{'descr': '<f8', 'descr': '<f8'}",
    "expected descr, fortran_order, shape once each in the NumPy array's header",
  );
  fails(
    `${header("<f8", false, "(1,)").trim()} 'shape': (1,)`,
    `expected nothing behind "}" in the NumPy array's header, found "'shape': (1,)".`,
  );
  fails(`${header("<f8", false, "(1,)").trim()}\0`, `expected nothing behind "}" in the NumPy array's header, found`);
  fails("{'\x1b[2J': 1}", 'expected descr, fortran_order, shape once each in the NumPy array\'s header, found "?[2J".');
  fails("", 'expected "{" in the NumPy array\'s header, found nothing.');
  fails(header("<f8", false, "(1,)"), "expected a NumPy array of format version 1, 2 or 3, found 9.", 9);
  fails(" ".repeat(70000), "expected a NumPy array with a header of at most 65536 bytes, found 70000.", 2);
});

Deno.test("a long header is read in time that grows with its length", () => {
  const start = cpuMilliseconds();
  for (const part of ["'descr': '", "'fortran_order': ", " ", "(", "{'descr':", "'"]) {
    assertThrows(() => readNpy(npyFile(`{${part.repeat(Math.floor(65000 / part.length))}`, new Uint8Array()), "a.npy"));
  }
  assertLess(cpuMilliseconds() - start, 1000);
});
