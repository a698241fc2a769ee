/**
 * "Those weight matrices stay fixed once the model is trained … a11 will be changing with every new sequence": one word in two
 * sentences. Its query is the same number for number; its attention is not.
 *
 *   npx tsx examples/lecture/19-fresh.ts
 */
import { learn, lookInto } from "./learn.ts";
import { gap, headOf } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

const learnt = await learn();
const before = learnt.weights.get("encoder.0.attention.query.weight")?.data.slice();
const look = await lookInto(learnt);
const place = "encoder.0.attention";
const WORD = 1; // "novel"
const read = async (source: string) => {
  const { taps } = await look.run({ source, target: "" }, { taps: [`${place}.weights`, `${place}.queries`] });
  const tokens = taps.get(`${place}.weights`)?.axes[3]?.tokens?.reads ?? [];
  return {
    tokens,
    query: headOf(taps.get(`${place}.queries`))[WORD] ?? [],
    row: headOf(taps.get(`${place}.weights`))[WORD] ?? [],
  };
};
const sentences = ["His novel is not bad.", "His novel is old."];
const [one, two] = [await read(sentences[0] as string), await read(sentences[1] as string)];
look.close();

for (const { tokens, row } of [one, two]) {
  table([`attention of ${tokens[WORD]}`, ...tokens], [["head 0", ...row.map(fixed)]]);
  console.log();
}
const after = learnt.weights.get("encoder.0.attention.query.weight")?.data;
const isFixed = before?.every((value, i) => value === after?.[i]);
console.log(
  `queries of ${one.tokens[WORD]} differ by ${gap([one.query], [two.query])}; W_Q is ${isFixed ? "unchanged" : "changed"}`,
);
console.log(`its weight on itself: ${one.row[WORD]?.toFixed(4)} and ${two.row[WORD]?.toFixed(4)}`);
expectation(
  "in the first layer, the query depends on the word and its position alone: difference 0. The row of weights\n" +
    "is of another length and has other numbers, because other keys answered and softmax shares among those present.",
);
