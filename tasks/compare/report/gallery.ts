import type { ReportPictures } from "../../run/report/model.ts";
import { runPictures } from "../../run/report/run_pictures.ts";
import { formatQuality } from "../../training/status_line.ts";
import type { TrainingTask } from "../../training/task.ts";
import type { ReportedComparison } from "../record.ts";
import { type ActivationSummary, finalQuality } from "../summary.ts";

/** The pictures of each optimizer's run of median quality on the first input, next to the input itself; none if runs of the task have no pictures. */
export async function galleryOf(
  { pictures = [] }: TrainingTask,
  record: ReportedComparison,
  { pairs }: ActivationSummary,
): Promise<ReportPictures[]> {
  const own = pictures.filter(({ shared }) => !shared);
  const shown = pairs.flatMap(({ optimizer, runs }) => {
    const first = runs.filter((run) => run.input === 0 && run.divergedAt === undefined)
      .toSorted((a, b) => finalQuality(record, a) - finalQuality(record, b));
    return first.length === 0 ? [] : [{ optimizer, run: first[Math.floor((first.length - 1) / 2)] }];
  });
  if (shown.length === 0 || own.length === 0) return [];
  const input = pictures.filter(({ shared }) => shared);
  return await Promise.all([
    ...input.map((picture) => runPictures(picture.title, shown[0].run.path, [picture])),
    ...shown.map(({ optimizer, run }) => {
      const value = formatQuality(record.quality, run.figures);
      return runPictures(`${optimizer}, seed ${run.seed}: ${value}`, run.path, own);
    }),
  ]);
}
