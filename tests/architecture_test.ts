import { assertEquals } from "@std/assert";
import project from "../deno.json" with { type: "json" };
import { basename, dirname, join, relative } from "@std/path";
import { root, sourceFiles, targetOf } from "./support/source_files.ts";

/**
 * The floors, lowest first: a file may import from its own folder and from the folders named here, and so does everything that
 * stands on it. Type imports count, because a reader follows them as well.
 */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  "lib/std": [],
  "lib/codec": ["lib/hyperparameter"],
  "lib/gpu": ["lib/hyperparameter"],
  "lib/hyperparameter": [],
  "lib/mpi": ["lib/hyperparameter"],
  "lib/notebook": ["lib/codec", "lib/hyperparameter"],
  "lib/linalg": ["lib/hyperparameter", "lib/gpu"],
  "lib/field": ["lib/hyperparameter", "lib/gpu", "lib/linalg"],
  "lib/objective": ["lib/hyperparameter", "lib/gpu", "lib/linalg", "lib/field"],
  "lib/diff": ["lib/hyperparameter", "lib/gpu", "lib/linalg", "lib/field", "lib/objective"],
  "lib/curvature": ["lib/hyperparameter", "lib/gpu", "lib/linalg", "lib/field", "lib/objective", "lib/diff"],
  "lib/optim": ["lib/hyperparameter", "lib/gpu", "lib/linalg"],
  "lib/data": ["lib/hyperparameter", "lib/codec", "lib/gpu", "lib/linalg", "lib/field", "lib/objective", "lib/diff"],
  "lib/metric": ["lib/hyperparameter", "lib/codec", "lib/gpu", "lib/linalg", "lib/field", "lib/data"],
  "lib/render": [
    "lib/hyperparameter",
    "lib/codec",
    "lib/gpu",
    "lib/linalg",
    "lib/field",
    "lib/objective",
    "lib/diff",
    "lib/data",
  ],
  "lib/train": [
    "lib/hyperparameter",
    "lib/codec",
    "lib/gpu",
    "lib/linalg",
    "lib/field",
    "lib/objective",
    "lib/diff",
    "lib/optim",
    "lib/data",
  ],
};

/** What is imported from outside only; it re-exports from every floor. */
const ENTRY = "lib/extend.ts";

const files = await sourceFiles();

/** The folders of tasks that train a field: each has a `task.ts`, which the registry knows. */
const TRAINED = files.filter((file) => /^tasks\/\w+\/task\.ts$/.test(file)).map(dirname)
  .filter((folder) => folder !== "tasks/training");

/** What all tasks share. */
const SHARED = ["tasks/shell", "tasks/own", "tasks/run", "tasks/training"];

/** Within `tasks`: what all tasks share stands below the tasks. */
const TASK_FLOORS: Readonly<Record<string, readonly string[]>> = {
  "tasks/shell": [],
  "tasks/own": ["tasks/shell"],
  "tasks/run": ["tasks/shell"],
  "tasks/training": ["tasks/shell", "tasks/own", "tasks/run"],
  ...Object.fromEntries(TRAINED.map((folder) => [folder, SHARED])),
  "tasks/registry.ts": ["tasks/training", ...TRAINED],
  "tasks/advise": [...SHARED, "tasks/registry.ts"],
  "tasks/curvature": [...SHARED, "tasks/registry.ts"],
  "tasks/compare": [...SHARED, "tasks/registry.ts", "tasks/sweep"],
  "tasks/bench": SHARED,
  "tasks/doctor": ["tasks/shell"],
  "tasks/gpu_check": [...SHARED, "tasks/bench", "tasks/doctor"],
  "tasks/run_list": [...SHARED, "tasks/registry.ts"],
  "tasks/watch": SHARED,
  "tasks/mpi": [...SHARED, "tasks/registry.ts"],
  "tasks/sweep": [...SHARED, "tasks/registry.ts", "tasks/run_list"],
};

const imports = new Map<string, readonly string[]>();
for (const file of files) imports.set(file, importsOf(file, await Deno.readTextFile(join(root, file))));

Deno.test("every file of lib stands on a floor, and imports only from its own and lower ones", () => {
  const broken: string[] = [];
  for (const [file, targets] of imports) {
    if (!file.startsWith("lib/") || file === ENTRY) continue;
    const own = folderOf(file, FLOORS);
    if (own === undefined) broken.push(`${file} is in no folder that tests/architecture_test.ts names`);
    else broken.push(...upward(file, own, targets, FLOORS[own], FLOORS));
  }
  assertEquals(broken, []);
});

