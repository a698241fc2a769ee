/** Files of models from elsewhere: safetensors, tokenizer.json, config.json, SentencePiece and Marian's own format. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect } from "vitest";
import { decodeMarian } from "../../src/formats/marian/items.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { decodeSentencePiece, tokenizerJsonOf } from "../../src/formats/sentencepiece.ts";
import { importRun } from "../../src/runs/import-run.node.ts";
import { importedTokenizer } from "../../src/text/imported-tokenizer.ts";
import { folderOf, temporary } from "../import/imported.ts";
import { changed, changes, damaged, damages, fuzz } from "./fuzz.ts";

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));

const tensor = fc.record({
  dtype: fc.constantFrom("F32", "F16", "BF16", "F64", "I32", "I64", "BOOL", "U8", "F4"),
  shape: fc.array(fc.nat(3), { maxLength: 3 }),
});
const widths: Readonly<Record<string, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2 };
const numbers = fc.constantFrom(-1, 0.5, 4, 2 ** 31, 2 ** 53, 1e300);
const safetensors = fc.record({
  tensors: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tensor, { maxKeys: 3 }),
  all: fc.oneof(fc.constant([]), changes),
  sizes: fc.option(fc.record({ name: fc.constantFrom("a", "b"), size: numbers }), {
    freq: 4,
    nil: undefined,
  }),
  length: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -64, max: 64 })),
  more: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(8)),
});

fuzz("a header of safetensors", safetensors, async ({ tensors, all, sizes, length, more }, read) => {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const begin = end;
    end += shape.reduce((product, n) => product * n, widths[dtype] ?? 1);
    const odd = sizes?.name === name ? [sizes.size] : [];
    return [name, { dtype, shape: [...shape, ...odd], data_offsets: [begin, end] }];
  });
  const header = changed({ ...Object.fromEntries(entries), __metadata__: { format: "pt" } }, all);
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + end + more);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(json.length + length)), true);
  bytes.set(json, 8);
  const found = await read(() => decodeSafetensors(bytes, "model.safetensors"));
  for (const { shape, data } of found?.values() ?? [])
    expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
});

const model = readFileSync(join(folderOf("bert"), "model.safetensors"));

fuzz("damaged safetensors", damages, async (all, read) => {
  const tensors = await read(() => decodeSafetensors(damaged(model, all), "model.safetensors"));
  for (const { shape, data } of tensors?.values() ?? [])
    expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
});

describe.each(["bart", "bert", "t5", "mistral", "llama"])("tokenizer.json of %s", (name) => {
  const json: unknown = JSON.parse(readFileSync(join(folderOf(name), "tokenizer.json"), "utf8"));
  const size = 400;
  const ids = { size, ...{ pad: 1, unk: 3, bos: 0, eos: 2 }, addsEnd: false, cleansUp: false };
  const input = fc.tuple(changes, fc.string({ unit: "binary", maxLength: 40 }));

  fuzz(
    `a tokenizer of ${name} splits any text into ids`,
    input,
    async ([all, text], read) => {
      const tokenizer = await read(() => importedTokenizer(changed(json, all), ids));
      if (!tokenizer) return;
      const encoded = (await read(() => tokenizer.encode(text))) ?? [];
      for (const id of encoded) expect(Number.isInteger(id) && id >= 0 && id < size, `id ${id}`).toBe(true);
      await read(() => tokenizer.decode(encoded));
    },
    { share: 0.2 },
  );
});

describe.each(["marian", "bert-encoder", "gpt2", "llama", "t5"])("config.json of %s", (name) => {
  const folder = join(root, name);
  cpSync(folderOf(name), folder, { recursive: true });
  const json: unknown = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));

  fuzz(
    `a configuration of ${name}`,
    changes,
    async (all, read) => {
      writeFileSync(join(folder, "config.json"), JSON.stringify(changed(json, all)));
      await read(() => importRun(folder));
    },
    { share: 0.1 },
  );
});

const spm = readFileSync(join(folderOf("unigram.spm")));

fuzz("a SentencePiece vocabulary", damages, async (all, read) => {
  const vocabulary = await read(() => decodeSentencePiece(damaged(spm, all), "a.spm"));
  if (!vocabulary) return;
  const json = await read(() => tokenizerJsonOf(vocabulary, { end: "</s>", where: "a.spm" }));
  const size = vocabulary.pieces.length;
  const ids = { size, pad: 0, bos: 0, eos: 0, unk: 1, addsEnd: false, cleansUp: false };
  const tokenizer = json && (await read(() => importedTokenizer(json, ids)));
  for (const id of (await read(() => tokenizer?.encode("a b."))) ?? []) expect(id).toBeLessThan(size);
});

const whole = fc.oneof({ weight: 6, arbitrary: fc.nat(12) }, fc.constantFrom(2 ** 31 - 1, 2 ** 53, 2 ** 62));
const item = fc.record({
  name: fc.constantFrom("Wemb", "encoder_l1_self_Wq", "special:model.yml", "a_QuantMultA", ""),
  type: fc.constantFrom(0x404, 0x4101, 0x101, 0),
  shape: fc.array(fc.oneof(fc.nat(4), fc.constantFrom(-1, 2 ** 31 - 1)), { maxLength: 3 }),
  said: fc.option(fc.record({ name: whole, axes: whole, size: whole }), { freq: 8, nil: undefined }),
  bytes: fc.uint8Array({ maxLength: 80 }),
});
const marian = fc.record({
  items: fc.array(item, { maxLength: 4 }),
  count: fc.option(whole, { freq: 8, nil: undefined }),
  padding: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, whole),
});

fuzz("a model in Marian's format", marian, async ({ items, count, padding }, read) => {
  const names = items.map(({ name }) => Buffer.from(`${name}\0`));
  const words = items.flatMap(({ type, shape, bytes, said }, i) => [
    ...[said?.name ?? names[i]?.length ?? 0, type, said?.axes ?? shape.length, said?.size ?? bytes.length],
  ]);
  const head = new BigUint64Array([1, count ?? items.length, ...words].map(BigInt));
  const parts = [
    new Uint8Array(head.buffer),
    ...names,
    new Uint8Array(Int32Array.from(items.flatMap(({ shape }) => shape)).buffer),
    new Uint8Array(new BigUint64Array([BigInt(padding)]).buffer),
    ...items.map(({ bytes }) => bytes),
  ];
  const found = await read(() => decodeMarian(Uint8Array.from(Buffer.concat(parts)), "model.bin"));
  for (const { shape, data } of found?.tensors.values() ?? [])
    expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
});
