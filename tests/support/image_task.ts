import { encodePng } from "../../mod.ts";

/** How a process ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `deno task image` as it is called from a folder. */
export async function imageTask(folder: string, ...args: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("../../tasks/image.ts", import.meta.url).pathname, ...args],
    env: { INIT_CWD: folder, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A smooth RGB picture as a PNG. */
export function smoothPng(width: number, height: number): Uint8Array {
  const pixels = Float32Array.from({ length: width * height * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i / width));
  return encodePng({ width, height, channels: 3, pixels });
}

/** Options that make a run tiny. */
export const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64"];
