import { assertEquals } from "@std/assert";
import { Speed } from "../../tasks/shell/speed.ts";

Deno.test("a speed leaves the slow start out and looks back a while", () => {
  const speed = new Speed(10);
  assertEquals(speed.update(1, 5), undefined);
  assertEquals(speed.update(21, 6), 20);
  assertEquals(speed.update(221, 16), 20);
  assertEquals(speed.update(321, 26), 10);
});
