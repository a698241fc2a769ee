/** How an exported folder is used: programs that work as they are pasted. */
import { quoted } from "../text/quoted.ts";
import type { ExportFormat } from "./exported-run.ts";
import type { OpenedRun } from "./open-run.ts";

export interface Usage {
  /** The pipeline of transformers.js, and the tag on Hugging Face's hub. */
  readonly pipeline: string;
  /** What to paste first. */
  readonly snippet: string;
  /** Whether Python's transformers have a class for the model. */
  readonly python: boolean;
  readonly sections: readonly { readonly language: string; readonly text: string; readonly note?: string }[];
}

/** Most tokens that a snippet asks a language model for. */
const WRITTEN = 40;

/**
 * @param path  The folder as a program names it: "./models/x".
 */
export function usageOf(run: OpenedRun, format: ExportFormat, path: string): Usage {
  const pipeline = pipelineOf(run);
  if (format === "onnx") return plainUsage(pipeline, path);
  const { text, options, name } = called(run);
  const snippet = `import { pipeline } from "@huggingface/transformers";

const ${name} = await pipeline("${pipeline}", ${JSON.stringify(path)});
console.log(await ${name}(${JSON.stringify(text)}${options}));`;
  // See `classifierFolder`.
  const python = !(run.task === "classify" && run.config.model.kind === "transformer");
  const javascript = { language: "js", text: snippet };
  if (!python) {
    const note =
      "No class of Python's transformers averages the states of all tokens, as this model does; ONNX Runtime runs `onnx/model.onnx` there: `input_ids` and `attention_mask` to `logits` and `last_hidden_state`.";
    return {
      pipeline,
      snippet,
      python,
      sections: [javascript, { language: "py", text: pythonGraph(path), note }],
    };
  }
  return {
    ...{ pipeline, snippet, python },
    sections: [javascript, { language: "py", text: pythonOf(run, path, text) }],
  };
}

function pipelineOf(run: OpenedRun): string {
  if (run.task === "translate") return "translation";
  if (run.task === "generate") return "text-generation";
  return run.labels.length > 0 ? "text-classification" : "feature-extraction";
}

/** The call of the pipeline. */
function called(run: OpenedRun): { text: string; options: string; name: string } {
  if (run.task === "translate") return { text: "We see the green car.", options: "", name: "translate" };
  if (run.task === "generate") {
    const tokens = Math.max(1, Math.min(WRITTEN, run.config.data.context >> 1));
    return { text: "Once", options: `, { max_new_tokens: ${tokens} }`, name: "write" };
  }
  const text = "We see the green car.";
  return run.labels.length > 0
    ? { text, options: "", name: "classify" }
    : { text, options: ', { pooling: "mean", normalize: true }', name: "embed" };
}

const autoClasses = {
  translation: "AutoModelForSeq2SeqLM",
  "text-generation": "AutoModelForCausalLM",
  "text-classification": "AutoModelForSequenceClassification",
  "feature-extraction": "AutoModel",
} as const;

function pythonOf(run: OpenedRun, path: string, text: string): string {
  const pipeline = pipelineOf(run) as keyof typeof autoClasses;
  const writes = {
    translation:
      "print(tokenizer.decode(model.generate(**inputs, max_new_tokens=100)[0], skip_special_tokens=True))",
    "text-generation": `print(tokenizer.decode(model.generate(**inputs, max_new_tokens=${WRITTEN}, do_sample=False)[0], skip_special_tokens=True))`,
    "text-classification": "print(model.config.id2label[model(**inputs).logits.argmax().item()])",
    "feature-extraction": "print(model(**inputs).last_hidden_state.mean(1))",
  }[pipeline];
  return `from transformers import ${autoClasses[pipeline]}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(${JSON.stringify(path)})
model = ${autoClasses[pipeline]}.from_pretrained(${JSON.stringify(path)})
inputs = tokenizer(${JSON.stringify(text)}, return_tensors="pt", return_token_type_ids=False)
${writes}`;
}

const pythonGraph = (path: string): string => `import json, numpy, onnxruntime, tokenizers

folder = ${JSON.stringify(path)}
ids = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json").encode("We see the green car.").ids
model = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx")
[logits] = model.run(["logits"], {"input_ids": numpy.array([ids]), "attention_mask": numpy.ones((1, len(ids)), int)})
print(json.load(open(f"{folder}/config.json"))["id2label"][str(logits[0].argmax())])`;

function plainUsage(pipeline: string, path: string): Usage {
  const javascript = `npm install onnxruntime-node @huggingface/tokenizers
echo "We see the green car." | node ${quoted(`${path}/run.mjs`)}`;
  const python = `pip install onnxruntime tokenizers numpy
echo "We see the green car." | python ${quoted(`${path}/run.py`)}`;
  const note = `\`run.mjs\` and \`run.py\` show how the graphs are run. Inputs and outputs are of these names; ids and masks are int64, other
tensors float32.

| graph | inputs | outputs |
| --- | --- | --- |
| \`onnx/encoder.onnx\` | \`input_ids\`, \`attention_mask\` [batch, length] | \`memory.*\`, \`state.*\` |
| \`onnx/decoder.onnx\` | \`input_ids\` [batch, 1], \`memory.*\`, \`state.*\` | \`logits\` [batch, vocabulary], \`next.state.*\` |
| \`onnx/model.onnx\` | \`input_ids\`, \`attention_mask\` [batch, length] | \`summary\` [batch, dim], \`logits\` [batch, labels] |

A translator has the first two, a language model the second, a classifier the third. A decoder reads one token at a time: what
it returns as \`next.state.x\` is \`state.x\` of its next call. The state of a language model begins with zeros of the shapes
in \`model.json\`, which also has the first and last token of a text, and labels.`;
  return {
    ...{ pipeline, snippet: javascript, python: false },
    sections: [
      { language: "sh", text: javascript },
      { language: "sh", text: python, note },
    ],
  };
}
