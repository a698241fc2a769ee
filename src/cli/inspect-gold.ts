import { heedError } from "../errors.ts";
import { type Link, parseAlignment } from "../evaluation/alignment.ts";
import type { EncodedExample, Example } from "../inspect/looking/subject.ts";
import { phrasebook } from "../phrasebook/phrasebook.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { words } from "../text/word-spans.ts";
import { usage } from "./inspect-options.ts";

/** Links between tokens: [source token, target token]. */
export type TokenLinks = readonly (readonly [number, number])[];

/**
 * The known links of a sentence pair, from every token of a word to every token of the word it is linked to: those of
 * --gold, or those of a sentence of the phrasebook in a run that was trained on it.
 *
 * @param gold  Word links as `heed align` writes them: "0-0 1-2".
 * @throws ERR_USAGE for links of a model that does not translate, ERR_DATA for links to words that are not there.
 */
export function goldLinks(
  run: OpenedRun,
  example: Example,
  encoded: EncodedExample,
  gold: string | undefined,
): TokenLinks {
  if (run.task !== "translate") {
    if (gold !== undefined) throw usage("--gold", "only translators have links", "leave it out");
    return [];
  }
  const links = gold === undefined ? knownLinks(run, example) : parsed(gold);
  const from = words(run.tokenizers.source, encoded.source);
  const to = words(run.tokenizers.target, encoded.target);
  return links.flatMap(({ source, target }): TokenLinks => {
    const [left, right] = [from[source], to[target]];
    if (!left || !right) {
      if (gold === undefined) return [];
      const cause = `there is no link ${source}-${target} between ${from.length} and ${to.length} words`;
      throw heedError("ERR_DATA", { where: "--gold", cause, remedy: "count words from 0" });
    }
    return tokensOf(left).flatMap((i) => tokensOf(right).map((j) => [i, j] as const));
  });
}

function parsed(gold: string): Link[] {
  const { sure, possible } = parseAlignment(gold, "--gold");
  return [...sure, ...possible];
}

const tokensOf = ({ from, to }: { from: number; to: number }): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** The links of a pair of the phrasebook that this run was trained on, by generating it again. */
function knownLinks(run: OpenedRun, { source, target }: Example): Link[] {
  if (run.task !== "translate" || !("corpus" in run.config.data.train)) return [];
  const { train, valid, test } = phrasebook({ seed: run.config.seed });
  const pair = [...test, ...valid, ...train].find((each) => each.source === source && each.target === target);
  return (pair?.links ?? []).map(([from, to]) => ({ source: from, target: to }));
}
