import { UserError } from "./user_error.ts";

/**
 * Checks that no object of a JSON text has a key twice, of which a parser silently takes the last one.
 *
 * @param text Valid JSON.
 * @param where The file, for the message.
 * @throws {UserError} If one has.
 */
export function checkNoDuplicateKey(text: string, where: string): void {
  // The keys of each object that is open, the outermost first; lists have none.
  const open: { readonly keys: Set<string>; key: string }[] = [];
  let word = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") open.push({ keys: new Set(), key: "" });
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") word = token;
    else {
      const object = open.at(-1)!;
      object.key = JSON.parse(word);
      const path = open.map(({ key }) => key).filter((key) => key !== "").join(".");
      if (object.keys.has(object.key)) throw new UserError(`${where}: expected ${path} once, found it twice.`);
      object.keys.add(object.key);
    }
  }
}
