/** A GRU encoder-decoder without attention, trained elsewhere, built from Heed's layers: g2p-en pronounces words. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import type { Value } from "../../src/ir/value.ts";
import type { Seq2Seq } from "../../src/models/seq2seq.ts";
import { withBias, withOne } from "../../src/nn/affine.ts";
import { PlainEmbedding } from "../../src/nn/embedding.ts";
import { zeros } from "../../src/nn/initialise.ts";
import { type Layer, layer } from "../../src/nn/layer.ts";
import { GruCell, Recurrent, run, swapTime } from "../../src/nn/recurrent.ts";
import { add, mul } from "../../src/ops/elementwise.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import type { HostTensor } from "../../src/runtime/state.ts";

/** The folder g2p_en of PyPI's g2p-en 2.1.0. */
const folder = process.env.HEED_G2P ?? join(import.meta.dirname, "../../../shared/g2p_en");
const file = join(folder, "checkpoint20.npz");
const reason = existsSync(file) ? "" : " (skipped: HEED_G2P does not name the folder g2p_en of g2p-en 2.1.0)";
const SIZE = 256;

/** The encoder's last state is the decoder's first, and nothing else passes between them. */
function Pronouncer(graphemes: number, phonemes: number): Layer<Seq2Seq> {
  return layer(
    {
      sourceEmbed: PlainEmbedding(graphemes, SIZE),
      embed: PlainEmbedding(phonemes, SIZE),
      encoder: Recurrent({ cell: "gru", inner: SIZE, hidden: SIZE }),
      decoder: GruCell(SIZE, SIZE),
      project: { shape: [phonemes, SIZE], init: zeros },
      projectBias: { shape: [phonemes], init: zeros },
    },
    (m): Seq2Seq => ({
      projection: withBias(m.project, m.projectBias),
      encode: (source, mask) => {
        const { outputs, states } = m.encoder(m.sourceEmbed.lookup(source), { mask });
        return { states: outputs, summary: states[0]?.[0]?.h as Value };
      },
      remember: ({ summary }) => ({ summary: summary as Value }),
      start: ({ summary }) => ({ h: summary as Value }),
      decode: (target, memory, state) => {
        const summary = memory.summary as Value;
        // ONNX Runtime does not load a step that reads none of the memory.
        const before = { h: state ? add(state.h as Value, mul(summary, 0)) : summary };
        const { outputs, state: after } = run(m.decoder, swapTime(m.embed.lookup(target)), { state: before });
        return { hidden: withOne(swapTime(outputs)), state: after };
      },
    }),
  );
}

const names: Readonly<Record<string, string>> = {
  "sourceEmbed.weight": "enc_emb",
  "embed.weight": "dec_emb",
  project: "fc_w",
  projectBias: "fc_b",
  ...gates("encoder.layers.0.cell", "enc"),
  ...gates("decoder", "dec"),
};

function gates(ours: string, theirs: string): Record<string, string> {
  const weights = { input: "w_ih", recurrent: "w_hh", bias: "b_ih", recurrentBias: "b_hh" };
  return Object.fromEntries(
    Object.entries(weights).map(([name, key]) => [`${ours}.${name}`, `${theirs}_${key}`]),
  );
}

/** The arrays of an uncompressed .npz: a zip of NumPy's own files, each a header in text and float32 numbers. */
function arraysIn(path: string): Map<string, HostTensor> {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const arrays = new Map<string, HostTensor>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, name, extra, local] = [
      ...[bytes.readUInt32LE(at + 24), bytes.readUInt16LE(at + 28)],
      ...[bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)],
    ] as [number, number, number, number];
    const key = bytes.toString("utf8", at + 46, at + 46 + name).replace(/\.npy$/, "");
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const header = 10 + bytes.readUInt16LE(start + 8);
    const shape = /'shape': \(([\d, ]+)\)/.exec(bytes.toString("latin1", start, start + header))?.[1] ?? "";
    const data = new Float32Array(Uint8Array.from(bytes.subarray(start + header, start + size)).buffer);
    arrays.set(key, {
      dtype: "float32",
      shape: shape
        .split(",")
        .filter((n) => n.trim())
        .map(Number),
      data,
    });
    at += 46 + name + extra;
  }
  return arrays;
}

describe.skipIf(reason !== "")(`g2p-en${reason}`, () => {
  test("pronounces 50 words as the Python package does, all in one batch", async () => {
    const golden = new URL("../golden/import/g2p.json", import.meta.url);
    const { graphemes, phonemes, words } = JSON.parse(readFileSync(golden, "utf8")) as {
      readonly graphemes: string[];
      readonly phonemes: string[];
      readonly words: Readonly<Record<string, string[]>>;
    };
    const arrays = arraysIn(file);
    const weights = new Map(
      Object.entries(names).map(([path, key]) => [path, arrays.get(key) as HostTensor]),
    );
    const id = (grapheme: string): number => graphemes.indexOf(grapheme);
    const [start, end] = [phonemes.indexOf("<s>"), phonemes.indexOf("</s>")];
    const stepper = await openStepper({
      engine: openNativeEngine(),
      model: Pronouncer(graphemes.length, phonemes.length),
      constants: weights,
      padding: id("<pad>"),
      candidates: 1,
    });
    const sources = Object.keys(words).map((word) => [...word, "</s>"].map(id));
    const found = await beamSearch(stepper, sources, { start, end, beam: 1, maxLength: () => 20 });
    stepper.close();
    const said = found.map(([best]) =>
      best?.ids.map((token) => phonemes[token]).filter((one) => one !== "</s>"),
    );
    expect(said).toEqual(Object.values(words));
    expect(said).toHaveLength(50);
  });
});
