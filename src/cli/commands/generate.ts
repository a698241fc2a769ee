import { heedError } from "../../errors.ts";
import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { firstGiven, given } from "../given.ts";

export default command({
  name: "generate",
  summary: "Continue a text, token by token.",
  description: `Continue a text with a language model, token by token, printing it as it is
written. A temperature below 1 favours likely tokens, and 0 always takes the
likeliest; --top-k and --top-p leave out the unlikely ones.

--beam searches instead of drawing: it prints the likeliest text of --tokens
tokens that it finds, once the search is over. A line end is a token like any
other, so lines may be empty.`,
  examples: [
    'heed generate runs/shakespeare --prompt "ROMEO:" --tokens 300',
    "heed generate runs/shakespeare --temperature 0.8 --top-p 0.95 --seed 7",
  ],
  args: ["run"],
  options: {
    prompt: { type: "string", value: "TEXT", help: "the text to continue (default: start on a new line)" },
    tokens: { type: "number", whole: true, range: [1, 1e6], default: 200, help: "number of tokens to write" },
    temperature: { type: "number", range: [0, 100], help: "0 takes the likeliest token (default: 1)" },
    topK: { type: "number", whole: true, range: [1, 1e6], help: "draw only from the N likeliest tokens" },
    topP: {
      type: "number",
      range: [0, 1],
      help: "draw only from the likeliest tokens whose probabilities add up to N",
    },
    beam: {
      type: "number",
      whole: true,
      range: [1, 100],
      help: "search for the likeliest text with N hypotheses at each step, instead of drawing",
    },
    noRepeatNgram: {
      type: "number",
      whole: true,
      range: [0, 100],
      default: 0,
      help: "never repeat a sequence of N tokens; 0 is off",
    },
    repetitionPenalty: {
      type: "number",
      range: [1, 100],
      default: 1,
      help: "factor on log probabilities of tokens already written; 1 is off",
    },
    seed: {
      type: "number",
      whole: true,
      range: [0, 2 ** 31 - 1],
      help: "same seed, same text (default: 42)",
    },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object at the end: {prompt, text, tokens}" },
  },
  async run(options, io) {
    const { temperature, topK, topP, seed, beam, tokens, prompt = "" } = options;
    const sampling = { temperature, topK, topP };
    refuseDrawingWithBeam(beam, { ...sampling, seed });
    const { openGenerator } = await import("../../decoding/generator.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { textWriter } = await import("../../decoding/text-writer.ts");
    const { countUnknown, unknownTokens } = await import("../unknown-tokens.ts");
    const { config, model, tokenizer, weights } = openRunOf(options.run, "generate");
    const engine = await device(options.device, io);
    const generator = await openGenerator({ engine, model, weights, context: config.data.context });
    const writer = textWriter(tokenizer, prompt);
    // The model does not read white space at the end of the prompt; it writes its own.
    const opening = prompt.replace(/[^\S\n]+$/u, "");
    const written: number[] = [];
    let text = "";
    const show = async (piece: string): Promise<void> => {
      text += piece;
      if (!options.json) await io.write(piece);
    };
    await show(opening);
    const { noRepeatNgram, repetitionPenalty } = options;
    const constraints = { noRepeatNgram, repetitionPenalty };
    async function* searchedTokens(width: number): AsyncGenerator<number> {
      const [[best] = []] = await generator.search([writer.prompt], {
        tokens,
        beam: width,
        signal: io.signal,
        ...constraints,
      });
      yield* best?.ids ?? [];
    }
    const generated = beam
      ? searchedTokens(beam)
      : generator.generate(writer.prompt, { seed: seed ?? 42, ...constraints, ...given(sampling) });
    try {
      for await (const token of generated) {
        written.push(token);
        await show(writer.push(token));
        const isEnd = tokenizer.keepsLines === true && token === tokenizer.special.eos;
        if (isEnd || written.length >= tokens || io.signal.aborted) break;
      }
      await show(writer.end());
    } finally {
      generator.close();
    }
    const pieces = written.map((id) => tokenizer.token(id));
    if (options.json) await io.writeLine(JSON.stringify({ prompt, text, tokens: pieces }));
    else await io.write("\n");
    const unknown = countUnknown(pieces);
    if (unknown > 0) io.say(unknownTokens(unknown));
    return 0;
  },
});

/** @throws ERR_USAGE when --beam is combined with an option of drawing. */
function refuseDrawingWithBeam(beam: number | undefined, drawing: Readonly<Record<string, unknown>>): void {
  const flag = firstGiven(drawing);
  if (beam === undefined || flag === undefined) return;
  const remedy = `leave out --beam or ${flag}`;
  throw heedError("ERR_USAGE", { where: flag, cause: "has no effect on a beam search", remedy });
}
