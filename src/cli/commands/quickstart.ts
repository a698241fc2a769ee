import { command } from "../command.ts";
import { deviceOption } from "../device.ts";

export default command({
  name: "quickstart",
  summary: "Train, score and inspect a model on an embedded English-French corpus, in under three minutes.",
  description:
    "Show the corpus, train a small Transformer on it, score it on unseen sentences of the same grammar, read its " +
    "attention, and write a report: quickstart/report.html and quickstart/result.json.",
  examples: ["heed quickstart", 'heed quickstart --text "My sister is not reading the book."'],
  args: [],
  options: {
    text: {
      type: "list",
      value: "SENTENCE",
      help: "an English sentence to translate at the end; may be repeated",
    },
    out: { type: "string", value: "DIR", default: "quickstart", help: "where to write the results" },
    device: deviceOption,
    json: { type: "boolean", help: "print the result as one JSON object" },
  },
  isSaving: true,
  async run({ text, out, device, json }, io) {
    const { quickstart } = await import("../quickstart.ts");
    const result = await quickstart({ texts: text, directory: out, device }, io);
    if (result && json) await io.writeLine(JSON.stringify(result));
    return 0;
  },
});
