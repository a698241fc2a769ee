/**
 * "Without positions it is a bag of words": shuffling the words of a sentence only shuffles the encoder's states.
 * Shows max |f(P x) - P f(x)|, and the cost for a translator.
 *
 *   npx tsx examples/lecture/12-bag-of-words.ts
 */
import { build, compile, input } from "heed";
import { learn, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const ids = tokenizers.source.encode("The small cat does not sleep in the garden.");
const order = ids.map((_, i) => (5 * i + 3) % ids.length);

const rows = [];
for (const without of ["[]", "[positions]"]) {
  const { model, weights, loss, bleu } = await learn(`model.without=${without}`, "training.steps=200");
  const source = input("source", "int32", [1, "source"]);
  const mask = input("mask", "float32", [1, "source"]);
  const { states } = build(model).call.encode(source, mask);
  const encode = await compile({ engine, constants: weights, outputs: { states } });
  const shape = [1, ids.length];
  const encodeIds = async (tokens: number[]): Promise<Float32Array> => {
    const output = await encode({
      source: { shape, data: Int32Array.from(tokens) },
      mask: { shape, data: new Float32Array(ids.length).fill(1) },
    });
    return (await output.states.read()) as Float32Array;
  };
  const plain = await encodeIds(ids);
  const shuffled = await encodeIds(order.map((i) => ids[i] as number));
  const dim = plain.length / ids.length;
  const gaps = order.map((from, to) =>
    Math.max(
      ...Array.from({ length: dim }, (_, d) =>
        Math.abs((shuffled[to * dim + d] ?? 0) - (plain[from * dim + d] ?? 0)),
      ),
    ),
  );
  encode.close();
  rows.push([without === "[]" ? "with positions" : "without", Math.max(...gaps), loss, bleu]);
}
table(["", "max |f(Px) - P f(x)|", "loss", "BLEU"], rows);
expectation(
  "without positions the states of the shuffled sentence are the shuffled states, up to rounding. The decoder then\n" +
    "has to guess the order of the source, and translates worse.",
);
