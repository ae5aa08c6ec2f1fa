import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  equal,
} from "../../lib/std/assert/mod.ts";

Deno.test("deep equality sees nested values, typed arrays, maps, sets and cycles", () => {
  const cycle: Record<string, unknown> = { a: 1 };
  cycle.self = cycle;
  const other: Record<string, unknown> = { a: 1 };
  other.self = other;
  const same: [unknown, unknown][] = [
    [{ a: [1, { b: NaN }] }, { a: [1, { b: NaN }] }],
    [Float32Array.of(1, NaN, 0), Float32Array.of(1, NaN, -0)],
    [new Map([["a", { x: 1 }]]), new Map([["a", { x: 1 }]])],
    [new Set([{ x: 1 }]), new Set([{ x: 1 }])],
    [new Map([[{ k: 1 }, 2]]), new Map([[{ k: 1 }, 2]])],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [new URL("file:///a"), new URL("file:///a")],
    [Object.create(null), {}],
    [cycle, other],
    [Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer],
  ];
  for (const [a, b] of same) assert(equal(a, b), `${Deno.inspect(a)} and ${Deno.inspect(b)}`);
  const different: [unknown, unknown][] = [
    [[1, 2], [1, 2, 3]],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [Float32Array.of(1), Float64Array.of(1)],
    [Float32Array.of(1, 2), Float32Array.of(1, 3)],
    [Float32Array.of(1), [1]],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Set([1]), new Set([2])],
    [new Error("a"), new Error("b")],
    [Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
    [1, "1"],
    [null, undefined],
    [{ [Symbol.for("x")]: 1 }, {}],
  ];
  for (const [a, b] of different) assert(!equal(a, b), `${Deno.inspect(a)} and ${Deno.inspect(b)}`);
});

Deno.test("a failed comparison of arrays names the first entry that differs", () => {
  const error = assertThrows(() => assertEquals(Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 4)), AssertionError);
  assertStringIncludes(error.message, "first difference at [2]: 3, expected 4");
});

Deno.test("every assertion fails on what it is to refuse", async () => {
  assertThrows(() => assertNotEquals([1], [1]), AssertionError);
  assertThrows(() => assertAlmostEquals(1, 1.1, 0.05), AssertionError, "differs by");
  assertThrows(() => assertAlmostEquals(NaN, 1, 10), AssertionError);
  assertThrows(() => assertThrows(() => {}), AssertionError, "to throw");
  assertThrows(() => assertThrows(() => fail(new Error("a")), TypeError), AssertionError, "TypeError");
  assertThrows(() => assertThrows(() => fail(new Error("a")), Error, "b"), AssertionError, "contains 'b'");
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError, "to reject");
  await assertRejects(() => Promise.reject(new RangeError("too far")), RangeError, "far");
});

function fail(error: Error): never {
  throw error;
}