Deno.test("what is for the outside, extend.ts and each folder's mod.ts, is imported by nothing in lib or tasks", () => {
  const broken: string[] = [];
  for (const [file, targets] of imports) {
    if (file.startsWith("lib/std/")) continue;
    for (const target of targets) {
      // Each folder of lib/std stands for a package.
      if (target.startsWith("lib/std/")) continue;
      if (/(^|\/)mod\.ts$/.test(target) || target === ENTRY) broken.push(`${file} imports ${target}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("lib and tasks import nothing by a name of deno.json, which does not hold where they are imported from a URL", async () => {
  const broken: string[] = [];
  for (const file of files.filter((file) => file.endsWith(".ts"))) {
    for (const specifier of specifiersIn(await Deno.readTextFile(join(root, file)))) {
      if (!/^(\.\.?\/|node:|npm:|data:)/.test(specifier)) broken.push(`${file} imports ${specifier}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("lib imports nothing of Node but types, so that a browser can import it", async () => {
  const broken: string[] = [];
  for (const file of files.filter((file) => /^lib\/(?!std\/).*\.ts$/.test(file))) {
    const text = await Deno.readTextFile(join(root, file));
    if (/^(import (?!type\b)|export [*{])[^;"]*"node:/m.test(text)) broken.push(file);
  }
  assertEquals(broken, []);
});

Deno.test("lib imports nothing from tasks, and what tasks share imports nothing from a task", () => {
  const broken: string[] = [];
  for (const [file, targets] of imports) {
    const own = folderOf(file, TASK_FLOORS);
    if (file.startsWith("lib/")) {
      for (const target of targets) if (target.startsWith("tasks/")) broken.push(`${file} imports ${target}`);
    } else if (own === undefined) {
      if (/^tasks\/\w+\//.test(file)) broken.push(`${file} is in no folder that tests/architecture_test.ts names`);
    } else {
      broken.push(
        ...upward(file, own, targets.filter((target) => target.startsWith("tasks/")), TASK_FLOORS[own], TASK_FLOORS),
      );
    }
  }
  assertEquals(broken, []);
});

Deno.test("no file imports itself by way of others, type imports included", () => {
  assertEquals(circlesIn(imports), []);
});

Deno.test("no folder of lib imports itself by way of others, subfolders included", () => {
  const edges = new Map<string, string[]>();
  for (const [file, targets] of imports) {
    if (!file.startsWith("lib/") || file.startsWith("lib/std/") || file === ENTRY) continue;
    const from = dirname(file);
    const folders = targets.filter((each) => each.startsWith("lib/")).map(dirname);
    // A folder and the one that it lies in are one room.
    const others = folders.filter((to) => !`${from}/`.startsWith(`${to}/`) && !`${to}/`.startsWith(`${from}/`));
    edges.set(from, [...new Set([...edges.get(from) ?? [], ...others])]);
  }
  assertEquals(circlesIn(edges), []);
});

Deno.test("a circle of any length is found, and a detour is none", () => {
  const graph = new Map([["a", ["b", "d"]], ["b", ["c"]], ["c", ["a"]], ["d", ["b"]]]);
  assertEquals(circlesIn(graph), ["a → b → c → a"]);
  assertEquals(circlesIn(new Map([["a", ["b", "c"]], ["b", ["c"]]])), []);
});

Deno.test("every kernel text lies in the folder of wgsl that mirrors the folder of a file which uses it", () => {
  const strayed = files.filter((file) => file.endsWith(".wgsl") && !file.startsWith("wgsl/gpu/snippet/")).filter(
    (text) => {
      const users = files.filter((file) => imports.get(file)!.includes(text)).map(dirname);
      const folder = dirname(text).slice("wgsl".length);
      return !users.some((user) => user === `lib${folder}` || user === `tasks${folder}`);
    },
  );
  assertEquals(strayed, []);
});

Deno.test("no TypeScript file holds the text of a kernel", async () => {
  const broken: string[] = [];
  for (const file of files.filter((each) => /^(lib|tasks)\/.*\.ts$/.test(each))) {
    // Comments may show an example.
    const code = (await Deno.readTextFile(join(root, file))).replace(/^\s*(\/?\*|\/\/).*$/gm, "");
    if (/@compute|@workgroup_size/.test(code)) broken.push(file);
  }
  assertEquals(broken, []);
});

Deno.test("every kernel text is used", () => {
  const used = new Set([...imports.values()].flat());
  const unused = files.filter((file) => file.endsWith(".wgsl") && !used.has(file));
  assertEquals(unused, []);
});

Deno.test("every kernel is called what its file is called, and no two are called the same", async () => {
  const named = new Map<string, string>();
  const broken: string[] = [];
  for (const file of files.filter((file) => file.endsWith(".ts"))) {
    const text = await Deno.readTextFile(join(root, file));
    const paths = new Map<string, string>();
    for (const [, variable, path] of text.matchAll(/^import (\w+) from "([^"]+\.wgsl)"/gm)) {
      paths.set(variable, relative(root, join(root, dirname(file), path)));
    }
    for (const [, name, variable = "text"] of text.matchAll(/\{ name: "(\w+)", text(?:: (\w+))? \}/g)) {
      const path = paths.get(variable);
      if (path === undefined) broken.push(`${file}: the kernel ${name} has a text from nowhere`);
      else if (basename(path, ".wgsl") !== name) broken.push(`${file}: ${path} is called ${name}`);
      else if ((named.get(name) ?? path) !== path) broken.push(`${path} and ${named.get(name)} are called the same`);
      else named.set(name, path);
    }
  }
  const entryPoint = /^@compute|^\{\{include each_\w+\}\}/m;
  for (const file of files.filter((file) => file.endsWith(".wgsl") && !file.startsWith("wgsl/gpu/snippet/"))) {
    const isKernel = entryPoint.test(await Deno.readTextFile(join(root, file)));
    if (isKernel && ![...named.values()].includes(file)) broken.push(`${file} is a kernel that has no name`);
  }
  assertEquals(broken, []);
});

Deno.test("kernel texts are put together by their own tags, not by the code around them", async () => {
  const broken: string[] = [];
  for (const file of files.filter((file) => file.endsWith(".ts"))) {
    const text = await Deno.readTextFile(join(root, file));
    for (const [, variable] of text.matchAll(/^import (\w+) from "[^"]+\.wgsl"/gm)) {
      const changed = new RegExp(
        `\\b${variable}(\\.(replace|replaceAll|concat|slice)\\(| \\+)|\\+ ${variable}\\b|\\$\\{${variable}\\}`,
      );
      if (changed.test(text)) broken.push(`${file} changes ${variable}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("no function, method or constructor takes six parameters or more one after the other", async () => {
  const long: string[] = [];
  for (const file of files.filter((each) => /^(lib\/(?!std\/)|tasks\/).*\.ts$/.test(each))) {
    const text = await Deno.readTextFile(join(root, file));
    const heads = text.matchAll(
      /^ *(?:export |static |async |private |get |set )*(?:function\*? \w+|constructor|#?\w+)(?:<[^>(]*>)?\(/gm,
    );
    for (const { 0: head, index } of heads) {
      if (/^ *(?:if|for|while|switch|return|catch|super)\b/.test(head)) continue;
      const list = listFrom(text, index + head.length);
      // A declaration has types, a call has none.
      if (
        list.length >= 6 && list.every((parameter) => /^[^(]*?\w+\??:/.test(parameter) || /^\s*[[{]/.test(parameter))
      ) {
        long.push(`${file}: ${head.trim()}…)`);
      }
    }
  }
  assertEquals(long, []);
});

/** The members of a list in brackets that begins at a position behind its opening bracket. */
function listFrom(text: string, begin: number): string[] {
  const members: string[] = [];
  let [depth, start] = [0, begin];
  for (let at = begin; at < text.length; at++) {
    if ("([{".includes(text[at])) depth++;
    const closes = ")]}".includes(text[at]);
    if (depth === 0 && (closes || text[at] === ",")) {
      const member = text.slice(start, at).trim();
      if (member !== "") members.push(member);
      start = at + 1;
      if (closes) return members;
    }
    if (closes) depth--;
  }
  return members;
}

/** The circles of a graph, which has for each node those that it leads to. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (node: string, path: readonly string[]): void => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      circles.push([...path.slice(path.indexOf(node)), node].join(" → "));
      return;
    }
    state.set(node, "open");
    for (const target of graph.get(node) ?? []) visit(target, [...path, node]);
    state.set(node, "done");
  };
  for (const node of graph.keys()) visit(node, []);
  return circles;
}

/** What a file imports from folders that it does not stand on. */
function upward(
  file: string,
  own: string,
  targets: readonly string[],
  below: readonly string[],
  floors: Readonly<Record<string, readonly string[]>>,
): string[] {
  return targets.filter((target) => {
    const folder = folderOf(target, floors);
    return target !== "deno.json" && folder !== own && (folder === undefined || !below.includes(folder));
  }).map((target) => `${file} imports ${target}`);
}

/** The floor of a file; `wgsl` mirrors `lib`, so that a kernel text stands where its user does. */
function folderOf(file: string, floors: Readonly<Record<string, readonly string[]>>): string | undefined {
  const place = file.replace(/^wgsl\//, "lib/");
  return Object.keys(floors).find((folder) => place === folder || place.startsWith(`${folder}/`));
}

/** The files of the project that a file imports or re-exports, relative to its root; packages are left out. */
function importsOf(file: string, text: string): string[] {
  if (!file.endsWith(".ts")) return [];
  return specifiersIn(text)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith(project.name))
    .map((specifier) => specifier.startsWith(".") ? targetOf(file, specifier) : roomOf(specifier));
}

/** What the text of a file imports and re-exports. */
function specifiersIn(text: string): string[] {
  // At the start of a line, so that the examples in comments do not count.
  const statements = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic);
}

/** The file that the project's own name stands for in an import, with the name of a room behind it or without. */
function roomOf(specifier: string): string {
  const room = `.${specifier.slice(project.name.length)}`;
  return (project.exports as Readonly<Record<string, string>>)[room]?.slice("./".length) ?? specifier;
}
