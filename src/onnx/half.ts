/** Numbers of 16 bits, which files store and Heed widens. */

/**
 * A float of 16 bits as a number: 1 bit of sign, 5 of exponent, 10 of fraction.
 *
 * @param bits  An integer from 0 to 65535.
 */
export function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest float of 16 bits, ties to even; beyond 65504 it is infinite. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The spacing of halves around `size`: subnormal ones are 2^-24 apart.
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1e-30)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // A step count of 2048 carries into the exponent by itself.
  return sign | (exponent === -14 ? steps : ((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A bfloat16, the upper half of a float32, as a number. */
export function fromBfloat(bits: number): number {
  const word = Uint32Array.of(bits << 16);
  return new Float32Array(word.buffer)[0] as number;
}
