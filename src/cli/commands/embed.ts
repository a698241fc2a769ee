import { command } from "../command.ts";
import { cutLines } from "../cut-lines.ts";
import { device, deviceOption } from "../device.ts";

/** How many texts are processed at a time, so that memory stays flat for any length of input. */
const WINDOW = 512;

export default command({
  name: "embed",
  summary: "Turn each line of standard input into a vector.",
  description: `Turn each line of standard input into a vector of length 1: the mean of the states
of its tokens. The dot product of two vectors is the cosine of the angle between
them, which is large for texts of like meaning in a model that was trained for it.
The run is an encoder, imported or a classifier of your own.

Each line is a JSON array of numbers; a blank line stays empty. Texts are cut off
after the run's data.maxTokens; the number of those is reported at the end.`,
  examples: ["heed embed runs/polarity < reviews.txt > vectors.jsonl"],
  args: ["run"],
  options: {
    invalidUtf8: {
      type: "string",
      value: "HOW",
      default: "error",
      help: "on invalid UTF-8: error or replace",
    },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object per line: {text, vector}" },
  },
  async run(options, io) {
    const { openEmbedder } = await import("../../tasks/classify/embed.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { inputWindows } = await import("../input-lines.ts");
    const { isBlank } = await import("../../text/blank.ts");
    const { config, model, tokenizer, weights } = openRunOf(options.run, "classify");
    const engine = await device(options.device, io);
    const { maxTokens } = config.data;
    const embedder = await openEmbedder({ engine, model, weights, tokenizer, maxTokens });
    let cut = 0;
    const onCut = (): void => {
      cut += 1;
    };
    try {
      for await (const window of inputWindows(io, options.invalidUtf8, WINDOW)) {
        const visible = window.filter((text) => !isBlank(text));
        const vectors = (await embedder.embed(visible, onCut)).values();
        for (const text of window) {
          const vector = isBlank(text) ? [] : Array.from(vectors.next().value as Float32Array);
          if (options.json) await io.writeLine(JSON.stringify({ text, vector }));
          else await io.writeLine(vector.length > 0 ? JSON.stringify(vector) : "");
        }
      }
      if (cut > 0) io.say(cutLines(cut, maxTokens));
    } finally {
      embedder.close();
    }
    return 0;
  },
});
