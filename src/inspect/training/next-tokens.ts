import { input } from "../../ir/leaf.ts";
import { plus, type Size } from "../../ir/size.ts";
import type { Decoder } from "../../models/seq2seq.ts";
import { affine } from "../../nn/affine.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { reshape, slice } from "../../ops/reshape.ts";
import { softmax } from "../../ops/softmax.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { State } from "../../runtime/state.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** Positions sampled from the text, tokens of context before each, and predictions listed. */
const [POSITIONS, CONTEXT, LISTED] = [12, 32, 3] as const;

/** A language model's prediction at one position of a text. */
export interface NextToken {
  /** The text so far. */
  readonly text: string;
  /** The token that follows. */
  readonly token: string;
  /** The likeliest tokens with their probabilities, best first. */
  readonly expected: readonly (readonly [token: string, probability: number])[];
}

export interface NextTokens {
  /** The model's predictions at evenly spaced positions of a text, and the tokens that follow. */
  readonly expect: (text: Int32Array, context: number, tokenizer: Tokenizer) => Promise<NextToken[]>;
  readonly close: () => void;
}

/** Reads next-token predictions of a language model in training. */
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
    outputs: { probabilities: softmax(affine(flat, call.projection)) },
  });
  return {
    expect: async (text, context, tokenizer) => {
      const read = Math.min(CONTEXT, context, text.length - 1);
      const positions = positionsIn(text.length, read);
      const data = Int32Array.from(positions.flatMap((at) => [...text.subarray(at - read, at)]));
      const outputs = await program({ tokens: { shape: [positions.length, read], data } });
      const all = (await outputs.probabilities.read()) as Float32Array;
      const size = all.length / positions.length;
      const display = (id: number): string => (id === tokenizer.special.eos ? "⏎" : tokenizer.token(id));
      const predictions = positions.map((at, row): NextToken => {
        const probabilities = all.subarray(row * size, (row + 1) * size);
        const best = [...probabilities.keys()].sort(
          (a, b) => (probabilities[b] as number) - (probabilities[a] as number),
        );
        return {
          text: textOf(text.subarray(at - read, at), tokenizer),
          token: display(text[at] as number),
          expected: best.slice(0, LISTED).map((id) => [display(id), probabilities[id] as number]),
        };
      });
      outputs.probabilities.dispose();
      return predictions;
    },
    close: () => program.close(),
  };
}

/** Evenly spaced positions with at least `read` tokens before them. */
function positionsIn(length: number, read: number): number[] {
  const free = length - read;
  const count = Math.min(POSITIONS, free);
  return Array.from({ length: count }, (_, i) => read + Math.floor((free * (i + 0.5)) / count));
}

/** Tokens as text, with visible line ends. */
function textOf(ids: Int32Array, tokenizer: Tokenizer): string {
  const { eos } = tokenizer.special;
  const lines: number[][] = [[]];
  for (const id of ids) {
    if (id === eos) lines.push([]);
    else lines.at(-1)?.push(id);
  }
  const texts = lines.flatMap((line, at) => [...(at > 0 ? ["⏎"] : []), tokenizer.decode(line)]);
  return texts.filter((text) => text !== "").join(" ");
}
