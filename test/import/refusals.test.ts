/** Hostile and damaged folders: exit 65 with the cause, and nothing written (RELIABILITY rows 27 to 32). */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import { heed } from "../cli/heed.ts";
import { folderOf, temporary } from "./imported.ts";

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;

/** A copy of a golden folder, changed. */
function folder(name: string, change: (path: string) => void = () => undefined): string {
  const path = join(root, `${name}-${made++}`);
  cpSync(folderOf(name), path, { recursive: true });
  change(path);
  return path;
}

const json = (path: string): Record<string, never> => JSON.parse(readFileSync(path, "utf8"));
const editing =
  (file: string, edit: (content: Record<string, never>) => unknown) =>
  (path: string): void => {
    const content = json(join(path, file));
    writeFileSync(join(path, file), JSON.stringify(edit(content) ?? content));
  };
const editingWeights =
  (edit: (tensors: Map<string, NamedTensor>) => void) =>
  (path: string): void => {
    const file = join(path, "model.safetensors");
    const tensors = decodeSafetensors(readFileSync(file), file);
    edit(tensors);
    writeFileSync(file, encodeSafetensors(tensors));
  };

/** Imports a folder that must be refused. @returns the message, without the folder's path */
async function refusal(path: string, ...more: string[]): Promise<string> {
  const to = join(root, `run-${made++}`);
  const { status, stderr } = await heed(["import", path, "--to", to, ...more]);
  expect([status, existsSync(to)], stderr).toEqual([65, false]);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  return stderr.trimEnd().replaceAll(`${path}/`, "").replaceAll(path, "");
}

describe("row 27: damaged safetensors", () => {
  const header = (text: string, data = 4, length = text.length): Uint8Array => {
    const bytes = new Uint8Array(8 + text.length + data);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
    bytes.set(new TextEncoder().encode(text), 8);
    return bytes;
  };
  const tensor = (more: object): string =>
    JSON.stringify({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...more } });
  const huge = (length: bigint): Uint8Array => {
    const bytes = new Uint8Array(16).fill(0x7b);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };

  test.each<[string, Uint8Array]>([
    ["an empty file", new Uint8Array()],
    ["a header of length 0", huge(0n)],
    ["a header of 2^63 bytes", huge(2n ** 63n)],
    ["a header of more than 100 MB", huge(100_000_001n)],
    ["a header that is not an object", header("[1,2,3]")],
    ["a duplicate key", header('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}')],
    ["an overlap", header(JSON.stringify({ ...JSON.parse(tensor({})), b: JSON.parse(tensor({})).a }))],
    ["a hole", header(tensor({ data_offsets: [4, 8] }), 8)],
    ["tail bytes", header(tensor({}), 8)],
    ["a product that overflows", header(tensor({ shape: [2 ** 40, 2 ** 40] }))],
    ["a bad offset", header(tensor({ data_offsets: [-4, 0] }))],
    ["an unknown type", header(tensor({ dtype: "F33" }))],
  ])("%s", async (_, bytes) => {
    const before = process.memoryUsage().rss;
    const path = folder("bert", (to) => writeFileSync(join(to, "model.safetensors"), bytes));
    expect(await refusal(path)).toMatch(/^heed: error: model\.safetensors: /);
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  });
});

describe("row 28: tensors that do not fit", () => {
  test("missing, extra and mis-shaped ones are listed together", async () => {
    const path = folder(
      "bert",
      editingWeights((tensors) => {
        tensors.delete("classifier.bias");
        tensors.set("extra", { dtype: "float32", shape: [1], data: Float32Array.of(0) });
        tensors.set("bert.pooler.dense.bias", { dtype: "float32", shape: [2], data: new Float32Array(2) });
      }),
    );
    expect(await refusal(path)).toBe(
      "heed: error: model.safetensors: bert.pooler.dense.bias is [2] and should make [8], classifier.bias is missing, extra is not part of the model",
    );
  });

  test("weights that are not finite are a warning; with --strict an error", async () => {
    const path = folder(
      "bert",
      editingWeights((tensors) => {
        (tensors.get("classifier.bias")?.data as Float32Array)[0] = Number.NaN;
      }),
    );
    const { status, stderr } = await heed(["import", path, "--to", join(root, "broken")]);
    expect([status, stderr.split("\n")[0]]).toEqual([
      0,
      `${path}: projectBias has numbers that are not finite`,
    ]);
    expect(await refusal(path, "--strict")).toContain("projectBias has numbers that are not finite");
  });
});

