/**
 * The functions of `@std/assert` that this project uses, over `node:util`, so that it installs without JSR. Signatures are
 * those of the published package.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Float32Array([1, 2]), Float32Array.of(1, 2));
 * ```
 *
 * @module
 */
export { assert } from "./assert.ts";
export { assertAlmostEquals } from "./almost_equals.ts";
export { AssertionError } from "./assertion_error.ts";
export { assertEquals, assertNotEquals } from "./equals.ts";
export { assertExists } from "./exists.ts";
export { assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "./order.ts";
export { assertInstanceOf } from "./instance_of.ts";
export { assertMatch, assertStringIncludes } from "./text.ts";
export { assertRejects } from "./rejects.ts";
export { assertStrictEquals } from "./strict_equals.ts";
export { assertThrows } from "./throws.ts";
export { equal } from "./equal.ts";
export { fail } from "./fail.ts";
