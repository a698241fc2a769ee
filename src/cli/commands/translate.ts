import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

export default command({
  name: "translate",
  summary: "Translate each line of standard input.",
  description: `Translate each line of standard input, in order, writing as it goes. Beam search
by default; --sample, --temperature, --top-k and --top-p draw translations
instead. With --target FILE nothing is translated: each line gets the log
probability of the translation that stands in FILE.

Only a blank line has a blank translation: a translation neither ends nor goes
on with white space before something of it shows.

--bias takes a word, or a piece as the vocabulary has it. Of a word of several
pieces the last is what becomes likelier or less likely, where the others stand
before it: so the word is finished or not, also as the beginning of another.

--attention writes {source, sourceTokens, hypotheses: [{tokens, weights}]} for
each line, with the tokens as the model saw them, </s> included: weights have a
row for each of tokens, and in it a number for each of sourceTokens. They are
the mean over the heads of the last decoder layer's attention to the source; a
recurrent decoder has one attention, and an ensemble's is its members' mean.`,
  examples: [
    "heed translate runs/en-fr < news.en > news.fr",
    'echo "We see the green car." | heed translate runs/en-fr --beam 8 --n-best 3 --json',
    'echo "We see the green car." | heed translate runs/en-fr --prefix "Nous" --attention looked.jsonl',
    "heed translate runs/a --ensemble runs/b --no-repeat-ngram 3 --bias chat=-1 < news.en",
    "heed translate runs/en-fr --target news.fr --json < news.en",
  ],
  args: ["run"],
  options: {
    beam: {
      type: "number",
      whole: true,
      range: [1, 100],
      help: "hypotheses kept at each step; 1 is greedy (default: the run's)",
    },
    alpha: { type: "number", range: [0, 5], help: "strength of the length penalty (default: the run's)" },
    lengthPenalty: {
      type: "string",
      value: "KIND",
      default: "gnmt",
      help: "gnmt, ((5 + length) / 6)^alpha, or average, length^alpha",
    },
    coveragePenalty: {
      type: "number",
      range: [0, 10],
      help: "how much leaving source words out costs a finished hypothesis (default: 0)",
    },
    nBest: {
      type: "number",
      whole: true,
      range: [1, 100],
      default: 1,
      help: "hypotheses written per line, all of different text where there are as many",
    },
    prefix: { type: "string", help: "how every translation begins" },
    minLength: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      help: "fewest tokens of a translation (default: 0)",
    },
    maxLength: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      help: "most tokens (default: 2 · source + 10, or 10 more than --prefix or --min-length has)",
    },
    noRepeatNgram: {
      type: "number",
      whole: true,
      range: [0, 100],
      help: "no N tokens in a row occur twice (default: 0, off)",
    },
    repetitionPenalty: {
      type: "number",
      range: [1, 100],
      help: "factor on log probabilities of tokens already written (default: 1, off)",
    },
    bias: {
      type: "list",
      value: "WORD=N",
      help: "added to the log probability of a word or a piece; -Infinity bans it; may be repeated",
    },
    sample: { type: "boolean", help: "draw translations instead of searching for the best" },
    temperature: { type: "number", range: [0, 100], help: "of sampling (default: 1)" },
    topK: { type: "number", whole: true, range: [1, 1e6], help: "draw from the k likeliest tokens only" },
    topP: { type: "number", range: [0, 1], help: "draw from the likeliest with this probability together" },
    seed: {
      type: "number",
      whole: true,
      range: [0, 2 ** 31 - 1],
      default: 42,
      help: "of sampling: same seed, same text",
    },
    ensemble: {
      type: "list",
      value: "RUN",
      help: "a further run with the same vocabulary: probabilities are averaged; may be repeated",
    },
    replaceUnknown: { type: "boolean", help: "copy the most attended source word in place of <unk>" },
    target: {
      type: "string",
      value: "FILE",
      help: "score these translations, one a line, instead of making any",
    },
    attention: {
      type: "string",
      value: "FILE",
      help: "write what each token looked at in the last decoder layer, the mean of its heads, as JSON lines",
    },
    quantize: { type: "string", value: "KIND", help: "int8: weights of 8 bits, smaller and faster" },
    batch: {
      type: "number",
      whole: true,
      range: [1, 4096],
      default: 32,
      help: "most sentences decoded together",
    },
    invalidUtf8: { type: "string", value: "HOW", default: "error", help: "error or replace" },
    device: deviceOption,
    json: {
      type: "boolean",
      help: "one JSON object a line: {source, hypotheses: [{text, score, tokens}]}; with --target {source, target, score, logProbability, tokens, logProbabilities}",
    },
  },
  async run(options, io) {
    // The library of the runtime loads while the run is read.
    const engine = device(options.device, io);
    engine.catch(() => undefined);
    const { translateLines } = await import("../translate-lines.ts");
    return translateLines(options, io, engine);
  },
});
