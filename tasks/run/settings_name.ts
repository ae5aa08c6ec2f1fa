/**
 * A name that is derived from settings, so that the same command finds its folder again.
 *
 * @param what The beginning of the name.
 */
export async function settingsName(what: string, settings: object): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(settings));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 8);
  return `${what}-${digest}`;
}

/** The name of an input as a part of a folder's name: without extension, with dashes for unusual characters, and not too long. */
export function shortName(input: string): string {
  return input.replace(/\..*$/, "").replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
}
