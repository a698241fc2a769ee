import { command } from "../command.ts";

/** A folder as a program names it: without "./", `models/x` is a name on the Hugging Face Hub. */
export const asPath = (folder: string): string =>
  /^(\.{1,2}([\\/]|$)|[\\/]|[a-z]:)/iu.test(folder) ? folder : `./${folder}`;

export default command({
  name: "export",
  summary: "Export a translator as a model folder for other libraries.",
  description:
    "Export a translator as a folder for pipeline('translation', folder) in transformers.js and AutoModelForSeq2SeqLM in Python's transformers. It holds ONNX graphs, safetensors and a tokenizer, and appears whole or not at all. What training.lora learnt is in the weights, and for Python's peft in DIR/adapter too. The model must be a Transformer with one vocabulary for both languages: model.norm post becomes a Marian model, pre a Blenderbot.",
  examples: [
    "heed export runs/en-fr --to models/en-fr",
    "heed export runs/en-fr --to models/en-fr --quantize int8 --attention",
  ],
  args: ["run"],
  options: {
    to: { type: "string", value: "DIR", help: "the folder to write; must not exist yet" },
    format: { type: "string", value: "F", default: "huggingface", help: "huggingface" },
    quantize: {
      type: "string",
      value: "KIND",
      help: "int8: add graphs with 8-bit weights, which browsers load by default",
    },
    attention: {
      type: "boolean",
      help: "add attention weights to the graphs' outputs: output_attentions in transformers.js",
    },
    json: { type: "boolean", help: "one JSON object: {directory, files: [{path, bytes}]}" },
  },
  async run(options, io) {
    const { heedError } = await import("../../errors.ts");
    const { writeFolder } = await import("../../formats/folder.node.ts");
    const { asExportable } = await import("../../formats/huggingface/check.ts");
    const { huggingFaceFolder } = await import("../../formats/huggingface/folder.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { readAdapter } = await import("../../runs/model-file.node.ts");
    const { transformerConfig } = await import("../../config/translation-model.ts");
    const { quantization } = await import("../quantization.ts");
    const { to, format, attention: attentions } = options;
    if (to === undefined) {
      throw heedError("ERR_USAGE", { where: "heed export", cause: "no --to DIR", remedy: "see --help" });
    }
    if (format !== "huggingface") {
      const cause = `"${format}" is unknown`;
      throw heedError("ERR_USAGE", { where: "--format", cause, remedy: "choose huggingface" });
    }
    const quantize = quantization(options.quantize);
    const { config, tokenizers, weights } = openRunOf(options.run, "translate");
    const isShared = tokenizers.source === tokenizers.target;
    const vocabularies = { one: isShared, tied: isShared && config.model.tieEmbeddings };
    const model = asExportable(config.model, { where: options.run, vocabularies });
    const exported = {
      config: transformerConfig(model, tokenizers),
      weights,
      tokenizer: tokenizers.source,
      adapter: readAdapter(options.run, config.training),
    };
    const files = huggingFaceFolder(exported, {
      attentions,
      where: options.run,
      ...(quantize ? { quantize } : {}),
    });
    writeFolder(to, files);
    const sizes = [...files].map(([path, bytes]) => ({ path, bytes: bytes.length }));
    if (options.json) await io.writeLine(JSON.stringify({ directory: to, files: sizes }));
    else {
      for (const { path, bytes } of sizes) io.say(`${(bytes / 1e6).toFixed(2).padStart(9)} MB  ${path}`);
      const path = asPath(to);
      io.say(
        `${to}: open with pipeline("translation", "${path}") or AutoModelForSeq2SeqLM.from_pretrained("${path}")`,
      );
    }
    return 0;
  },
});
