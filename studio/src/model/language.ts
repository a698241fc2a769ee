/** What can be asked of a language model. */
import type { NamedTensor } from "heed/inspect";
import type { TapPattern } from "heed/nn";
import { tasks } from "heed/tasks";
import type { Session } from "./session.ts";

/** A text so far, and what the model expects next. */
export interface Expected {
  /** The tokens that are read: the prompt, then what was written. */
  readonly tokens: readonly string[];
  /** How many of them are the prompt's. */
  readonly prompt: number;
  readonly text: string;
  /** Of the next token, one number for each token of the vocabulary. */
  readonly logits: Float32Array;
  /** The likeliest next tokens, best first: no temperature changes their order. */
  readonly likeliest: readonly { readonly id: number; readonly token: string }[];
  /** [tokens][tokens] of one attention; undefined for a model without. */
  readonly weights: Float32Array | undefined;
}

export interface ExpectedAsked {
  readonly source: string;
  /** Pieces that were written after it. */
  readonly written: readonly string[];
  /** The attention to read, `layers.1.attention`; empty is none. */
  readonly place: string;
  /** undefined is the mean of all heads. */
  readonly head: number | undefined;
}

const LISTED = 40;

export const languageRequests = (opened: () => Session) => ({
  expected: async ({ source, written, place, head }: ExpectedAsked): Promise<Expected> => {
    const { run, look } = opened();
    if (run.task !== "generate") throw new Error("only a language model goes on with a text");
    const { tokenizer } = run;
    const { eos, unk } = tokenizer.special;
    // Without a beginning, a line begins.
    const begun = source === "" ? [eos] : tokenizer.encode(source).slice(0, -1);
    const added = written.map((piece) => tokenizer.id(piece) ?? unk);
    const context = tasks[run.task].longest(run.config);
    const ids = [...begun, ...added].slice(-context);
    const weightsPath = `${place}.weights`;
    const taps = ["logits", ...(place === "" ? [] : [weightsPath])] as TapPattern[];
    // The last token of an example is only predicted.
    const seen = await look.run({ source: Int32Array.of(...ids, eos), target: new Int32Array() }, { taps });
    const { data } = seen.taps.get("logits") as NamedTensor;
    const logits = data.slice((ids.length - 1) * tokenizer.size);
    const weights = seen.taps.get(weightsPath);
    const order = Array.from(logits, (_, id) => id).sort(
      (a, b) => (logits[b] as number) - (logits[a] as number) || a - b,
    );
    return {
      tokens: ids.map((id) => tokenizer.token(id)),
      prompt: Math.max(0, ids.length - added.length),
      text: tokenizer.decode(ids),
      logits,
      likeliest: order.slice(0, LISTED).map((id) => ({ id, token: tokenizer.token(id) })),
      weights: weights && matrixOf(weights, head),
    };
  },
  /** A token of the vocabulary by its id. */
  tokenOf: (id: number): string => {
    const { run } = opened();
    return run.task === "generate" ? run.tokenizer.token(id) : "";
  },
});

/** One head, or the mean of all. */
function matrixOf({ axes, data }: NamedTensor, head: number | undefined): Float32Array {
  const [, heads = 1, rows = 0, columns = 0] = axes.map(({ size }) => size);
  const size = rows * columns;
  if (head !== undefined && head < heads) return data.slice(head * size, (head + 1) * size);
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += data[h * size + i] as number;
    return sum / heads;
  });
}
