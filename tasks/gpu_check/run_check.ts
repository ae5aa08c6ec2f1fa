import { join } from "../../lib/std/path/mod.ts";
import { findAdapter } from "../../lib/gpu/adapter.ts";
import { writeWhole } from "../run/atomic.ts";
import { toJson } from "../run/json.ts";
import { originOn } from "../run/origin.ts";
import { htmlReport } from "../run/report/html.ts";
import { markdownReport } from "../run/report/markdown.ts";
import { checkName, createFolder, timeName } from "../run/run_name.ts";
import { commandText } from "../shell/command_text.ts";
import { deviceChoice } from "../shell/device_options.ts";
import { isAbort } from "../shell/main.ts";
import { ProgressLine } from "../shell/progress.ts";
import { runsFolder } from "../shell/run_path.ts";
import { UserError } from "../shell/user_error.ts";
import { Allowance, deadline } from "./allowance.ts";
import type { CheckValues } from "./command.ts";
import type { PeakFigures } from "./peak_figures.ts";
import { checkReport, type SectionResult } from "./report.ts";
import type { Section } from "./section.ts";
import { peakSection } from "./sections/peak.ts";
import { SECTIONS } from "./sections.ts";

/** Seconds at the end for the report. */
const RESERVE = 2;

/**
 * Runs `deno task gpu-check`: measures one section after the other, each for its share of the time, and writes `report.html`, `report.md`
 * and `figures.json`. A section that fails is reported and does not stop the others.
 *
 * @param values The options.
 * @param args The command line, for the report.
 * @param signal Ends the check; what is measured by then is reported.
 */
export async function runCheck(values: CheckValues, args: readonly string[], signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const path = join(runsFolder(), "gpu-check", checkName("name", values.name ?? timeName(new Date())));
  const { description: adapter } = await findAdapter(deviceChoice(values));
  if (await createFolder(path) === undefined) {
    throw new UserError(`${path}: expected a name that is not taken, found a folder: choose another --name.`);
  }
  const end = begin + values.minutes * 60_000 * 0.97 - RESERVE * 1000;
  const results: SectionResult[] = [];
  const figures: Record<string, unknown> = {};
  const peak = () => figures[peakSection.key] as PeakFigures | undefined;
  using progress = new ProgressLine();
  for (const [i, section] of SECTIONS.entries()) {
    if (signal.aborted) {
      results.push({ section, leftOut: [], problem: "not measured, because the check was stopped" });
      continue;
    }
    const shares = SECTIONS.map(({ share }) => share);
    const allowance = new Allowance(deadline(shares, i, { now: performance.now(), end }));
    const result = await measured(section, { begin, end, allowance, peak: peak(), device: values, folder: path }, {
      progress,
      signal,
    });
    figures[section.key] = result.figures;
    results.push(result);
  }
  progress.clear();
  const seconds = (performance.now() - begin) / 1000;
  const origin = { ...originOn(adapter), command: commandText("deno task gpu-check", args), seconds };
  const report = checkReport(results, origin, peak());
  const problems = results.map(({ section: { key }, leftOut, problem }) => [key, { leftOut, problem }]);
  await writeWhole(
    join(path, "figures.json"),
    `${toJson({ ...origin, ...figures, sections: Object.fromEntries(problems) }, 2)}\n`,
  );
  await writeWhole(join(path, "report.md"), markdownReport(report));
  await writeWhole(join(path, "report.html"), htmlReport(report));
  for (const line of report.findings) console.log(line);
  console.log(`The report is in ${join(path, "report.html")}; report.md and figures.json beside it are what to send.`);
}

/** Measures a section. */
async function measured(
  section: Section,
  { begin, end, ...rest }: Pick<Parameters<Section["measure"]>[0], "allowance" | "peak" | "device" | "folder"> & {
    readonly begin: number;
    readonly end: number;
  },
  { progress, signal }: { readonly progress: ProgressLine; readonly signal: AbortSignal },
): Promise<SectionResult> {
  const leftOut: string[] = [];
  const started = performance.now();
  try {
    const figures = await section.measure({
      ...rest,
      leaveOut: (what) => leftOut.push(what),
      progress(text) {
        signal.throwIfAborted();
        const now = performance.now();
        progress.update({
          what: `${section.title.toLowerCase()}: ${text}`,
          part: (now - begin) / (end - begin),
          left: Math.max(0, end - now) / 1000,
        });
      },
    });
    return { section, figures, leftOut, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    const stopped = isAbort(error, signal);
    const problem = stopped ? "not measured, because the check was stopped" : `failed: ${(error as Error).message}`;
    return { section, leftOut, problem };
  }
}
