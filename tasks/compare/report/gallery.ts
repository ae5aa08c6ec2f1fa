import { join } from "@std/path";
import type { RunPicture, TrainingTask } from "../../training/task.ts";
import type { ComparisonRecord } from "../record.ts";
import type { ComparisonFolder } from "../store.ts";
import { type ActivationSummary, finalQuality, type FinalRun } from "../summary.ts";
import type { ReportPictures } from "../../run/report/model.ts";
import { reducedPicture } from "../../run/report/reduced_picture.ts";

/** Longer side of a picture in a report, in pixels. */
const LARGEST = 384;

/** The pictures of each optimizer's run of median quality on the first input, next to the input itself. */
export async function galleryOf(
  { pictures = [] }: TrainingTask,
  record: ComparisonRecord,
  folder: ComparisonFolder,
  { pairs }: ActivationSummary,
): Promise<ReportPictures[]> {
  const shown = pairs.flatMap(({ optimizer, runs }) => {
    const first = runs.filter((run) => run.input === 0 && run.divergedAt === undefined)
      .toSorted((a, b) => finalQuality(record, a) - finalQuality(record, b));
    return first.length === 0 ? [] : [{ optimizer, run: first[Math.floor((first.length - 1) / 2)] }];
  });
  if (shown.length === 0) return [];
  const read = async ({ id }: FinalRun, wanted: readonly RunPicture[]) => {
    return await Promise.all(wanted.map(async ({ file, title }) => {
      return { title, ...await reducedPicture(join(folder.runPath(id), file), LARGEST) };
    }));
  };
  const { name, figure, digits, unit = "" } = record.quality;
  const own = pictures.filter(({ shared }) => !shared);
  const truth = await read(shown[0].run, pictures.filter(({ shared }) => shared));
  const columnOf = (title: string, shown: Awaited<ReturnType<typeof read>>) => {
    return { title, wide: shown.some(({ wide }) => wide), pictures: shown };
  };
  const results = await Promise.all(shown.map(async ({ optimizer, run }) => {
    const value = `${name} ${run.figures[figure].toFixed(digits)}${unit}`;
    return columnOf(`${optimizer}, seed ${run.seed}: ${value}`, await read(run, own));
  }));
  return [...truth.map((picture) => columnOf(picture.title, [picture])), ...results];
}
