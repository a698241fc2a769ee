/**
 * "Which vector will contribute the most in the sum? The one that word one thinks is the most important": not always. A small
 * weight on a long value counts more than a large weight on a short one: a_ij beside |a_ij v_j|.
 *
 *   npx tsx examples/lecture/22-which-word.ts
 */
import { evidence } from "heed/inspect";
import { learn, lookInto, test, tokenizers } from "./learn.ts";
import { expectation, fixed, table } from "./table.ts";

const HEADS = 4;
const look = await lookInto(await learn());
const bothOf = async (pair: { source: string; target: string }, head: number) => {
  const where = { place: "encoder.0.attention", head };
  return {
    weights: await evidence(look, pair, "weights", where),
    norms: await evidence(look, pair, "norms", where),
  };
};
const most = (row: readonly number[] = []): number => row.indexOf(Math.max(...row));

const pair = { source: "We see the green car.", target: "" };
const tokens = tokenizers.source.encode(pair.source).map((id) => tokenizers.source.token(id));
const { weights, norms } = await bothOf(pair, 0);
const rows = weights.flatMap((row, i) => {
  const norm = norms[i] ?? [];
  const flag = most(row) === most(norm) ? "" : `◀ ${tokens[most(row)]}, but ${tokens[most(norm)]}`;
  return [
    [`${tokens[i]}: a_ij`, ...row.map(fixed), ""],
    ["|a_ij v_j|", ...norm.map(fixed), flag],
  ];
});
table(["head 0", ...tokens, "they disagree"], rows);

const rates: string[][] = [];
for (let head = 0; head < HEADS; head++) {
  let [all, differ] = [0, 0];
  for (const one of test.slice(0, 100)) {
    const both = await bothOf(one, head);
    all += both.weights.length;
    differ += both.weights.filter((row, i) => most(row) !== most(both.norms[i])).length;
  }
  rates.push([`head ${head}`, `${((100 * differ) / all).toFixed(0)} %`]);
}
look.close();
console.log();
table(["100 unseen sentences", "rows where they disagree"], rates);
expectation(
  "mostly the largest weight is the largest contribution, and where it is not, the row is flagged. A weight\n" +
    "alone is not yet what a word adds (Kobayashi et al. 2020): the length of its value is the other half.",
);
