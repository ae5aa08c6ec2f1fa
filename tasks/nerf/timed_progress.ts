import type { ProgressLine } from "../shell/progress.ts";

/** Makes a function that shows what is done and which part of it, with the time that is left if it goes on at the same pace. */
export function timedProgress(progress: ProgressLine): (what: string, part: number) => void {
  const begin = performance.now();
  return (what, part) => {
    const seconds = (performance.now() - begin) / 1000;
    progress.update({ what, part, left: part > 0 ? seconds * (1 - part) / part : undefined });
  };
}
