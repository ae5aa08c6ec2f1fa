import { assertEquals } from "@std/assert";
import * as node from "node:path/posix";
import { dirname, join, normalize } from "../../../lib/data/scene/posix_path.ts";

Deno.test("paths are taken apart and put together as by Node", () => {
  const parts = ["", ".", "..", "a", "b.png", "...", " "];
  const paths = [""];
  for (const first of parts) {
    for (const second of parts) {
      for (const third of parts) {
        for (const root of ["", "/"]) {
          paths.push(`${root}${[first, second, third].join("/")}`, `${root}${first}/${second}`);
        }
      }
    }
  }
  for (const path of paths) {
    assertEquals(normalize(path), node.normalize(path), `normalize ${path}`);
    if (!path.startsWith("//")) assertEquals(dirname(path), node.dirname(path), `dirname ${path}`);
    for (const folder of ["", ".", "x", "/x/", ".."]) {
      assertEquals(join(folder, path), node.join(folder, path), `join ${path}`);
    }
  }
});
