import type { Picture } from "../../codec/image/picture.ts";

/** A grey picture as RGB; the same object if it is RGB. Pictures with alpha are composited before. */
export function asRgb(picture: Picture): Picture {
  const { width, height, channels, pixels } = picture;
  if (channels === 3) return picture;
  return {
    width,
    height,
    channels: 3,
    pixels: Float32Array.from({ length: width * height * 3 }, (_, i) => pixels[Math.floor(i / 3)]),
  };
}
