import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fromJson, toJson } from "../../../tasks/run/json.ts";

Deno.test("numbers that are not finite are words in JSON and numbers again when read", () => {
  const value = { loss: NaN, range: [-Infinity, 0, Infinity], nested: { psnr: Infinity } };
  const text = toJson(value);
  assertEquals(text, '{"loss":"NaN","range":["-Infinity",0,"Infinity"],"nested":{"psnr":"Infinity"}}');
  assertEquals(fromJson(text), value);
});

Deno.test("keys keep the order in which they were set", () => {
  assertEquals(toJson({ b: 1, a: { d: 2, c: 3 } }), '{"b":1,"a":{"d":2,"c":3}}');
});

Deno.test("typed arrays are written as arrays", () => {
  assertEquals(toJson({ values: new Float32Array([0.5, NaN]) }), '{"values":[0.5,"NaN"]}');
});

Deno.test("every double survives being written and read", () => {
  const values = [0.1, 1 / 3, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53, -1e-7];
  assertEquals(fromJson(toJson(values)), values);
});

Deno.test("what is no JSON is refused instead of written as nothing", () => {
  const error = assertThrows(() => toJson(undefined), TypeError);
  assertStringIncludes(error.message, "found undefined");
});
