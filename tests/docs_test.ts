import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { exists } from "./support/exists.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

Deno.test("every section of docs/math.md that a comment cites exists", async () => {
  const headings = await headingsOf("docs/math.md");
  const sections = new Set(headings.map((heading) => /^\d+(\.\d+)*/.exec(heading)?.[0]));
  const missing: string[] = [];
  let cited = 0;
  for await (const file of filesUnder(["lib", "wgsl", "tasks", "tests"], /\.(ts|wgsl|sh)$/)) {
    const text = await Deno.readTextFile(join(root, file));
    for (const [, section] of text.matchAll(/docs\/math\.md, section (\d+(?:\.\d+)*)/g)) {
      cited++;
      if (!sections.has(section)) missing.push(`${file}: section ${section}`);
    }
    if (/\bMATH(?:\.md)? §/.test(text)) {
      missing.push(`${file}: a citation that is not spelled "docs/math.md, section N"`);
    }
  }
  assertEquals(missing, []);
  assert(cited > 0);
});

Deno.test("every path of the project that a page names exists", async () => {
  const missing: string[] = [];
  for await (const page of pages()) {
    // Blocks of code that begin with a path are files that a reader adds.
    const whole = await Deno.readTextFile(join(root, page));
    const added = new Set(Array.from(whole.matchAll(/^```\w+ (\S+\/\S+)\n/gm), ([, path]) => path));
    const text = whole.replace(/^```\w+ \S+\/\S+\n[\s\S]*?^```/gm, "");
    // A path ends in a letter, a digit or a slash; NAME and the like stand for something, and so do braces.
    for (const [path] of text.matchAll(/(?<![\w./-])(?:lib|wgsl|tasks|tests|fixtures)\/[\w./-]*[\w/]/g)) {
      if (!/[A-Z]{2}/.test(path) && !added.has(path) && !exists(join(root, path))) missing.push(`${page}: ${path}`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("every link from a page to another file of the project leads somewhere", async () => {
  const broken: string[] = [];
  for await (const page of pages()) {
    const text = await Deno.readTextFile(join(root, page));
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file, anchor] = link.split("#");
      const target = file === "" ? page : join(dirname(page), file);
      if (!exists(join(root, target))) broken.push(`${page}: ${link}`);
      else if (anchor !== undefined && !(await headingsOf(target)).map(anchorOf).includes(anchor)) {
        broken.push(`${page}: ${link}`);
      }
    }
  }
  assertEquals(broken, []);
});

/** The pages that people read, relative to the project's root. */
async function* pages(): AsyncGenerator<string> {
  for (const page of ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]) if (exists(join(root, page))) yield page;
  yield* filesUnder(["docs"], /\.md$/);
}

async function* filesUnder(folders: readonly string[], name: RegExp): AsyncGenerator<string> {
  for (const folder of folders) {
    for await (const entry of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) yield* filesUnder([path], name);
      else if (name.test(entry.name)) yield path;
    }
  }
}

/** The headings of a page without their number signs, code blocks left out. */
async function headingsOf(page: string): Promise<string[]> {
  const text = (await Deno.readTextFile(join(root, page))).replaceAll(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => heading);
}

/** What GitHub calls a heading in links to it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
