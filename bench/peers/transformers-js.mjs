/**
 * Greedy translation by transformers.js, for bench/decoding.
 *
 * Reads one JSON object on standard input: {folder, dtype, batches, threads}, batches of rows of ids. Then, for every line "run N"
 * it translates everything N times and prints the milliseconds as a JSON list.
 */
import { createInterface } from "node:readline";
import { AutoModelForSeq2SeqLM, env, Tensor } from "@huggingface/transformers";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { folder, dtype, batches, threads } = JSON.parse((await lines.next()).value);
env.allowRemoteModels = false;
env.localModelPath = "/";
const model = await AutoModelForSeq2SeqLM.from_pretrained(folder, {
  dtype,
  session_options: { intraOpNumThreads: threads },
});
const { pad_token_id: pad, eos_token_id: end } = model.config;

const inputs = batches.map((rows) => {
  const length = Math.max(...rows.map((row) => row.length));
  const matrix = (value) =>
    new Tensor(
      "int64",
      BigInt64Array.from(
        rows.flatMap((row) => Array.from({ length }, (_, i) => value(row[i]))),
        BigInt,
      ),
      [rows.length, length],
    );
  return {
    input_ids: matrix((id) => id ?? pad),
    attention_mask: matrix((id) => Number(id !== undefined)),
    max_new_tokens: 2 * length + 10,
  };
});

async function translate() {
  let tokens = 0;
  for (const input of inputs) {
    for (const row of (await model.generate(input)).tolist()) {
      const written = row.slice(1);
      const at = written.indexOf(BigInt(end));
      tokens += at === -1 ? written.length : at + 1;
    }
  }
  return tokens;
}

const tokens = await translate();
console.log(JSON.stringify({ version: `transformers.js ${env.version}`, tokens }));
for await (const line of lines) {
  const times = [];
  for (let i = 0; i < Number(line.split(" ")[1]); i++) {
    const start = performance.now();
    await translate();
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify(times));
}
