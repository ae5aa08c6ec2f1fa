import { encodeSrgb } from "../../lib/codec/image/srgb.ts";

/**
 * Equally spaced anchors of the colour scale: the components [a, b] of OKLab, from black over violet (second to
 * fourth), crimson, vermilion and orange to pale yellow, similar to matplotlib's inferno. All colours between them
 * are inside sRGB.
 */
const HUES = [
  [0, 0],
  [0.03, -0.068],
  [0.077, -0.099],
  [0.142, -0.063],
  [0.171, 0.015],
  [0.149, 0.097],
  [0.083, 0.144],
  [0.014, 0.134],
  [-0.022, 0.087],
] as const;

/** OKLab lightness at the bright end. It is below that of white, which stands for NaN. */
const BRIGHTEST = 0.97;

/**
 * The colour of an error: from black at 0 over violet, crimson and orange to pale yellow at 1. The perceived lightness is
 * proportional to the error, so the scale can also be read in grey and by colour-blind people.
 *
 * @param level The error from 0 to 1; other values are clamped. NaN gives white.
 * @returns sRGB values in [0, 1].
 */
export function errorColour(level: number): [number, number, number] {
  if (Number.isNaN(level)) return [1, 1, 1];
  const clamped = Math.min(1, Math.max(0, level));
  const position = clamped * (HUES.length - 1);
  const i = Math.min(HUES.length - 2, Math.floor(position));
  const fraction = position - i;
  const [a, b] = [0, 1].map((axis) => HUES[i][axis] + fraction * (HUES[i + 1][axis] - HUES[i][axis]));
  return okLabToSrgb(BRIGHTEST * clamped, a, b);
}

/** Converts OKLab (Ottosson 2020, "A perceptual color space for image processing") to sRGB. */
function okLabToSrgb(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeSrgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encodeSrgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encodeSrgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
