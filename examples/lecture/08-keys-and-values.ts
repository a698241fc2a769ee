/**
 * "Self-attention adds another component to the mix, called the key": every word has a query, a key and a value. What if the
 * key has to serve as the value too?
 *
 *   npx tsx examples/lecture/08-keys-and-values.ts
 */
import { learn, lookInto } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { expectation, table, vector } from "./table.ts";

const separate = await learn("training.steps=200");
const tied = await learn("model.without=[values]", "training.steps=200");
const source = "We see the green car.";

for (const [name, learnt] of Object.entries({ "three vectors a word": separate, "K = V": tied })) {
  const look = await lookInto(learnt);
  const place = "encoder.0.attention" as const;
  const { taps } = await look.run(
    { source, target: "" },
    { taps: [`${place}.queries`, `${place}.keys`, `${place}.values`] },
  );
  look.close();
  const show = (tap: string, i: number): string =>
    vector(headOf(taps.get(`${place}.${tap}`))[i]?.slice(0, 3));
  const tokens = taps.get(`${place}.keys`)?.axes[2]?.tokens?.reads ?? [];
  table(
    [name, "query", "key", "value"],
    tokens.map((token, i) => [token, ...["queries", "keys", "values"].map((tap) => show(tap, i))]),
  );
  console.log();
}
table(
  ["", "parameters", "loss", "BLEU"],
  [
    ["query, key and value", separate.parameters, separate.loss, separate.bleu],
    ["key is value", tied.parameters, tied.loss, tied.bleu],
  ],
);
expectation(
  "tied, the columns key and value are equal, and 6 matrices of 64 x 64 are saved. It still learns: a key has\n" +
    "room for what to match and what to pass on. Separate, each is free to do one thing well.",
);
