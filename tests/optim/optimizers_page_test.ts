import { assertEquals } from "@std/assert";
import { optimizersPage } from "../../docs/optimizers.ts";

Deno.test("docs/optimizers.md is what docs/optimizers.ts writes", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/optimizers.md", import.meta.url));
  assertEquals(page, optimizersPage(), "docs/optimizers.md is out of date: deno run -A docs/optimizers.ts writes it");
});
