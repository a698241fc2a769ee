import type { PieceSpan } from "../text/word-spans.ts";

/** Word `source` of the source is translated by word `target` of the target; both count from 0. */
interface WordLink {
  readonly source: number;
  readonly target: number;
}

/** The pieces of each word of both sides. */
export interface PairSpans {
  readonly source: readonly PieceSpan[];
  readonly target: readonly PieceSpan[];
}

/** Links between the pieces of encoded pairs, for guided attention. */
export interface PieceLinks {
  /**
   * The links of a batch as rows to compare attention with, [batch, target, source]: the row of each piece of a linked
   * target word sums to 1, the others are 0. The source words it is linked to have equal shares, and so have the pieces of
   * each.
   */
  readonly matrix: (indices: readonly number[], targetLength: number, sourceLength: number) => Float32Array;
}

/** Collects the links of one pair after another. */
export interface PieceLinksBuilder {
  /** Duplicates count once. @throws RangeError for a word that there is not, or more than 65,535 pieces. */
  readonly add: (links: readonly WordLink[], spans: PairSpans) => void;
  readonly finish: () => PieceLinks;
}

/**
 * Packs links into one array, since training sets have millions: for each linked target word its pieces, the number of its
 * source words, and the pieces of each, as 16-bit [from, to).
 */
export function pieceLinks(): PieceLinksBuilder {
  let packed = new Uint16Array(1024);
  let length = 0;
  const ends: number[] = [];
  const push = (value: number): void => {
    if (value > 0xffff) throw new RangeError(`pieceLinks: piece ${value} is beyond 65,535`);
    if (length === packed.length) {
      const larger = new Uint16Array(2 * length);
      larger.set(packed);
      packed = larger;
    }
    packed[length++] = value;
  };
  const pushSpan = (spans: readonly PieceSpan[], word: number): void => {
    const span = spans[word];
    if (!span) throw new RangeError(`pieceLinks: there is no word ${word} among ${spans.length}`);
    push(span.from);
    push(span.to);
  };
  return {
    add: (links, spans) => {
      const sources = new Map<number, Set<number>>();
      for (const { source, target } of links) {
        const known = sources.get(target);
        if (known) known.add(source);
        else sources.set(target, new Set([source]));
      }
      for (const [target, linked] of sources) {
        pushSpan(spans.target, target);
        push(linked.size);
        for (const source of linked) pushSpan(spans.source, source);
      }
      ends.push(length);
    },
    finish: () => {
      const bounds = new Float64Array(ends.length + 1);
      bounds.set(ends, 1);
      return { matrix: matrixOf(packed.slice(0, length), bounds) };
    },
  };
}

/** @param bounds  Example i is packed from bounds[i] to bounds[i + 1]. */
function matrixOf(packed: Uint16Array, bounds: Float64Array): PieceLinks["matrix"] {
  return (indices, targetLength, sourceLength) => {
    const matrix = new Float32Array(indices.length * targetLength * sourceLength);
    const at = (i: number): number => packed[i] as number;
    for (const [row, index] of indices.entries()) {
      const end = bounds[index + 1] as number;
      for (let i = bounds[index] as number; i < end; ) {
        const [targetFrom, targetTo, words] = [at(i), at(i + 1), at(i + 2)];
        i += 3;
        for (let word = 0; word < words; word++, i += 2) {
          const [from, to] = [at(i), at(i + 1)];
          const share = 1 / (words * (to - from));
          for (let piece = targetFrom; piece < targetTo; piece++) {
            const start = (row * targetLength + piece) * sourceLength;
            matrix.fill(share, start + from, start + to);
          }
        }
      }
    }
    return matrix;
  };
}
