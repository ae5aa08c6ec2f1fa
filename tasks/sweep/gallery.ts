import type { ReportPictures } from "../run/report/model.ts";
import { runPictures } from "../run/report/run_pictures.ts";
import { TASKS } from "../registry.ts";
import { type Group, valueOf } from "./report_tables.ts";
import type { SweepFolder } from "./store.ts";

/** The most combinations whose pictures are shown. */
const MOST_SHOWN = 6;

/**
 * The pictures of the best run of each of the best combinations on one input, next to the input itself; none if runs of the task have none.
 *
 * @param ranked The combinations with their finished runs, the best first.
 */
export async function galleryOf(
  task: string,
  folder: SweepFolder,
  ranked: readonly Group[],
): Promise<ReportPictures[]> {
  const { pictures = [] } = TASKS.get(task)!;
  const own = pictures.filter(({ shared }) => !shared);
  if (own.length === 0) return [];
  const shown = ranked.slice(0, MOST_SHOWN).map(({ name, results }) => {
    const [best] = results.toSorted((a, b) => valueOf(b) - valueOf(a));
    return { name, path: folder.runPath(task, best.run), value: valueOf(best) };
  });
  const input = pictures.filter(({ shared }) => shared);
  return await Promise.all([
    ...input.map((picture) => runPictures(picture.title, shown[0].path, [picture])),
    ...shown.map(({ name, path, value }) => runPictures(`${name}: ${value.toPrecision(4)}`, path, own)),
  ]);
}
