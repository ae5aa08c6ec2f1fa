import type { SceneFiles } from "./scene_files.ts";

/** The most bytes that are kept. */
const MOST = 2 ** 26;

/**
 * Files that are read a second time from memory, as far as they fit in 64 MiB: photographs are read for their headers first, and to be decoded
 * later.
 *
 * @param signal Ends reading between two files, by throwing its reason.
 */
export function keptFiles(files: SceneFiles, signal?: AbortSignal): SceneFiles {
  const kept = new Map<string, Uint8Array>();
  let bytes = 0;
  return {
    name: files.name,
    list: (folder) => files.list(folder),
    async read(path) {
      const again = kept.get(path);
      if (again !== undefined) {
        kept.delete(path);
        bytes -= again.length;
        return again;
      }
      const found = await files.read(path);
      signal?.throwIfAborted();
      if (found !== undefined && bytes + found.length <= MOST) {
        kept.set(path, found);
        bytes += found.length;
      }
      return found;
    },
  };
}
