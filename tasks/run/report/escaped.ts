import { visible } from "./visible.ts";

/** A text as a part of an HTML document, in an element or in an attribute. Characters that a browser would obey are written as their numbers. */
export function escaped(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
