import { input } from "../ir/leaf.ts";
import { plus, type Size } from "../ir/size.ts";
import type { Decoder } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { linear } from "../ops/matmul.ts";
import { reshape, slice } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import type { State } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** Places of the text looked at, tokens read before each, and tokens named there. */
const [PLACES, READ, NAMED] = [12, 32, 3] as const;

/** "Take these five words, you already have the sixth." */
export interface NextToken {
  /** The text so far. */
  readonly text: string;
  /** The token that came. */
  readonly token: string;
  /** The likeliest tokens with their probabilities, best first. */
  readonly expected: readonly (readonly [token: string, probability: number])[];
}

export interface NextTokens {
  /** What the model expects at places spread evenly over a text, and what stands there. */
  readonly expect: (text: Int32Array, context: number, tokenizer: Tokenizer) => Promise<NextToken[]>;
  readonly close: () => void;
}

/** A language model in training asked for the token that comes next. */
export async function openNextTokens(
  engine: Engine,
  model: Layer<Decoder>,
  state: State,
): Promise<NextTokens> {
  const { call } = build(model);
  const { hidden } = call.decode(input("tokens", "int32", ["batch", "time"]), {});
  const last = slice(hidden, 1, plus("time", -1), 1);
  const flat = reshape(last, ["batch", hidden.shape[2] as Size]);
  const program = await compile({
    engine,
    state,
    outputs: { probabilities: softmax(linear(flat, call.projection)) },
  });
  return {
    expect: async (text, context, tokenizer) => {
      const read = Math.min(READ, context, text.length - 1);
      const places = placesIn(text.length, read);
      const data = Int32Array.from(places.flatMap((at) => [...text.subarray(at - read, at)]));
      const found = await program({ tokens: { shape: [places.length, read], data } });
      const all = (await found.probabilities.read()) as Float32Array;
      const size = all.length / places.length;
      const shown = (id: number): string => (id === tokenizer.special.eos ? "⏎" : tokenizer.token(id));
      const told = places.map((at, row): NextToken => {
        const probabilities = all.subarray(row * size, (row + 1) * size);
        const best = [...probabilities.keys()].sort(
          (a, b) => (probabilities[b] as number) - (probabilities[a] as number),
        );
        return {
          text: written(text.subarray(at - read, at), tokenizer),
          token: shown(text[at] as number),
          expected: best.slice(0, NAMED).map((id) => [shown(id), probabilities[id] as number]),
        };
      });
      found.probabilities.dispose();
      return told;
    },
    close: () => program.close(),
  };
}

/** Places that have `read` tokens before them, spread evenly. */
function placesIn(length: number, read: number): number[] {
  const free = length - read;
  const count = Math.min(PLACES, free);
  return Array.from({ length: count }, (_, i) => read + Math.floor((free * (i + 0.5)) / count));
}

/** Tokens as text, line ends shown. */
function written(ids: Int32Array, tokenizer: Tokenizer): string {
  const { eos } = tokenizer.special;
  const lines: number[][] = [[]];
  for (const id of ids) {
    if (id === eos) lines.push([]);
    else lines.at(-1)?.push(id);
  }
  const texts = lines.flatMap((line, at) => [...(at > 0 ? ["⏎"] : []), tokenizer.decode(line)]);
  return texts.filter((text) => text !== "").join(" ");
}
