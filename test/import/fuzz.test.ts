/**
 * Structure-aware fuzzing of what is imported: whatever the files hold, they are read, or refused with a message of
 * Heed's own. `HEED_FUZZ_RUNS` sets the executions per file and `HEED_FUZZ_SEED` the seed; both are printed.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { importRun } from "../../src/runs/import-run.node.ts";
import { importedTokenizer } from "../../src/text/imported-tokenizer.ts";
import { folderOf, temporary } from "./imported.ts";

const runs = Number(process.env.HEED_FUZZ_RUNS ?? 300);
const seed = Number(process.env.HEED_FUZZ_SEED ?? 1);
const settings = (share = 1): { numRuns: number; seed: number } => ({
  numRuns: Math.ceil(runs * share),
  seed,
});
console.info(`fuzzing imports: ${runs} executions per file (configurations: a tenth), seed ${seed}`);

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));

/** Whether something is read or refused, and nothing else. @returns undefined when it is refused */
function readOrRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof HeedError)) throw error;
    expect([65, 66], error.message).toContain(error.exit);
    expect(error.message.length).toBeLessThan(4000);
    return undefined;
  }
}

/** Values that sizes, ids and names are not expected to have. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "a",
    "__proto__",
    [],
    {},
    -1,
    0,
    0.5,
    1,
    2,
    3,
    7,
    256,
    2 ** 31 - 1,
    2 ** 53,
    1e308,
  ),
  fc.constantFrom<unknown>(
    [[]],
    [null],
    [["a", "b"]],
    { type: "Sequence" },
    { Regex: "(a+)+" },
    { String: "" },
    "(a+)+",
  ),
  fc.string({ maxLength: 12 }),
  fc.integer(),
);

/** A change somewhere in a JSON value: the walk takes a child at every level, by a number that is reduced to its size. */
interface Change {
  readonly walk: readonly number[];
  readonly value: unknown;
  readonly isRemoved: boolean;
}
const changes = fc.array(
  fc.record({
    walk: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
    value: odd,
    isRemoved: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

function changed(json: unknown, all: readonly Change[]): unknown {
  const copy = structuredClone(json);
  for (const { walk, value, isRemoved } of all) {
    let at = copy as Record<string, unknown>;
    for (const [depth, step] of walk.entries()) {
      const keys = Object.keys(at);
      const key = keys[step % Math.max(1, keys.length)];
      if (key === undefined) break;
      const child = at[key];
      const isLast = depth === walk.length - 1 || typeof child !== "object" || child === null;
      if (!isLast) at = child as Record<string, unknown>;
      else if (isRemoved) delete at[key];
      else at[key] = structuredClone(value);
      if (isLast) break;
    }
  }
  // Without the holes that removal leaves in lists, which JSON cannot have.
  return JSON.parse(JSON.stringify(copy));
}

test("a header of safetensors", () => {
  const size = fc.oneof(fc.nat(8), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300));
  const entry = fc.record({
    dtype: fc.constantFrom("F32", "F16", "BF16", "F64", "I32", "I64", "BOOL", "U8", "F4", "F33"),
    shape: fc.oneof(fc.array(size, { maxLength: 4 }), odd),
    data_offsets: fc.oneof(fc.tuple(size, size), odd),
  });
  const file = fc.record({
    header: fc.dictionary(
      fc.constantFrom("a", "b", "c", "__metadata__", "__proto__"),
      fc.oneof({ weight: 6, arbitrary: entry }, odd),
    ),
    length: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -64, max: 64 })),
    data: fc.nat(32),
  });
  fc.assert(
    fc.property(file, ({ header, length, data }) => {
      const json = new TextEncoder().encode(JSON.stringify(header));
      const bytes = new Uint8Array(8 + json.length + data);
      new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(json.length + length)), true);
      bytes.set(json, 8);
      const tensors = readOrRefused(() => decodeSafetensors(bytes, "model.safetensors"));
      for (const { shape, data: numbers } of tensors?.values() ?? [])
        expect(numbers.length).toBe(shape.reduce((product, n) => product * n, 1));
    }),
    settings(),
  );
});

describe.each(["bart", "bert", "t5", "mistral", "llama"])("tokenizer.json of %s", (name) => {
  const json: unknown = JSON.parse(readFileSync(join(folderOf(name), "tokenizer.json"), "utf8"));
  const size = 400;
  const ids = { size, ...{ pad: 1, unk: 3, bos: 0, eos: 2 }, addsEnd: false, cleansUp: false };

  test("is read or refused, and splits any text into ids", () => {
    fc.assert(
      fc.property(changes, fc.string({ unit: "binary", maxLength: 40 }), (all, text) => {
        const tokenizer = readOrRefused(() => importedTokenizer(changed(json, all), ids));
        if (!tokenizer) return;
        const encoded = readOrRefused(() => tokenizer.encode(text)) ?? [];
        for (const id of encoded) expect(Number.isInteger(id) && id >= 0 && id < size, `id ${id}`).toBe(true);
        readOrRefused(() => tokenizer.decode(encoded));
      }),
      settings(0.2),
    );
  });
});

describe.each(["marian", "bert-encoder", "gpt2", "llama", "t5"])("config.json of %s", (name) => {
  const folder = join(root, name);
  cpSync(folderOf(name), folder, { recursive: true });
  const json: unknown = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));

  test("is read or refused", () => {
    let run = 0;
    fc.assert(
      fc.property(changes, (all) => {
        writeFileSync(join(folder, "config.json"), JSON.stringify(changed(json, all)));
        readOrRefused(() => importRun(folder, { to: join(root, `${name}-${run++}`) }));
      }),
      settings(0.1),
    );
  });
});
