import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { smoothPng } from "./image_task.ts";
import { inFolder } from "./temporary_folder.ts";

const page = await Deno.readTextFile(new URL("../../docs/extending.md", import.meta.url));

/** A file as docs/extending.md prints it, for the tasks of this clone. */
export function printed(name: string): string {
  const [, code] = new RegExp(`^\`\`\`ts ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)!;
  return code.replace("https://HOST/neural-fields/lib/extend.ts", `${project.name}/extend`);
}

/** The files of the page that define an optimizer, an activation and an objective. */
const NAMES = ["lion.ts", "finer.ts", "pseudo_huber.ts"];

/** Gives a folder with the three files of the page, and a picture, to `work`. */
export function withOwnFiles(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await addOwnFiles(folder);
    await work(folder);
  });
}

/** Writes the three files of the page, and a picture, to a folder. */
export async function addOwnFiles(folder: string): Promise<void> {
  for (const name of NAMES) await Deno.writeTextFile(join(folder, name), printed(name));
  await Deno.writeFile(join(folder, "picture.png"), smoothPng(8, 7));
}
