/** The candidate that a mistyped name most likely means, or undefined if none is close. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const otherCase = candidates.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined) return otherCase;
  const distances = candidates.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  distances.sort((a, b) => a.distance - b.distance);
  const [best] = distances;
  if (best && best.distance <= Math.max(1, Math.floor(name.length / 3))) return best.candidate;
  return candidates.find((candidate) => name.length >= 3 && candidate.startsWith(name));
}

/** The least number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, rows[i - 1][j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
