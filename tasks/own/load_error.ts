import project from "../../deno.json" with { type: "json" };
import { fromFileUrl, toFileUrl } from "../../lib/std/path/mod.ts";
import { UserError } from "../shell/user_error.ts";

/** The project's folder, or the address from which the task was loaded. */
const root = new URL("../../", import.meta.url);

/** What to say where a file of a user's own cannot be loaded: the line in it, or in a file that it imports, and the reason. */
export function loadError(path: string, cause: unknown): UserError {
  const { message, stack = "" } = cause instanceof Error ? cause : new Error(String(cause));
  // deno-lint-ignore no-control-regex
  const text = `${message}\n${stack}`.replaceAll(/\x1b\[\d+m/g, "").trim();
  const reason = text.split("\n")[0].replace(/ at file:\S+:\d+:\d+$/, "").replace(/\.$/, "");
  return new UserError(`${path}: cannot be loaded: ${placeIn(text, path)}${nameOfProject(reason) ?? reason}.`, {
    cause,
  });
}

/** Where an error is: in the line of this file that the error's text names, or else in another file of the user's. */
function placeIn(text: string, path: string): string {
  const places = [...text.matchAll(/at (file:\S+?):(\d+):\d+/g)].map(([, url, line]) => ({ url, line }));
  const own = places.find(({ url }) => url === toFileUrl(path).href);
  if (own !== undefined) return `line ${own.line}: `;
  const other = places.find(({ url }) => !url.startsWith(root.href));
  return other === undefined ? "" : `${fromFileUrl(other.url)}, line ${other.line}: `;
}

/** What to write instead of the project's own name, which stands for it only where the configuration of a clone is read. */
function nameOfProject(reason: string): string | undefined {
  const entry = Object.entries(project.exports).find(([room]) =>
    reason === `Import "${project.name}${room.slice(1)}" not a dependency`
  );
  if (entry === undefined) return undefined;
  const name = `${project.name}${entry[0].slice(1)}`;
  return `expected an import of "${new URL(entry[1], root)}", found "${name}", which is known only in a clone`;
}
