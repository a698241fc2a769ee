/** Numbers that differ from rank to rank, and whose sum depends on the order of its terms. */
export const numbers = (length: number, rank: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i + 1) * 10 ** ((i + rank) % 5));
