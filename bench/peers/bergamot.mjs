/**
 * Translation by Bergamot's WebAssembly build, for bench/decoding.
 *
 * Reads one JSON object on standard input: {folder, sentences, shortlist, together}, the folder of a published model. Then,
 * for every line "run N" it translates everything N times, all sentences in one call or one after the other, and prints
 * the milliseconds of processor time as a JSON list.
 *
 * The package's own worker does not start on Node 20: it is CommonJS in a package of modules. This starts the program it
 * wraps, with the worker's settings (translator-worker.js); its products of 8-bit numbers are those in the .wasm file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(new URL("js/package.json", import.meta.url));
const { version } = require("@browsermt/bergamot-translator/package.json");
const file = (extension) =>
  readFileSync(
    require.resolve(`@browsermt/bergamot-translator/worker/bergamot-translator-worker.${extension}`),
  );

/** The names under which the program asks for its products, and those it has itself. */
const products = {
  int8_prepare_a: "int8PrepareAFallback",
  int8_prepare_b: "int8PrepareBFallback",
  int8_prepare_b_from_transposed: "int8PrepareBFromTransposedFallback",
  int8_prepare_b_from_quantized_transposed: "int8PrepareBFromQuantizedTransposedFallback",
  int8_prepare_bias: "int8PrepareBiasFallback",
  int8_multiply_and_add_bias: "int8MultiplyAndAddBiasFallback",
  int8_select_columns_of_b: "int8SelectColumnsOfBFallback",
};

function openModule() {
  return new Promise((resolve, reject) => {
    const module = {
      instantiateWasm: (imports, accept) => {
        const own = Object.entries(products).map(([asked, name]) => [
          asked,
          (...values) => module.asm[name](...values),
        ]);
        WebAssembly.instantiate(file("wasm"), { ...imports, wasm_gemm: Object.fromEntries(own) })
          .then(({ instance }) => accept(instance))
          .catch(reject);
        return {};
      },
      onRuntimeInitialized: () => resolve(module),
    };
    new Function("Module", file("js").toString())(module);
  });
}

const settings = `beam-size: 1
normalize: 1.0
word-penalty: 0
cpu-threads: 0
gemm-precision: int8shiftAlphaAll
skip-cost: true
alignment: soft
quiet: true
quiet-translation: true
max-length-break: 128
mini-batch-words: 1024
workspace: 128
max-length-factor: 2.0
`;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { folder, sentences, shortlist, together } = JSON.parse((await lines.next()).value);
const module = await openModule();

function memoryOf(pattern, alignment) {
  const name = readdirSync(folder).find((each) => pattern.test(each));
  if (!name) throw new Error(`${folder} has no file like ${pattern}`);
  const bytes = readFileSync(join(folder, name));
  const memory = new module.AlignedMemory(bytes.length, alignment);
  memory.getByteArrayView().set(bytes);
  return memory;
}
const vocabularies = new module.AlignedMemoryList();
vocabularies.push_back(memoryOf(/\.spm$/, 64));
const model = new module.TranslationModel(
  settings,
  memoryOf(/^model\..*\.bin$/, 256),
  shortlist ? memoryOf(/^lex\..*\.bin$/, 64) : new module.AlignedMemory(0, 64),
  vocabularies,
  null,
);
const service = new module.BlockingService({ cacheSize: 0 });

function translateAll(texts) {
  const input = new module.VectorString();
  const options = new module.VectorResponseOptions();
  for (const text of texts) {
    input.push_back(text);
    options.push_back({ alignment: false, html: false, qualityScores: false });
  }
  const responses = service.translate(model, input, options);
  const written = texts.map((_, i) => responses.get(i).getTranslatedText());
  for (const each of [input, options, responses]) each.delete();
  return written;
}
const translate = () =>
  together ? translateAll(sentences) : sentences.flatMap((sentence) => translateAll([sentence]));

const texts = translate();
console.log(JSON.stringify({ version: `Bergamot ${version}`, texts }));
for await (const line of lines) {
  const times = [];
  for (let i = 0; i < Number(line.split(" ")[1]); i++) {
    const start = process.cpuUsage();
    translate();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  console.log(JSON.stringify(times));
}
