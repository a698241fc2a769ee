import { command } from "../command.ts";

/** A folder as a program names it: without "./", `models/x` is a name on the Hugging Face Hub. */
export const asPath = (folder: string): string =>
  /^(\.{1,2}([\\/]|$)|[\\/]|[a-z]:)/iu.test(folder) ? folder : `./${folder}`;

export default command({
  name: "export",
  summary: "Export a model as a folder for other libraries.",
  description: `Export a model as a folder for other libraries: ONNX graphs, weights, a tokenizer and
a model card. It appears whole or not at all. A program that uses it is printed.

--format huggingface, the default, writes what the pipelines of transformers.js and
Python's transformers open: translators as Marian (model.norm post) or Blenderbot
(pre), with one vocabulary for both languages; language models as GPT-2 (pre), OPT
(post), StarCoder 2 (rotary positions) or LLaMA (with its norms and gates too);
classifiers, also for feature-extraction;
imported models as what they were. What training.lora learnt is in the weights, and for
Python's peft in DIR/adapter too.

--format onnx, the default of recurrent networks, writes any model as plain graphs
with programs that run them, in JavaScript and in Python.`,
  examples: [
    "heed export runs/en-fr --to models/en-fr",
    "heed export runs/en-fr --to models/en-fr --quantize int8,fp16 --license mit --language en,fr",
    "heed export runs/gru --to models/gru --format onnx",
  ],
  args: ["run"],
  options: {
    to: { type: "string", value: "DIR", help: "the folder to write; must not exist yet" },
    format: { type: "string", value: "F", help: "huggingface or onnx (default: see above)" },
    quantize: {
      type: "string",
      value: "KINDS",
      help: "add graphs with narrower weights: int8, which browsers load by default, fp16, or int8,fp16",
    },
    attention: {
      type: "boolean",
      help: "add attention weights to the graphs' outputs: output_attentions in transformers.js",
    },
    name: { type: "string", value: "NAME", help: "the model's name in its card (default: the folder's)" },
    license: {
      type: "string",
      value: "ID",
      help: "the model's licence in its card: mit, cc-by-4.0, other, …",
    },
    licenseLink: { type: "string", value: "URL", help: "where the text of the licence is" },
    language: { type: "string", value: "CODES", help: "languages in the card: en,fr" },
    json: { type: "boolean", help: "one JSON object: {directory, files: [{path, bytes}]}" },
  },
  async run(options, io) {
    const { writeFolder } = await import("../../formats/folder.node.ts");
    const { exportedRun, formatOf } = await import("../../runs/exported-run.ts");
    const { openRun } = await import("../../runs/open-run.node.ts");
    const { readAdapter } = await import("../../runs/model-file.node.ts");
    const { usageOf } = await import("../../runs/usage.ts");
    const { quantizations } = await import("../quantization.ts");
    const { exportCard, runners } = await import("../export-extras.ts");
    const { to, attention: attentions, json } = options;
    const format = await exportFormat(options);
    if (to === undefined) return refuse("heed export", "no --to DIR", "see --help");
    if (options.licenseLink !== undefined && options.license === undefined)
      return refuse("--license-link", "has no effect without --license", "give both");
    const quantize = quantizations(options.quantize);
    const run = io.unsaved(() => openRun(options.run));
    const written = format ?? formatOf(run);
    const adapter = readAdapter(options.run, run.config.training);
    const files = io.unsaved(() =>
      exportedRun(run, { ...{ format, attentions, quantize, where: options.run }, adapter }),
    );
    if (adapter && written === "huggingface" && !files.has("adapter/adapter_config.json"))
      io.say(
        "no adapter: peft has no model of this kind, or cannot express what was trained; the weights have it",
      );
    const usage = usageOf(run, written, asPath(to));
    files.set("README.md", exportCard(run, { ...options, to, format: written, usage }));
    if (written === "onnx") for (const [name, program] of runners()) files.set(name, program);
    await writeFolder(to, files);
    const sizes = [...files].map(([path, bytes]) => ({ path, bytes: bytes.length }));
    if (json) await io.writeLine(JSON.stringify({ directory: to, files: sizes }));
    else {
      for (const { path, bytes } of sizes) io.say(`${(bytes / 1e6).toFixed(2).padStart(9)} MB  ${path}`);
      await io.writeLine(usage.snippet);
    }
    return 0;
  },
});

async function refuse(where: string, cause: string, remedy: string): Promise<never> {
  const { heedError } = await import("../../errors.ts");
  throw heedError("ERR_USAGE", { where, cause, remedy });
}

async function exportFormat({
  format,
}: {
  readonly format: string | undefined;
}): Promise<"huggingface" | "onnx" | undefined> {
  if (format === undefined || format === "huggingface" || format === "onnx") return format;
  return refuse("--format", `"${format}" is unknown`, "choose huggingface or onnx");
}
