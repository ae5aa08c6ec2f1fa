/**
 * The page of a run, `index.html` in its folder. It is one file without scripts that needs no network, so that it works wherever it is copied to
 * and nothing that a name or a file says can do anything there.
 *
 * @module
 */

import { fixed } from "../../shell/fixed.ts";
import { formatDuration } from "../../shell/progress.ts";
import chartStyle from "../chart/chart.css" with { type: "text" };
import { escaped } from "../report/escaped.ts";
import reportStyle from "../report/report.css" with { type: "text" };
import { curves } from "./curves.ts";
import { labelOf } from "./labels.js";
import type { PageFile, PagePicture, PagePreview, RunPage } from "./model.ts";
import pageStyle from "./run_page.css" with { type: "text" };
import sharedStyle from "./shared.css" with { type: "text" };
import { settingsGroups } from "./settings.ts";
import { bytesText, numberText, timeText, valueText } from "./values.ts";
import { counted } from "../../shell/counted.ts";

/** The page's file. */
export const PAGE = "index.html";

/** Nothing but the page's own styles and pictures is loaded. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** What the entries of a summary are that the head of the page or its settings have already. */
const ELSEWHERE = [
  "task",
  "status",
  "adapter",
  "aborted",
  "error",
  "diverged",
  "divergedAt",
  "divergedIn",
  "rollbacks",
];

/** How a run ended, in a sentence. */
const ENDED: Readonly<Partial<Record<RunPage["status"], string>>> = {
  diverged: "diverged",
  failed: "failed",
  stopped: "was stopped",
};

