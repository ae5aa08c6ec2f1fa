import type { Picture } from "../codec/image/picture.ts";

/**
 * Draws a depth map as a grey picture: near is bright, far is dark, and pixels that show nothing are black. Grey levels range from the
 * 2nd to the 98th percentile of the visible depths.
 *
 * @param depth `[height · width]`: Σ w t, as `renderView` returns it.
 * @param opacity `[height · width]`: Σ w; pixels that are less than half opaque are black.
 * @param levels Whether grey levels are linear in 1/depth (default) or in depth, which suits NDC, whose depth is itself inverse.
 */
export function depthPicture(
  depth: Float32Array,
  opacity: Float32Array,
  width: number,
  height: number,
  levels: "inverse" | "linear" = "inverse",
): Picture {
  const nearness = depth.map((value, i) => {
    if (opacity[i] < 0.5) return NaN;
    return levels === "inverse" ? opacity[i] / Math.max(value, 1e-6) : -value / opacity[i];
  });
  const sorted = nearness.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.02), at(0.98)];
  const range = Math.max(high - low, 1e-9);
  const pixels = nearness.map((value) =>
    Number.isNaN(value) ? 0 : 0.1 + 0.9 * Math.min(1, Math.max(0, (value - low) / range))
  );
  return { width, height, channels: 1, pixels };
}
