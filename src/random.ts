/** A stream of numbers in [0, 1) that depends on (seed, name) alone (splitmix32 over an FNV-1a hash of the name). */
export function randomStream(seed: number, name = ""): () => number {
  const next = randomInts(seed, name);
  return () => (next() >>> 0) / 2 ** 32;
}

/** A stream of int32 that depends on (seed, name) alone. */
export function randomInts(seed: number, name = ""): () => number {
  let state = hash(name) ^ Math.imul(seed, 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
