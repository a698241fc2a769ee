/** Random draws equal to NumPy's, so that a seed in a signature means the same here as in sacreBLEU. */
export interface Draws {
  /** A whole number in [0, below), as `rng.choice(below)` draws it. `below` is at most 2³². */
  readonly index: (below: number) => number;
  /** A stream of bits, equal to the array that one call of `rng.integers(2, size, dtype=bool)` returns. */
  readonly bits: () => () => number;
}

/**
 * NumPy's `default_rng(seed)`: PCG64, a 128-bit congruential generator whose halves are xored and rotated, started from
 * a mixed seed.
 *
 * @param seed  A whole number in [0, 2³²).
 * @see O'Neill 2014, PCG - https://www.pcg-random.org/paper.html
 * @see https://numpy.org/doc/stable/reference/random/bit_generators/pcg64.html
 */
export function numpyDraws(seed: number): Draws {
  const next = halves(pcg64(seed));
  return {
    index: (below) => bounded(next, below),
    bits: () => {
      let word = 0;
      let left = 0;
      return () => {
        word = left === 0 ? next() : word >>> 1;
        left = left === 0 ? 31 : left - 1;
        return word & 1;
      };
    },
  };
}

/**
 * A whole number in [0, below), without bias: the upper half of the product with 32 random bits, drawn again in the few
 * cases that would bias it.
 *
 * @see Lemire 2019, Fast random integer generation in an interval - https://arxiv.org/abs/1805.10941
 */
function bounded(next: () => number, below: number): number {
  if (below <= 1) return 0;
  const rejected = (2 ** 32 - below) % below;
  for (;;) {
    const word = next();
    // The product has up to 64 bits; multiplying 16 bits of the word at a time is exact in doubles.
    const low = (word & 0xffff) * below;
    const high = (word >>> 16) * below + Math.floor(low / 0x10000);
    const rest = (high % 0x10000) * 0x10000 + (low % 0x10000);
    if (rest >= rejected) return Math.floor(high / 0x10000);
  }
}

/** Splits the output of a 64-bit generator into 32-bit halves, the lower one first. */
function halves(next: () => readonly [low: number, high: number]): () => number {
  let upper: number | undefined;
  return () => {
    if (upper !== undefined) {
      const high = upper;
      upper = undefined;
      return high;
    }
    const [low, high] = next();
    upper = high;
    return low;
  };
}

/** 128-bit numbers are stored as eight 16-bit digits, lowest first, whose products sum exactly in a double. */
const DIGITS = 8;
const MULTIPLIER = digitsOf(0x2360ed05_1fc65da4_4385df64_9fccf645n);

function digitsOf(value: bigint): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: DIGITS }, (_, i) => Number((value >> BigInt(16 * i)) & 0xffffn));
}

function pcg64(seed: number): () => readonly [low: number, high: number] {
  const [stateHigh, stateLow, streamHigh, streamLow] = mixedSeed(seed) as [bigint, bigint, bigint, bigint];
  const stream = (((streamHigh << 64n) | streamLow) << 1n) | 1n;
  const increment = digitsOf(stream);
  let state = digitsOf(stream + ((stateHigh << 64n) | stateLow));
  let spare = new Float64Array(DIGITS);
  const step = (): void => {
    let carry = 0;
    for (let k = 0; k < DIGITS; k++) {
      let sum = carry + (increment[k] as number);
      for (let i = 0; i <= k; i++) sum += (state[i] as number) * (MULTIPLIER[k - i] as number);
      carry = Math.floor(sum / 0x10000);
      spare[k] = sum - carry * 0x10000;
    }
    [state, spare] = [spare, state];
  };
  step();
  const word = (digit: number): number =>
    ((state[digit + 1] as number) * 0x10000 + (state[digit] as number)) >>> 0;
  return () => {
    step();
    const low = word(0) ^ word(4);
    const high = word(2) ^ word(6);
    const turn = word(6) >>> 26;
    return turn < 32
      ? [rotated(low, high, turn), rotated(high, low, turn)]
      : [rotated(high, low, turn - 32), rotated(low, high, turn - 32)];
  };
}

/** The lower half of a 64-bit number rotated right by less than 32. */
const rotated = (low: number, high: number, by: number): number =>
  (by === 0 ? low : (low >>> by) | (high << (32 - by))) >>> 0;

/** NumPy's SeedSequence: four 64-bit words, each of which depends on every bit of the seed. */
function mixedSeed(seed: number): bigint[] {
  const scrambler = (constant: number, multiplier: number) => {
    let factor = constant;
    return (value: number): number => {
      const mixed = value ^ factor;
      factor = Math.imul(factor, multiplier);
      return folded(Math.imul(mixed, factor));
    };
  };
  const absorb = scrambler(0x43b0d7e5, 0x931e8875);
  const pool = [seed, 0, 0, 0].map(absorb);
  for (let from = 0; from < pool.length; from++) {
    for (let to = 0; to < pool.length; to++) {
      if (from === to) continue;
      const other = Math.imul(absorb(pool[from] as number), 0x4973f715);
      pool[to] = folded(Math.imul(pool[to] as number, 0xca01f9dd) - other);
    }
  }
  const emit = scrambler(0x8b51f9dd, 0x58f38ded);
  const words = Array.from({ length: 8 }, (_, i) => BigInt(emit(pool[i % pool.length] as number) >>> 0));
  return [0, 2, 4, 6].map((i) => ((words[i + 1] as bigint) << 32n) | (words[i] as bigint));
}

const folded = (value: number): number => value ^ (value >>> 16);
