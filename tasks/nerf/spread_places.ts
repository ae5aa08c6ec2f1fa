/** `count` of the numbers below `size`, evenly spread; all of them in order if `count` is `size`. */
export function spreadPlaces(count: number, size: number): Uint32Array<ArrayBuffer> {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Uint32Array.from(
    { length: count },
    // Multiples of the golden ratio, modulo 1, are evenly spread and never fall into step with the rows of a picture.
    (_, i) => count === size ? i : Math.floor(((i + 0.5) * golden % 1) * size),
  );
}
