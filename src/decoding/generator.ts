import { heedError } from "../errors.ts";
import { input } from "../ir/leaf.ts";
import { plus, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { Decoder, Tensors } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { linear } from "../ops/matmul.ts";
import { reshape, slice } from "../ops/reshape.ts";
import { randomStream } from "../random.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { draw, nextTokens, type SamplingOptions } from "./sampling.ts";

export interface GeneratorOptions {
  readonly engine: Engine;
  readonly model: Layer<Decoder>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  /**
   * How many tokens the model looks back at, as many as it was trained with. When so many have been read, the later half
   * of them is read again and the rest forgotten.
   */
  readonly context: number;
  readonly session?: SessionOptions;
}

export interface GenerateOptions extends SamplingOptions {
  /** Same seed, same text. Default 42. */
  readonly seed?: number;
}

/** Goes on with a text, token by token, for ever: whoever reads the tokens stops. */
export interface Generator {
  /**
   * @param prompt  Ids of the text so far; at least one.
   * @throws ERR_USAGE for a prompt that is empty or has ids the model does not know, and as `nextTokens` does.
   */
  readonly generate: (prompt: readonly number[], options?: GenerateOptions) => AsyncGenerator<number>;
  readonly close: () => void;
}

/** A generator over frozen weights: a session for how a text begins and one for how it goes on, any number of tokens each. */
export async function openGenerator(options: GeneratorOptions): Promise<Generator> {
  const { engine, model, weights, context } = options;
  const vocabulary = build(model).call.projection.shape[0] as number;
  const shared = { engine, constants: weights, ...(options.session ? { session: options.session } : {}) };
  const first = await compile({ ...shared, outputs: nextGraph(build(model).call, false) });
  const further = await compile({ ...shared, outputs: nextGraph(build(model).call, true) });

  const read = async (
    tokens: readonly number[],
    state: Record<string, Tensor> | undefined,
  ): Promise<{ logits: Float32Array; state: Record<string, Tensor> }> => {
    const feeds = { tokens: { shape: [1, tokens.length], data: Int32Array.from(tokens) } };
    const { logits, ...next } = state ? await further({ ...feeds, ...state }) : await first(feeds);
    const numbers = ((await (logits as Tensor).read()) as Float32Array).slice();
    logits?.dispose();
    const kept = Object.entries(next).map(([name, tensor]) => [`state.${name.slice(5)}`, tensor as Tensor]);
    return { logits: numbers, state: Object.fromEntries(kept) };
  };

  async function* generate(
    prompt: readonly number[],
    { seed = 42, ...sampling }: GenerateOptions = {},
  ): AsyncGenerator<number> {
    check(prompt);
    const uniform = randomStream(seed, "generate");
    let recent = prompt.slice(-context);
    let seen = await read(recent, undefined);
    try {
      for (;;) {
        const token = draw(nextTokens(seen.logits, sampling), uniform());
        yield token;
        const goesOn = recent.length < context;
        recent = goesOn ? [...recent, token] : [...recent, token].slice(-Math.ceil(context / 2));
        const next = goesOn ? await read([token], seen.state) : await read(recent, undefined);
        release(seen.state);
        seen = next;
      }
    } finally {
      release(seen.state);
    }
  }
  const release = (state: Record<string, Tensor>): void => {
    for (const tensor of Object.values(state)) tensor.dispose();
  };
  const check = (prompt: readonly number[]): void => {
    const unknown = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
    if (unknown === undefined && prompt.length > 0) return;
    const cause = unknown === undefined ? "it is empty" : `there is no token ${unknown} among ${vocabulary}`;
    throw heedError("ERR_USAGE", {
      where: "prompt",
      cause,
      remedy: "begin with ids of the model's vocabulary",
    });
  };
  return {
    generate,
    close: () => {
      first.close();
      further.close();
    },
  };
}

/** Logits after the last token, and the state then. */
function nextGraph(model: Decoder, goesOn: boolean): Record<string, Value> {
  const tokens = input("tokens", "int32", [1, "time"]);
  const state = goesOn
    ? Object.fromEntries(
        Object.entries(model.start({}, 1)).map(([name, { dtype, shape }]) => {
          const grown = shape.map((size) => (size === 0 ? "past" : size));
          return [name, input(`state.${name}`, dtype, grown)];
        }),
      )
    : undefined;
  const { hidden, state: next } = model.decode(tokens, {}, state as Tensors);
  const last = slice(hidden, 1, plus("time", -1), 1);
  const dim = hidden.shape[2] as Size;
  const logits = reshape(linear(reshape(last, [1, dim]), model.projection), [
    model.projection.shape[0] as number,
  ]);
  const named = Object.entries(next).map(([name, value]) => [`next.${name}`, value]);
  return { logits, ...Object.fromEntries(named) };
}
