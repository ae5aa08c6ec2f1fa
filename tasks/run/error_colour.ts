import { encodeSrgb } from "../../lib/codec/image/srgb.ts";

/**
 * Anchors of the scale at equal distances, in OKLab without its lightness: [a, b] from black over violet (second to
 * fourth), crimson, vermilion and orange to pale yellow, in the spirit of matplotlib's inferno. All colours between them
 * lie inside sRGB.
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

/** OKLab lightness at the bright end, just below white so that white stays free for NaN. */
const BRIGHTEST = 0.97;

/**
 * A colour for an error: black at 0 over violet, crimson and orange to pale yellow at 1, with a perceived lightness that
 * grows in proportion to the error, so that the scale also reads in grey and by the colour-blind.
 *
 * @param level The error, 0 to 1; clamped. NaN gives white.
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

/** Ottosson 2020, "A perceptual color space for image processing", then the sRGB transfer function. */
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
