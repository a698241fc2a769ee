import type { Link } from "./alignment.ts";

export const symmetrisations = [
  "intersection",
  "union",
  "grow-diag",
  "grow-diag-final",
  "grow-diag-final-and",
] as const;
export type Symmetrisation = (typeof symmetrisations)[number];

/**
 * Combines the alignments of both directions, A (source to target) and B (target to source):
 *
 * - intersection, union:   A ∩ B, A ∪ B
 * - grow-diag:             starts from A ∩ B and adds links of A ∪ B next or diagonal to an existing link if at least
 *                          one of their words has no link yet
 * - grow-diag-final:       then adds links of A, then of B, if at least one of their words has no link
 * - grow-diag-final-and:   then adds links of A, then of B, if neither of their words has a link
 *
 * Growing considers candidates in order of source, then target word, in rounds until a round adds nothing.
 *
 * @returns links in order of source, then target word; each once.
 * @see Koehn et al. 2005, "Edinburgh System Description for the 2005 IWSLT" - https://aclanthology.org/2005.iwslt-1.8
 */
export function symmetrise(
  forward: readonly Link[],
  backward: readonly Link[],
  method: Symmetrisation,
): Link[] {
  const [a, b] = [inOrder(forward), inOrder(backward)];
  const union = inOrder([...a, ...b]);
  if (method === "union") return union;
  const inBoth = new Set(b.map(keyOf));
  const grid = new Grid(a.filter((link) => inBoth.has(keyOf(link))));
  if (method !== "intersection") {
    grid.grow(union);
    if (method === "grow-diag-final") for (const side of [a, b]) grid.add(side, (s, t) => !(s && t));
    if (method === "grow-diag-final-and") for (const side of [a, b]) grid.add(side, (s, t) => !(s || t));
  }
  return inOrder(grid.links);
}

const keyOf = ({ source, target }: Link): string => `${source}-${target}`;

const inOrder = (links: readonly Link[]): Link[] =>
  [...new Map(links.map((link) => [keyOf(link), link])).values()].sort(
    (a, b) => a.source - b.source || a.target - b.target,
  );

/** The links so far and the words that have one. */
class Grid {
  readonly links: Link[] = [];
  readonly #keys = new Set<string>();
  readonly #sources = new Set<number>();
  readonly #targets = new Set<number>();

  constructor(links: readonly Link[]) {
    for (const link of links) this.#insert(link);
  }

  #insert(link: Link): void {
    this.links.push(link);
    this.#keys.add(keyOf(link));
    this.#sources.add(link.source);
    this.#targets.add(link.target);
  }

  #hasNeighbour({ source, target }: Link): boolean {
    for (const s of [source - 1, source, source + 1])
      for (const t of [target - 1, target, target + 1])
        if (this.#keys.has(keyOf({ source: s, target: t }))) return true;
    return false;
  }

  /** Adds the new links that `isWanted` accepts, given whether their source and target words have a link. */
  add(links: readonly Link[], isWanted: (source: boolean, target: boolean) => boolean): void {
    for (const link of links) {
      const isNew = !this.#keys.has(keyOf(link));
      if (isNew && isWanted(this.#sources.has(link.source), this.#targets.has(link.target)))
        this.#insert(link);
    }
  }

  /** Adds neighbours of existing links, round by round. */
  grow(candidates: readonly Link[]): void {
    for (let before = -1; before !== this.links.length; ) {
      before = this.links.length;
      for (const link of candidates) {
        const isFree = !(this.#sources.has(link.source) && this.#targets.has(link.target));
        if (isFree && !this.#keys.has(keyOf(link)) && this.#hasNeighbour(link)) this.#insert(link);
      }
    }
  }
}
