import { assert, assertEquals, assertThrows } from "../../lib/std/assert/mod.ts";
import {
  basename,
  dirname,
  extname,
  fromFileUrl,
  isAbsolute,
  join,
  normalize,
  relative,
  resolve,
  toFileUrl,
} from "../../lib/std/path/mod.ts";

Deno.test("paths are taken apart, put together and turned into URLs and back", () => {
  assertEquals(join("a", "..", "b", "c.png"), normalize("b/c.png"));
  assertEquals([basename("a/b.png"), basename("a/b.png", ".png"), dirname("a/b.png"), extname("a/b.png")], [
    "b.png",
    "b",
    "a",
    ".png",
  ]);
  assert(isAbsolute(resolve("a")));
  assertEquals(relative(resolve("a"), resolve("a/b")), "b");
  assertEquals(fromFileUrl(toFileUrl(resolve("a b#c"))), resolve("a b#c"));
  assertEquals(basename(new URL("file:///a/b%20c.png")), "b c.png");
  assertThrows(() => toFileUrl("a"), TypeError, "absolute");
});
