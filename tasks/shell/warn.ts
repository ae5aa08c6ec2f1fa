/** The warnings that were shown. */
const shown = new Set<string>();

/** Shows a warning, unless the process has shown it before, as a comparison reads its inputs again for each run. */
export function warn(text: string): void {
  if (shown.has(text)) return;
  shown.add(text);
  console.error(`warning: ${text}`);
}
