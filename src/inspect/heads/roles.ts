import type { SurveyedHead } from "./survey.ts";

/** What a head does, in a few words; the surest first. */
export interface HeadRole {
  /** "tense", "previous token", "sink </s>", "silent", "same as head 2" */
  readonly name: string;
  readonly kind: "feature" | "position" | "sink" | "spread" | "silent" | "copy";
}

/** A feature counts when it survives the correction, and the head carries at least this share of its margin. */
const SURE = { corrected: 0.05, share: 0.05 } as const;
/** A head is named after a place that gets at least this share of its attention. */
const MOST = 0.5;
/** Of ln n: a head whose attention is near that of all keys alike. */
const SPREAD = 0.9;

/**
 * What a head does, by what was measured: features that need it beyond chance (`testContrasts`), places that get most of
 * its attention, an output of zero, the weights of another head. None where nothing stands out.
 */
export function rolesOf({ statistics, features, isSilent, identical, place }: SurveyedHead): HeadRole[] {
  const roles: HeadRole[] = [];
  if (isSilent) roles.push({ kind: "silent", name: "silent" });
  for (const { head } of identical) roles.push({ kind: "copy", name: `same as head ${head + 1}` });
  const carried = features.filter(
    ({ corrected, share }) => corrected <= SURE.corrected && share >= SURE.share,
  );
  for (const { feature } of carried.toSorted((a, b) => b.share - a.share))
    roles.push({ kind: "feature", name: feature });
  const { mass, sinks, entropy } = statistics;
  const positions = [
    ["previous token", mass.previous],
    ["next token", mass.next],
    [place.kind === "cross" ? "same position" : "itself", mass.self],
    ["first token", mass.first],
  ] as const;
  for (const [name, { share }] of positions) if (share >= MOST) roles.push({ kind: "position", name });
  const [sink] = sinks;
  if (sink && sink.share >= MOST) roles.push({ kind: "sink", name: `sink ${sink.token}` });
  if (entropy.relative >= SPREAD) roles.push({ kind: "spread", name: "all tokens" });
  return roles;
}
