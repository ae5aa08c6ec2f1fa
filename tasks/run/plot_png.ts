/**
 * Plots as PNG, for papers and slides. The packages that draw them are loaded when the first one is drawn, so that they are not needed before.
 *
 * @module
 */

import { loadPackage } from "../shell/load_package.ts";

const RESVG = "npm:@resvg/resvg-wasm@2.6.2";
/** Arimo, whose characters are as wide as those of Helvetica and Arial, which our plots ask for. */
const ARIMO = "npm:@expo-google-fonts/arimo@0.4.3";
const FONTS = ["400Regular/Arimo_400Regular.ttf", "700Bold/Arimo_700Bold.ttf"];

/** Pixels for each unit of the SVG document. */
const SCALE = 2;

/** The part of resvg that is used here. */
interface Resvg {
  initWasm(module: Uint8Array): Promise<void>;
  readonly Resvg: new (svg: string, options: object) => {
    render(): { asPng(): Uint8Array; free(): void };
    free(): void;
  };
}

/** What draws, loaded. */
interface Renderer {
  readonly resvg: Resvg;
  readonly fonts: readonly Uint8Array[];
}

/** The first attempt to load: where one plot has waited in vain, those after it do not wait again. */
let loading: Promise<Renderer> | undefined;

async function load(): Promise<Renderer> {
  const resvg = await loadPackage<Resvg>(RESVG);
  await resvg.initWasm(await bytesOf(RESVG, "index_bg.wasm"));
  // A file is found only once its package has been loaded, for which any module of it will do.
  await loadPackage(`${ARIMO}/package.json`, undefined, "json");
  const fonts: Uint8Array[] = [];
  for (const file of FONTS) fonts.push(await bytesOf(ARIMO, file));
  return { resvg, fonts };
}

/** A file of a package. */
async function bytesOf(specifier: string, file: string): Promise<Uint8Array> {
  const { default: bytes } = await loadPackage<{ default: Uint8Array }>(`${specifier}/${file}`, undefined, "bytes");
  return bytes;
}

/**
 * Draws an SVG document as PNG, with two pixels for each of its units.
 *
 * @param svg A plot as `plot.ts` draws it.
 * @returns The whole file; the same document gives the same bytes.
 * @throws {Error} If the packages cannot be loaded, for instance without a network when they are used for the first time.
 */
export async function plotPng(svg: string): Promise<Uint8Array> {
  const { resvg, fonts } = await (loading ??= load());
  const font = { fontBuffers: fonts, loadSystemFonts: false, defaultFontFamily: "Arimo", sansSerifFamily: "Arimo" };
  const drawing = new resvg.Resvg(svg, { font, fitTo: { mode: "zoom", value: SCALE } });
  const image = drawing.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    drawing.free();
  }
}
