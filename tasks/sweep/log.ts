/** The most bytes at the end of a log in which an error is looked for. */
const MOST_BYTES = 65_536;

/** The most characters of an error that are shown. */
const MOST_CHARACTERS = 500;

/** The size of a log in bytes; 0 before there is one. */
export async function logSize(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}

/**
 * What a run said of its failure: the last line of its log that begins with `error:`, without that word and the full stop.
 *
 * @param from The bytes that the log had when the run was started last.
 * @returns Undefined if the run said nothing, or its log cannot be read.
 */
export async function errorIn(path: string, from: number): Promise<string | undefined> {
  const text = await endOf(path, from).catch(() => "");
  const line = text.split("\n").findLast((each) => /^error: ./.test(each));
  return line?.slice("error: ".length).replaceAll(/\p{Cc}/gu, " ").trim().slice(0, MOST_CHARACTERS).replace(/\.$/, "");
}

/** The last part of a file behind so many bytes. */
async function endOf(path: string, from: number): Promise<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  await file.seek(Math.max(from, size - MOST_BYTES), Deno.SeekMode.Start);
  return await new Response(file.readable).text();
}
