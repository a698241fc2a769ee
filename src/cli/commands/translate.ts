import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { shardOptions } from "../shard.ts";

export default command({
  name: "translate",
  summary: "Translate each line of standard input.",
  description: `Translate each line of standard input, in order, writing each as it is done.
Beam search is the default; --sample, --temperature, --top-k and --top-p draw
translations instead. --target FILE translates nothing: it scores each line of
FILE by its log probability as the translation of the same input line.

Only a blank line gets a blank translation: a translation can neither end nor
go on with white space until it has some visible text.

--bias takes a word, or a piece as written in the vocabulary. For a word of
several pieces it applies to the last one when the others precede it, so it
also affects longer words that begin with the same pieces.

--attention writes {source, sourceTokens, hypotheses: [{tokens, weights}]} for
each line, with the tokens as the model sees them, </s> included. weights has a
row for each of tokens and a column for each of sourceTokens: the last decoder
layer's attention to the source, averaged over its heads. A recurrent decoder
has a single attention; an ensemble's is the mean over its members.

--glossary FILE says which words to use: JSON, as \`heed serve\` takes it,
[{ "source": "car", "target": ["voiture", "la voiture"] }]. A line that has a
term and whose translation has none of its forms is translated again from where
the term went; forms with several words mend what stands before it.

--shard 3/8 --parts DIR translates every eighth block of 1,024 lines, from the
third, into DIR/part-3-of-8. A part is there whole or not at all; one that is
there is left alone. \`heed merge DIR\` writes what one process would have, the
file of --attention included.`,
  examples: [
    "heed translate runs/en-fr < news.en > news.fr",
    'echo "We see the green car." | heed translate runs/en-fr --beam 8 --n-best 3 --json',
    'echo "We see the green car." | heed translate runs/en-fr --prefix "Nous" --attention looked.jsonl',
    "heed translate runs/a --ensemble runs/b --no-repeat-ngram 3 --bias chat=-1 < news.en",
    "heed translate runs/en-fr --glossary terms.json < news.en",
    "heed translate runs/en-fr --target news.fr --json < news.en",
    "heed translate runs/en-fr --shard 3/8 --parts parts < news.en",
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
      help: "penalty on finished hypotheses that leave source words out (default: 0)",
    },
    nBest: {
      type: "number",
      whole: true,
      range: [1, 100],
      default: 1,
      help: "hypotheses written per line, with different texts where possible",
    },
    prefix: { type: "string", help: "text that every translation begins with" },
    minLength: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      help: "minimum number of tokens (default: 0)",
    },
    maxLength: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      help: "maximum number of tokens (default: 2 · source + 10, and at least 10 more than --prefix or --min-length)",
    },
    noRepeatNgram: {
      type: "number",
      whole: true,
      range: [0, 100],
      help: "never repeat a sequence of N tokens (default: 0, off)",
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
    temperature: {
      type: "number",
      range: [0, 100],
      help: "sampling temperature; 0 takes the likeliest token (default: 1)",
    },
    topK: { type: "number", whole: true, range: [1, 1e6], help: "draw only from the N likeliest tokens" },
    topP: {
      type: "number",
      range: [0, 1],
      help: "draw only from the likeliest tokens whose probabilities add up to N",
    },
    seed: {
      type: "number",
      whole: true,
      range: [0, 2 ** 31 - 1],
      help: "for sampling: same seed, same text (default: 42)",
    },
    ensemble: {
      type: "list",
      value: "RUN",
      help: "another run with the same vocabulary, whose probabilities are averaged in; may be repeated",
    },
    replaceUnknown: { type: "boolean", help: "copy the most attended source word in place of <unk>" },
    target: {
      type: "string",
      value: "FILE",
      help: "score these translations, one per line, instead of translating",
    },
    attention: {
      type: "string",
      value: "FILE",
      help: "write where each token looked in the source, as JSON lines",
    },
    quantize: { type: "string", value: "KIND", help: "int8: 8-bit weights, smaller and faster" },
    shortlist: {
      type: "boolean",
      help: "score only tokens that the run's shortlist has for a sentence: published, or of `heed shortlist`",
    },
    glossary: {
      type: "string",
      value: "FILE",
      help: "words that translations must use for words of the line",
    },
    batch: {
      type: "number",
      whole: true,
      range: [1, 4096],
      default: 32,
      help: "maximum number of sentences decoded together",
    },
    invalidUtf8: {
      type: "string",
      value: "HOW",
      default: "error",
      help: "on invalid UTF-8: error or replace",
    },
    ...shardOptions,
    device: deviceOption,
    json: {
      type: "boolean",
      help: "one JSON object per line: {source, hypotheses: [{text, score, tokens}]}, with --glossary also missingTerms; with --target {source, target, score, logProbability, tokens, logProbabilities}",
    },
  },
  async run(options, io) {
    // Load the runtime's library while the run is read.
    const engine = device(options.device, io);
    engine.catch(() => undefined);
    const { translateLines } = await import("../translate-lines.ts");
    return translateLines(options, io, engine);
  },
});
