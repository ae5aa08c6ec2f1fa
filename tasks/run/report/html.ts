import { escaped } from "./escaped.ts";
import styleText from "./report.css" with { type: "text" };
import type { Report, ReportPictures, ReportSection, ReportTable } from "./model.ts";

/** Formats a report as one self-contained HTML file. */
export function htmlReport({ title, findings, sections }: Report): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
${styleText}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<ul class="findings">
${findings.map((each) => `<li>${findingHtml(each)}</li>`).join("\n")}
</ul>
${sections.map(sectionHtml).join("\n")}
</body>
</html>
`;
}

/** Emphasises the part before the first colon, which names the activation. */
function findingHtml(text: string): string {
  const [subject, ...rest] = text.split(": ");
  return rest.length === 0 ? escaped(text) : `<strong>${escaped(subject)}</strong>: ${escaped(rest.join(": "))}`;
}

function sectionHtml(
  { title, paragraphs = [], plot, tables = [], gallery, code }: ReportSection,
  index: number,
): string {
  const parts = [
    `<h2>${escaped(title)}</h2>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...plot === undefined ? [] : [`<figure>${withOwnIds(plot, `plot-${index}-`)}</figure>`],
    ...tables.map(tableHtml),
    ...gallery === undefined ? [] : [`<div class="gallery">\n${gallery.map(picturesHtml).join("\n")}\n</div>`],
    ...code === undefined ? [] : [`<pre>${escaped(code)}</pre>`],
  ];
  return `<section>\n${parts.join("\n")}\n</section>`;
}

/** A plot whose identifiers begin with a prefix: in one document, those of several plots would stand for the first plot's parts. */
function withOwnIds(svg: string, prefix: string): string {
  return svg.replaceAll(/(?<=\bid="|url\(#|href="#)(?=[\w-])/g, prefix);
}

function tableHtml({ columns, numbersFrom, rows, best }: ReportTable): string {
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, i) => `<${tag}${i >= numbersFrom ? ' class="number"' : ""}>${escaped(text)}</${tag}>`).join("");
  const body = rows.map((row, i) => `<tr${i === best ? ' class="best"' : ""}>${cells("td", row)}</tr>`);
  return `<table>\n<thead><tr>${cells("th", columns)}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>`;
}

function picturesHtml({ title, wide, pictures }: ReportPictures): string {
  const images = pictures.map(({ title: alt, png }) => {
    return `<img alt="${escaped(alt)}" title="${escaped(alt)}" src="data:image/png;base64,${png.toBase64()}">`;
  });
  return `<figure${wide ? ' class="wide"' : ""}>${images.join("")}<figcaption>${escaped(title)}</figcaption></figure>`;
}
