import { readLines } from "../data/files.node.ts";
import { readLabelled } from "../data/labelled.node.ts";
import { readPairs } from "../data/pairs.node.ts";
import { coverWindows } from "../data/windows.ts";
import { heedError } from "../errors.ts";
import type { Contrast } from "../inspect/heads/contrasts.ts";
import type { EncodedExample, Example } from "../inspect/looking/subject.ts";
import { contrastPairs } from "../phrasebook/contrasts.ts";
import { phrasebook } from "../phrasebook/phrasebook.ts";
import type { ClassifierRun, LanguageRun, OpenedRun, TranslatorRun } from "../runs/open-run.ts";
import { labelNumber } from "../tasks/classify/labels.ts";
import { encodeLongEnough } from "../tasks/generate/text.ts";
import { firstGiven } from "./given.ts";

export interface HeadsInput {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly pairs?: string | undefined;
  readonly labelled?: string | undefined;
  readonly text?: string | undefined;
  readonly corpus?: string | undefined;
  readonly sentences?: number | undefined;
  readonly contrasts?: number | undefined;
}

export interface SurveyInput {
  readonly examples: readonly (Example | EncodedExample)[];
  /** "100 pairs of the phrasebook's test set" */
  readonly about: string;
  readonly contrasts: readonly Contrast[];
}

/** Read unless `--sentences` says otherwise: sentences, and tokens of a text. */
const DEFAULTS = { sentences: 100, tokens: 2000, contrasts: 24 } as const;

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

/** The sentences that heads are judged by. @throws ERR_USAGE where none or two sorts are named, ERR_DATA for empty files */
export async function surveyInput(run: OpenedRun, options: HeadsInput): Promise<SurveyInput> {
  const input = await inputOf(run, options);
  if (input.examples.length > 0) return input;
  throw heedError("ERR_DATA", { where: input.about, cause: "there is nothing to read" });
}

function inputOf(run: OpenedRun, options: HeadsInput): Promise<SurveyInput> {
  const { source, target, pairs, labelled, text, corpus, contrasts } = options;
  const refuse = (given: Readonly<Record<string, unknown>>): void => {
    const flag = firstGiven(given);
    if (flag) throw usage(flag, `has no effect on ${NOUNS[run.task]}`, "leave it out");
  };
  switch (run.task) {
    case "translate":
      refuse({ labelled, text });
      return pairsInput(run, options);
    case "generate":
      refuse({ source, target, pairs, labelled, corpus, contrasts });
      return textInput(run, options);
    case "classify":
      refuse({ source, target, pairs, text, corpus, contrasts });
      return labelledInput(run, options);
  }
}

const NOUNS = { translate: "a translator", generate: "a language model", classify: "a classifier" } as const;

async function pairsInput(run: TranslatorRun, options: HeadsInput): Promise<SurveyInput> {
  const { source, target, pairs, corpus, sentences = DEFAULTS.sentences, contrasts } = options;
  const { data, seed } = run.config;
  const isTrainedOnIt = "corpus" in data.train;
  const isFiles = source !== undefined || target !== undefined || pairs !== undefined;
  if (corpus !== undefined && corpus !== "phrasebook")
    throw usage("--corpus", `"${corpus}" is unknown`, "the only corpus is phrasebook");
  const isTwo = pairs !== undefined && (source !== undefined || target !== undefined);
  const isHalf = pairs === undefined && (source === undefined) !== (target === undefined);
  if (isTwo || isHalf || (isFiles && corpus !== undefined) || (!isFiles && !corpus && !isTrainedOnIt)) {
    const remedy = "give --pairs, --source and --target, or --corpus phrasebook";
    throw usage("heed heads", "no sentence pairs, or two sorts of them", remedy);
  }
  const isPhrasebook = corpus !== undefined || isTrainedOnIt;
  if (contrasts !== undefined && !isPhrasebook) {
    const cause = "the pairs are the phrasebook's, which this run was not trained on";
    throw usage("--contrasts", cause, "leave it out, or give --corpus phrasebook");
  }
  const count = contrasts ?? DEFAULTS.contrasts;
  const contrasting = isPhrasebook && count > 0 ? contrastPairs({ pairs: count }) : [];
  if (!isFiles) {
    const examples = phrasebook({ seed }).test.slice(0, sentences);
    return {
      examples,
      about: `${counted(examples, "pair")} of the phrasebook's test set`,
      contrasts: contrasting,
    };
  }
  const spec = pairs === undefined ? { source: source ?? "", target: target ?? "" } : { pairs };
  const examples = await firstOf(readPairs(spec), sentences);
  const files = Object.values(spec).join(" and ");
  return { examples, about: `${counted(examples, "pair")} of ${files}`, contrasts: contrasting };
}

async function textInput({ config, tokenizer }: LanguageRun, options: HeadsInput): Promise<SurveyInput> {
  const { text, sentences } = options;
  if (text === undefined) throw usage("heed heads", "no text for a language model", "give --text FILE");
  const { context } = config.data;
  const most = sentences ?? Math.max(1, Math.ceil(DEFAULTS.tokens / context));
  const lines: string[] = [];
  for await (const line of readLines(text)) lines.push(line);
  const ids = await encodeLongEnough(lines, tokenizer, text);
  const windows = coverWindows(ids.length, context).slice(0, most);
  return {
    // A window's last token is only predicted.
    examples: windows.map(({ start, size }) => ({
      source: ids.subarray(start, start + size + 1),
      target: new Int32Array(),
    })),
    about: `${counted(windows, "window")} of ${text}, of up to ${context} tokens`,
    contrasts: [],
  };
}

async function labelledInput({ labels }: ClassifierRun, options: HeadsInput): Promise<SurveyInput> {
  const { labelled, sentences = DEFAULTS.sentences } = options;
  if (labelled === undefined)
    throw usage("heed heads", "no texts for a classifier", "give --labelled FILE, lines of label, tab, text");
  const texts = await firstOf(readLabelled(labelled), sentences);
  const examples = texts.map(({ label, text }, i): Example => {
    labelNumber(label, labels, `${labelled}:${i + 1}`);
    return { source: text, target: label };
  });
  return { examples, about: `${counted(examples, "text")} of ${labelled}`, contrasts: [] };
}

const counted = ({ length }: readonly unknown[], noun: string): string =>
  `${length} ${noun}${length === 1 ? "" : "s"}`;

async function firstOf<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const first: T[] = [];
  for await (const item of items) {
    first.push(item);
    if (first.length >= count) break;
  }
  return first;
}
