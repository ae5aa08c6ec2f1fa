/** PyTorch's default for linear layers: 1/√fanIn (Kaiming uniform with a = √5). */
export function linearBound(fanIn: number): number {
  return 1 / Math.sqrt(fanIn);
}
