/** The upper half of float32 numbers, rounded to the nearest, to even between two. Infinity stays, and so does NaN. */
export function encodeBfloat16(from: Float32Array, to: Uint16Array): void {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i] as number;
    const isNumber = (x & 0x7fff_ffff) <= 0x7f80_0000;
    to[i] = isNumber ? (x + 0x7fff + ((x >>> 16) & 1)) >>> 16 : (x >>> 16) | 0x40;
  }
}

export function decodeBfloat16(from: Uint16Array, to: Float32Array): void {
  const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
  for (let i = 0; i < from.length; i++) bits[i] = (from[i] as number) << 16;
}
