import type { Picture } from "../../codec/image/picture.ts";

/** A grey picture as RGB; the same object if it is RGB. Pictures with alpha are composited before. */
export function asRgb(picture: Picture): Picture {
  const { width, height, channels, pixels } = picture;
  if (channels === 3) return picture;
  const rgb = new Float32Array(3 * pixels.length);
  for (let i = 0; i < pixels.length; i++) rgb.fill(pixels[i], 3 * i, 3 * i + 3);
  return { width, height, channels: 3, pixels: rgb };
}
