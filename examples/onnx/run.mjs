// Runs a folder of `heed export --format onnx`, a line at a time:  node run.mjs [--tokens 50] < in.txt
// Needs: npm install onnxruntime-node @huggingface/tokenizers
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Tokenizer } from "@huggingface/tokenizers";
import * as ort from "onnxruntime-node";

const { values } = parseArgs({ options: { tokens: { type: "string", default: "50" } } });
const json = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const open = (name) =>
  ort.InferenceSession.create(readFileSync(new URL(`onnx/${name}.onnx`, import.meta.url)));
const tokenizer = (name) => new Tokenizer(json(name), { unk_token: unknown });
const ids = (row) => new ort.Tensor("int64", BigInt64Array.from(row, BigInt), [1, row.length]);
const whole = (row) => ({ input_ids: ids(row), attention_mask: ids(row.map(() => 1)) });
const best = (scores) => scores.reduce((top, score, i) => (score > scores[top] ? i : top), 0);
const { task, start, end, unknown, labels, longest, state } = json("model.json");

/** Writes greedily: reads `tokens` one by one, then its own, until the end or for `most` tokens. */
async function write(decoder, memory, tokens, most) {
  const written = [];
  for (let at = 0, token = tokens[0]; written.length < most; token = tokens[at] ?? written.at(-1)) {
    const { logits, ...next } = await decoder.run({ ...memory, input_ids: ids([token]) });
    for (const [name, value] of Object.entries(next))
      if (name.startsWith("next.")) memory[name.slice(5)] = value;
    if (++at >= tokens.length) written.push(best(logits.data));
    if (written.length > 0 && written.at(-1) === end) return written.slice(0, -1);
  }
  return written;
}
const only = (session, tensors) =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => session.inputNames.includes(name)));

const runners = {
  translate: async () => {
    const [encoder, decoder] = [await open("encoder"), await open("decoder")];
    const [source, target] = [tokenizer("tokenizer.source.json"), tokenizer("tokenizer.target.json")];
    return async (text) => {
      const row = source.encode(text).ids;
      const memory = only(decoder, await encoder.run(whole(row)));
      return target.decode(await write(decoder, memory, [start], 2 * row.length + 10));
    };
  },
  generate: async () => {
    const [decoder, text] = [await open("decoder"), tokenizer("tokenizer.json")];
    const zeros = ([name, axes]) => [
      name,
      new ort.Tensor("float32", new Float32Array(axes.reduce((n, size) => n * size, 1)), [1, ...axes]),
    ];
    return async (prompt) => {
      const row = prompt === "" ? [start] : text.encode(prompt).ids;
      return text.decode([
        ...row,
        ...(await write(
          decoder,
          Object.fromEntries(Object.entries(state).map(zeros)),
          row,
          Number(values.tokens),
        )),
      ]);
    };
  },
  classify: async () => {
    const [model, text] = [await open("model"), tokenizer("tokenizer.json")];
    return async (line) =>
      labels[best((await model.run(whole(text.encode(line).ids.slice(0, longest)))).logits.data)];
  },
};

const run = await runners[task]();
for await (const line of createInterface({ input: process.stdin }))
  console.log(line.trim() === "" && task !== "generate" ? "" : await run(line));