/** Formats the page of a run. */
export function runPageHtml(page: RunPage): string {
  const { task, name, refresh, preview } = page;
  const sections = [picturesSection(page), curvesSection(page), resultsSection(page), settingsSection(page)];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
${refresh === undefined ? "" : `<meta http-equiv="refresh" content="${Math.ceil(refresh)}">\n`}<title>${
    escaped(`${name} · ${task}`)
  }</title>
<style>
${reportStyle}${chartStyle}${sharedStyle}${pageStyle}${
    preview === undefined || page.pictures.length > 0 ? "" : previewStyle(preview)
  }</style>
</head>
<body class="run">
${head(page)}
${[...sections, commandsSection(page), filesSection(page)].join("\n")}
${foot(page)}
</body>
</html>
`;
}

function head(page: RunPage): string {
  const { task, name, status, subject, reason, step, steps } = page;
  const facts = factsOf(page).map(([label, value]) => `<div><dt>${label}</dt><dd>${escaped(value)}</dd></div>`);
  const bar = step < steps
    ? `<progress max="${steps}" value="${step}" aria-label="Steps made">${step} of ${steps}</progress>\n`
    : "";
  return `<header>
<p class="task">${escaped(task)}</p>
<h1>${escaped(name)} <span class="status ${status}">${status}</span></h1>
<p class="subject">${escaped(subject)}</p>
${bar}${reason === undefined ? "" : `<p class="reason">${escaped(reason)}</p>\n`}<dl class="facts">${
    facts.join("")
  }</dl>
</header>`;
}

/** The figures at the head of the page. */
function factsOf({ quality, records, summary, step, steps, seconds }: RunPage): [string, string][] {
  const { figure, name, digits, unit = "" } = quality;
  const found = Number(summary?.[figure] ?? records.at(-1)?.[figure] ?? NaN);
  const value = Number.isNaN(found) ? "–" : `${fixed(found, digits).replace("-", "−")}${unit}`;
  const values = records.map((record) => Number(record[figure])).filter(Number.isFinite);
  const best = Math.max(...values);
  return [
    [escaped(name), value],
    ...best > found ? [["best so far", `${fixed(best, digits)}${unit}`] as [string, string]] : [],
    ["steps", step < steps ? `${numberText(step)} of ${numberText(steps)}` : numberText(step)],
    ["training time", formatDuration(seconds)],
    ["steps per second", seconds > 0 ? numberText(Number((step / seconds).toPrecision(3))) : "–"],
  ];
}

function picturesSection({ preview, pictures, status }: RunPage): string {
  if (pictures.length === 0 && preview === undefined) {
    return status === "running"
      ? section("Pictures", "<p>The first picture comes with the first measurement.</p>")
      : "";
  }
  const [panels, note] = pictures.length > 0
    ? [pictures.map(pictureHtml), ""]
    : [previewPanels(preview!), `<p class="note">The field at step ${numberText(preview!.step)}</p>\n`];
  return section("Pictures", `${note}<div class="pictures">\n${panels.join("\n")}\n</div>`);
}

function pictureHtml({ title, png, wide }: PagePicture): string {
  const image = `<img alt="${escaped(title)}" src="data:image/png;base64,${png.toBase64()}">`;
  return `<figure${wide ? ' class="wide"' : ""}>${image}<figcaption>${escaped(title)}</figcaption></figure>`;
}

/** Three windows on one picture, so that the page has it only once. */
function previewPanels({ titles }: PagePreview): string[] {
  return titles.map((title, i) => {
    const window = `<div class="preview part-${i}" role="img" aria-label="${escaped(title)}"></div>`;
    return `<figure>${window}<figcaption>${escaped(title)}</figcaption></figure>`;
  });
}

function previewStyle({ png }: PagePreview): string {
  const size = new DataView(png.buffer, png.byteOffset);
  // The header of a PNG has its width and height in bytes 16 to 24.
  const [width, height] = [size.getUint32(16) / 3, size.getUint32(20)];
  return `.preview {
  aspect-ratio: ${width} / ${height};
  background-image: url("data:image/png;base64,${png.toBase64()}");
}
`;
}

function curvesSection(page: RunPage): string {
  if (page.records.length === 0) {
    const ended = `Nothing was measured before the run ${ENDED[page.status] ?? "ended"}.`;
    return section("Curves", `<p>${page.status === "running" ? "Nothing has been measured yet." : ended}</p>`);
  }
  const { main, others } = curves(page);
  const grid = (charts: readonly string[], kind: string) =>
    charts.length === 0 ? "" : `<div class="charts ${kind}">\n${charts.join("\n")}\n</div>`;
  return section("Curves", `${grid(main, "main")}\n${grid(others, "others")}`);
}

function resultsSection({ summary }: RunPage): string {
  if (summary === undefined) return "";
  const entries = Object.entries(summary).filter(([key, value]) => !ELSEWHERE.includes(key) && !Array.isArray(value));
  const rows = entries.map(([key, value]) => [labelOf(key), valueText(value)] as const);
  return section("Results", `<div class="results">${tableHtml(rows)}</div>${viewsHtml(summary.views)}`);
}

/** The figures of views that were rendered. */
function viewsHtml(views: unknown): string {
  if (!Array.isArray(views) || views.length === 0) return "";
  const keys = Object.keys(views[0]);
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, i) => `<${tag}${i > 0 ? ' class="number"' : ""}>${escaped(text)}</${tag}>`).join("");
  const rows = views.map((view) => `<tr>${cells("td", keys.map((key) => valueText(view[key] ?? "")))}</tr>`);
  return `<details><summary>${counted(views.length, "view")}</summary><div class="scroll"><table><thead><tr>${
    cells("th", keys.map(labelOf))
  }</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function settingsSection({ config }: RunPage): string {
  const groups = settingsGroups(config).map(({ title, rows }) => {
    const table = `<h3>${title}</h3>${tableHtml(rows)}`;
    return `<div>${table}</div>`;
  });
  return section("Settings", `<div class="groups">\n${groups.join("\n")}\n</div>`);
}

function tableHtml(rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(([name, value]) => {
    // Exponents are raised here, because the texts of values have no markup.
    const text = escaped(value).replaceAll(/(?<=10)\^(−?\d+)/g, "<sup>$1</sup>");
    return `<tr><th scope="row">${escaped(name)}</th><td>${text}</td></tr>`;
  });
  return `<table class="values"><tbody>${body.join("")}</tbody></table>`;
}

function commandsSection({ commands }: RunPage): string {
  const items = commands.map(({ title, command }) => `<p>${escaped(title)}</p>\n<pre>${escaped(command)}</pre>`);
  return section("Commands", items.join("\n"));
}

function filesSection({ files, folder }: RunPage): string {
  const rows = files.map(({ name, bytes, count }) => {
    const target = name.split("/").map(encodeURIComponent).join("/");
    const isFolder = count !== undefined;
    const link = `<a href="./${target}${isFolder ? "/" : ""}">${escaped(name)}${isFolder ? "/" : ""}</a>`;
    return `<tr><th scope="row">${link}</th><td>${
      escaped(contentText({ name, bytes, count }))
    }</td><td class="number">${bytesText(bytes)}</td></tr>`;
  });
  const table = `<table class="files"><tbody>${rows.join("")}</tbody></table>`;
  return section("Files", `<p>In <code>${escaped(folder)}</code></p>\n${table}`);
}

/** What is in files of certain names. */
const CONTENTS: readonly (readonly [RegExp, string])[] = [
  [/^config\.json$/, "all settings"],
  [/^metrics\.jsonl$/, "the measurements, one a line"],
  [/^summary\.json$/, "the results"],
  [/^convergence\.svg$/, "the curve for print"],
  [/^scene\.json$/, "the cameras"],
  [/^mesh\.(ply|obj)$/, "the extracted mesh"],
  [/^preview\.png$/, "the newest preview"],
  [/^events\.out\.tfevents\.\d+$/, "the same for TensorBoard"],
];

function contentText({ name, count }: PageFile): string {
  if (count !== undefined) return count === 1 ? "1 file" : `${numberText(count)} files`;
  return CONTENTS.find(([pattern]) => pattern.test(name))?.[1] ?? "";
}

function foot({ made, status, refresh }: RunPage): string {
  const again = refresh === undefined
    ? ""
    : ` The page loads itself again every ${
      Math.ceil(refresh)
    } seconds; it is made again at every measurement, and if that was long ago, ` +
      "the run has been interrupted.";
  return `<footer><p>${status === "running" ? "As of" : "Made at"} ${timeText(made)}.${again}</p></footer>`;
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}
