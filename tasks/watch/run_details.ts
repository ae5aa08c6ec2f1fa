import { join } from "../../lib/std/path/mod.ts";
import { folderFiles } from "../run/page/folder_files.ts";
import { labelOf } from "../run/page/labels.js";
import type { PageFile } from "../run/page/model.ts";
import { settingsGroups } from "../run/page/settings.ts";
import { bytesText, valueText } from "../run/page/values.ts";
import type { WatchedRun } from "./watched_run.ts";

/** The most pictures of a kind and frames of a path that are shown. */
const MOST = 2000;

/** What a summary has that the view shows elsewhere. */
const ELSEWHERE = ["task", "status", "adapter", "aborted", "diverged", "error"];

/** Everything of a run that its view shows, as texts and names of files. */
export async function runDetails(run: WatchedRun) {
  const files = await folderFiles(run.path);
  const has = (name: string) => files.some((file) => file.name === name && file.count === undefined);
  const inside = async (folder: PageFile, pattern: RegExp) => {
    const names = (await folderFiles(join(run.path, folder.name))).map(({ name }) => name);
    return names.filter((name) => pattern.test(name)).slice(0, MOST).map((name) => `${folder.name}/${name}`);
  };
  const folders = files.filter(({ count }) => count !== undefined);
  const test = folders.find(({ name }) => name === "test");
  const paths: Record<string, string[]> = {};
  for (const folder of folders.filter(({ name }) => !["test", "checkpoints", "snapshots"].includes(name))) {
    const frames = await inside(folder, /^\d{3,}\.png$/);
    if (frames.length > 1) paths[folder.name] = frames;
  }
  const results = Object.entries(run.summary ?? {}).filter(([key, value]) => {
    return !Array.isArray(value) && !ELSEWHERE.includes(key);
  });
  return {
    path: run.path,
    reason: [run.summary?.diverged, run.summary?.error].find((reason) => typeof reason === "string"),
    results: results.map(([key, value]) => [labelOf(key), valueText(value)]),
    settings: settingsGroups(run.config),
    files: files.map(({ name, bytes, count }) => ({ name, size: bytesText(bytes), count })),
    pictures: {
      preview: has("preview.png"),
      result: has("input.png") && has("reconstruction.png"),
      others: ["error.png", "slice.png"].filter(has),
      comparisons: test === undefined ? [] : await inside(test, /^\d{3,}_comparison\.png$/),
    },
    snapshots: await Promise.all(
      folders.filter(({ name }) => name === "snapshots").map((each) => inside(each, /\.png$/)),
    )
      .then((all) => all.flat()),
    paths,
    mesh: has("mesh.ply") ? "mesh.ply" : undefined,
    page: has("index.html"),
  };
}

/** The curves of a run from a measurement on, by the names of its figures; null stands for what a measurement lacks. */
export function runCurves({ metrics: { lines, generation } }: WatchedRun, from: number) {
  const rest = lines.slice(from);
  const names = new Set(rest.flatMap((line) => Object.keys(line)));
  const columns = Object.fromEntries([...names].map((name) => [
    name,
    rest.map((line) => typeof line[name] === "number" && Number.isFinite(line[name]) ? line[name] : null),
  ]));
  const figures = Object.entries(columns).filter(([, values]) => values.some((value) => value !== null));
  return { generation, from, count: lines.length, columns: Object.fromEntries(figures) };
}
