import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

export default command({
  name: "generate",
  summary: "Go on with a text, token by token.",
  description:
    "Go on with a text, token by token, as a language model sees fit. The text appears as it is written. A temperature below 1 stays with what is likely, 0 always takes the likeliest token; --top-k and --top-p leave out the unlikely.",
  examples: [
    'heed generate runs/shakespeare --prompt "ROMEO:" --tokens 300',
    "heed generate runs/shakespeare --temperature 0.8 --top-p 0.95 --seed 7",
  ],
  args: ["run"],
  options: {
    prompt: { type: "string", value: "TEXT", help: "how the text begins (default: a new line)" },
    tokens: { type: "number", whole: true, range: [1, 1e6], default: 200, help: "tokens to write" },
    temperature: { type: "number", range: [0, 100], default: 1, help: "0 takes the likeliest token" },
    topK: { type: "number", whole: true, range: [1, 1e6], help: "draw from the k likeliest tokens only" },
    topP: {
      type: "number",
      range: [0, 1],
      default: 1,
      help: "draw from the likeliest with this probability together",
    },
    seed: { type: "number", whole: true, range: [0, 2 ** 31 - 1], default: 42, help: "same seed, same text" },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object at the end: {prompt, text, tokens}" },
  },
  async run(options, io) {
    const { openGenerator } = await import("../../decoding/generator.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { textWriter } = await import("../text-writer.ts");
    const { countUnknown, unknownTokens } = await import("../unknown-tokens.ts");
    const { config, model, tokenizer, weights } = openRunOf(options.run, "generate");
    const engine = await device(options.device, io);
    const generator = await openGenerator({ engine, model, weights, context: config.data.context });
    const { temperature, topK, topP, seed, prompt = "" } = options;
    const writer = textWriter(tokenizer, prompt);
    // White space at the end is nothing the model reads: it writes its own.
    const begun = prompt.replace(/[^\S\n]+$/u, "");
    const written: number[] = [];
    let text = "";
    const show = async (piece: string): Promise<void> => {
      text += piece;
      if (!options.json) await io.write(piece);
    };
    await show(begun);
    const sampling = { temperature, topP, seed, ...(topK === undefined ? {} : { topK }) };
    try {
      for await (const token of generator.generate(writer.prompt, sampling)) {
        written.push(token);
        await show(writer.push(token));
        if (written.length >= options.tokens || io.signal.aborted) break;
      }
      await show(writer.end());
    } finally {
      generator.close();
    }
    const tokens = written.map((id) => tokenizer.token(id));
    if (options.json) await io.writeLine(JSON.stringify({ prompt, text, tokens }));
    else await io.write("\n");
    const unknown = countUnknown(tokens);
    if (unknown > 0) io.say(unknownTokens(unknown));
    return 0;
  },
});
