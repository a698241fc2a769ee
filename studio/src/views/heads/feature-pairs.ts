import type { ScoredHead } from "../../model/head-scores.ts";

/** What an attention reads, by its place. */
export function kindOf(place: string): "cross" | "decoder" | "encoder" | "self" {
  if (place.endsWith("cross")) return "cross";
  return place.startsWith("decoder.") ? "decoder" : place.startsWith("encoder.") ? "encoder" : "self";
}

export interface FeaturePair {
  /** "tense + negation" */
  readonly name: string;
  readonly first: ScoredHead;
  readonly second: ScoredHead;
}

const MOST = 4;
/** The lecture's "not bad" is shown before all others. */
const FIRST = "tense + negation";

/** Two features at a time, and the two heads of one kind of attention that carry most of them: those that can be laid over each other. */
export function featurePairs(heads: readonly ScoredHead[]): FeaturePair[] {
  const order = ["tense", "negation"];
  const names = [...new Set(heads.flatMap(({ features }) => features.map(({ name }) => name)))];
  const features = [
    ...order.filter((name) => names.includes(name)),
    ...names.filter((name) => !order.includes(name)),
  ];
  const shareOf = (head: ScoredHead, feature: string): number =>
    head.features.find(({ name }) => name === feature)?.share ?? 0;
  const pairs = features.flatMap((one, i) =>
    features.slice(i + 1).flatMap((other) => {
      const candidates = heads.flatMap((first) =>
        heads.flatMap((second) => {
          const [a, b] = [shareOf(first, one), shareOf(second, other)];
          const isPair = first !== second && kindOf(first.place) === kindOf(second.place) && a > 0 && b > 0;
          return isPair ? [{ name: `${one} + ${other}`, first, second, share: Math.min(a, b) }] : [];
        }),
      );
      return candidates.toSorted((a, b) => b.share - a.share).slice(0, 1);
    }),
  );
  return pairs
    .toSorted((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST) || b.share - a.share)
    .slice(0, MOST);
}