describe("rows 29 and 30: hostile tokenizer.json", () => {
  const tokenizer = (edit: (content: Record<string, never>) => unknown, name = "bart"): string =>
    folder(name, editing("tokenizer.json", edit));

  test.each(["(a+)+", "^(\\w+\\s?)*$"])("the unknown regular expression %s is not run", async (regex) => {
    const split = { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
    for (const where of ["pre_tokenizer", "normalizer", "decoder"] as const) {
      const part =
        where === "pre_tokenizer" ? split : { type: "Replace", pattern: { Regex: regex }, content: "" };
      const path = tokenizer((content) => ({
        ...content,
        [where]: { type: "Sequence", [plural[where]]: [part] },
      }));
      expect(await refusal(path)).toBe(
        `heed: error: tokenizer.json: ${where}.${plural[where]}[0].pattern is the unknown regular expression ${JSON.stringify(regex)}; it might never end, so it is not run`,
      );
    }
  });
  const plural = { pre_tokenizer: "pretokenizers", normalizer: "normalizers", decoder: "decoders" } as const;

  test("an id of 2^31 - 1", async () => {
    const path = tokenizer((content) => {
      (content as unknown as { model: { vocab: Record<string, number> } }).model.vocab.new = 2 ** 31 - 1;
    });
    expect(await refusal(path)).toContain('model.vocab["new"] has id 2147483647; the model has ids 0 to 319');
  });

  test("an overlong merge", async () => {
    const path = tokenizer((content) => {
      const { model } = content as unknown as { model: { merges: unknown[] } };
      model.merges.push(["a".repeat(300), "b".repeat(300)]);
    });
    expect(await refusal(path)).toMatch(/model\.merges\[\d+\] makes a piece of more than 512 characters$/);
  });

  test("a special token that is not there", async () => {
    const path = tokenizer((content) => ({
      ...content,
      post_processor: { type: "RobertaProcessing", sep: ["<nowhere>", 2], cls: ["<s>", 0] },
    }));
    expect(await refusal(path)).toContain('post_processor inserts "<nowhere>", which is not a token');
  });

  test("words of any length", async () => {
    const path = tokenizer((content) => {
      (content as unknown as { model: Record<string, number> }).model.max_input_chars_per_word = 1e9;
    }, "bert");
    expect(await refusal(path)).toContain("model.max_input_chars_per_word is not from 1 to 1000");
  });
});

test("row 31: nothing outside the folder is opened, and ONNX files never are", async () => {
  const index = editing("model.safetensors.index.json", (content) => {
    const { weight_map } = content as unknown as { weight_map: Record<string, string> };
    for (const name of Object.keys(weight_map)) weight_map[name] = "../secret.safetensors";
  });
  expect(await refusal(folder("gpt2", index))).toContain(
    'weight_map names "../secret.safetensors", which is not a file of the folder',
  );
  const absolute = editing("model.safetensors.index.json", () => ({ weight_map: { a: "/etc/passwd" } }));
  expect(await refusal(folder("gpt2", absolute))).toContain('weight_map names "/etc/passwd"');
  // An ONNX model beside the weights, with external data that leads out of the folder, changes nothing.
  const path = folder("bert", (to) => {
    mkdirSync(join(to, "onnx"));
    symlinkSync("/dev/zero", join(to, "onnx/model.onnx"));
    symlinkSync("/dev/zero", join(to, "model.onnx_data"));
  });
  const { status, stderr } = await heed(["import", path, "--to", join(root, "beside-onnx")]);
  expect(status, stderr).toBe(0);
});

test.each(["pytorch_model.bin", "model.pt", "weights.npz", "model.ckpt"])(
  "row 32: %s is not read",
  async (name) => {
    const path = folder("bert", (to) => {
      rmSync(join(to, "model.safetensors"));
      writeFileSync(join(to, name), "\x80\x02}q\x01.");
    });
    expect(await refusal(path)).toBe(
      `heed: error: ${name}: is not safetensors, and other formats are not read: they may run code; convert to safetensors`,
    );
    // The same, when the file itself is given.
    expect(await refusal(join(path, name))).toContain("convert to safetensors");
  },
);

describe("a model that cannot be expressed exactly is refused", () => {
  test.each([
    ["bert", { model_type: "xlnet" }, 'there is no family "xlnet"; import one of marian, '],
    ["bert", { hidden_size: 1e9 }, '"hidden_size" is 1000000000, not a whole number from 1 to 1048576'],
    ["bert", { num_hidden_layers: "2" }, '"num_hidden_layers" is "2", not a whole number from 1 to 1000'],
    ["bert", { num_hidden_layers: 1e6 }, '"num_hidden_layers" is 1000000, not a whole number from 1 to 1000'],
    [
      "marian",
      { max_position_embeddings: 1e6, d_model: 1e6 },
      '"max_position_embeddings" is 1000000: too many',
    ],
    ["bert", { hidden_size: 9 }, '"model.heads": 2 heads do not divide dModel 9'],
    ["bert", { hidden_act: "mish" }, '"hidden_act" is "mish", an activation that Heed does not have'],
    ["bert", { position_embedding_type: "relative_key" }, '"position_embedding_type" is not "absolute"'],
    [
      "llama",
      { rope_parameters: { rope_type: "yarn", rope_theta: 10 } },
      'rotary positions are scaled ("yarn")',
    ],
    ["mistral", { sliding_window: 8 }, '"sliding_window" hides earlier tokens'],
    [
      "bart",
      { decoder_attention_heads: 4 },
      '"encoder_attention_heads" is 2 but "decoder_attention_heads" is 4',
    ],
  ])("%s with %o", async (name, change, message) => {
    const path = folder(
      name,
      editing("config.json", (content) => ({ ...content, ...change })),
    );
    expect(await refusal(path)).toContain(message);
  });
});

describe("a folder that cannot be read: exit 66", () => {
  test.each([
    ["missing", () => join(root, "nowhere"), "does not exist"],
    [
      "without a tokenizer",
      () => folder("bert", (path) => rmSync(join(path, "tokenizer.json"))),
      "has no tokenizer.json",
    ],
    [
      "without weights",
      () => folder("bert", (path) => rmSync(join(path, "model.safetensors"))),
      "has no model.safetensors",
    ],
  ])("%s", async (_, make, message) => {
    const { status, stderr } = await heed(["import", make(), "--to", join(root, `run-${made++}`)]);
    expect([status, stderr.includes(message)], stderr).toEqual([66, true]);
  });
});

test("an existing run is left alone: exit 73", async () => {
  const to = join(root, "taken");
  mkdirSync(to);
  writeFileSync(join(to, "mine"), "");
  const { status } = await heed(["import", folderOf("bert"), "--to", to]);
  expect([status, readFileSync(join(to, "mine"), "utf8")]).toEqual([73, ""]);
});
