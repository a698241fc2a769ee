import type { ComparedScore } from "./model/many.ts";
import type { Measured } from "./model/measured.ts";
import type { Which } from "./model/pair.ts";
import { tour } from "./text/tour.ts";

/** All that the studio says in English; the tour has a file of its own. */
export const text = {
  title: "Heed studio",
  skip: "Skip to the view",
  tabs: "Views",
  views: {
    translate: "Translate",
    steps: "Step by step",
    heads: "Heads",
    recurrent: "Recurrent",
    train: "Train",
    language: "Language model",
    classify: "Classify",
    runs: "Runs",
  },
  model: {
    opening: "The model is being opened…",
    choose: "Open a run",
    chooseHint:
      "A folder that `heed train` or `heed export` wrote, a model folder of Hugging Face's library, or a folder of runs; you can also drop it anywhere on the page.",
    offered: "Model",
    missing: (name: string): string =>
      `“${name}” is not here: drop its folder on the page, or choose another model.`,
    notARun: {
      empty: (name: string): string => `${name === "" ? "That folder" : `“${name}”`} is empty.`,
      file: (name: string): string =>
        `“${name}” is a file: open the folder of a run, as \`heed train\` wrote it.`,
      unsafe: (name: string): string =>
        `“${name}” is not safetensors, and other formats are not read: they may run code. Convert it to safetensors.`,
      other: (name: string): string =>
        `“${name}” is no run of \`heed train\` and no model of \`heed export\`, and holds no runs.`,
    },
    parameters: (count: number): string => `${count.toLocaleString("en")} parameters`,
    measured: ({ bleu, aer, perplexity, accuracy }: Measured): string => {
      const scores = [
        bleu === undefined ? "" : `BLEU ${bleu.toFixed(1)}`,
        aer === undefined ? "" : `alignment error ${(100 * aer).toFixed(1)} %`,
        perplexity === undefined ? "" : `perplexity ${perplexity.toFixed(2)} a token`,
        accuracy === undefined ? "" : `${(100 * accuracy).toFixed(1)} % right`,
      ];
      return scores.filter(Boolean).join(" · ");
    },
    measuredHow: ({ test, precision, reading }: Measured): string =>
      `On ${test.toLocaleString("en")} unseen sentences, with weights in ${precision}, as they are here.${reading ? ` Links are read from ${reading}.` : ""}`,
    tasks: { translate: "translator", generate: "language model", classify: "classifier" },
    misfit: (name: string, is: string, wanted: string): string =>
      `This view is for ${wanted}; ${name}, which is open, is ${is}.`,
    is: (kind: string, task: "translate" | "generate" | "classify"): string =>
      `a ${text.model.tasks[task]} (${kind})`,
    wanted: {
      translate: "translators",
      steps: "Transformers that translate",
      heads: "models with attention",
      recurrent: "recurrent models",
      language: "language models",
      classify: "classifiers",
    },
    train: {
      translate: "heed train configs/phrasebook-guided.yaml --run runs/translator",
      generate: "heed train configs/tiny-shakespeare.yaml --run runs/writer",
      classify: "heed train configs/sentence-polarity.yaml --run runs/classifier",
      recurrent: "heed train configs/phrasebook-attention.yaml --run runs/recurrent",
    },
    openBundled: (name: string): string => `Open ${name}, which comes with the studio`,
    trainOne: "Or train one, and open it with",
  },
  undo: "Undo",
  save: "Save as",
  axes: { columns: "reads from", rows: "is written" },
  table: {
    open: "The numbers as a table",
    corner: (rows: string, columns: string): string => `${rows} \\ ${columns}`,
    firstAlone: (shown: number, all: number): string =>
      `The first ${shown.toLocaleString("en")} of ${all.toLocaleString("en")} rows. The CSV file has them all.`,
    rowAlone: (rows: number, columns: number): string =>
      `The row that is looked at: ${rows} rows of ${columns} numbers are too many for a table here. The CSV file has them all.`,
  },
  translate: {
    source: "A sentence to translate",
    blank: "Type a sentence.",
    cut: (tokens: number): string => `The model reads the first ${tokens} tokens of it.`,
    unknown: "Not in the vocabulary, so read as <unk>:",
    inBytes: "Not in the vocabulary, so read byte by byte:",
    example: "A sentence of the phrasebook",
    exampleHint: "One that the bundled model was not trained on, and whose word links are known",
    asPhrasebook: "Translated as in the phrasebook.",
    notAsPhrasebook: (target: string): string => `The phrasebook has: ${target}`,
    reading: "What was read",
    readingNote:
      "Each ribbon is as wide as the share of the word above, or to its left, in the word it leads to. Point at a written word; choose it to keep it.",
    pointAtWord: "Point at a written word to see what it read, in numbers. Choose it to change them.",
    writtenWith: (step: number, probability: number): string =>
      `step ${step}, probability ${(100 * probability).toFixed(1)} %`,
    weightOn: (token: string): string => `weight on ${token}`,
    dragHint: "Drag a weight, or move it with the arrow keys: the translation goes on from it.",
    chooseHint: "Choose the word to move its weights.",
    noDragHint: "Attention weights can be dragged; this measure only says what happened.",
    largestOf: (most: number, all: number): string => `The ${most} largest of ${all}.`,
    layer: "Layer",
    meanLayers: "mean of layers",
    head: "Head",
    mean: "mean of heads",
    best: "Best aligned",
    bestHint: "The layer, head and row whose weights agree best with the known links of held-out sentences",
    aligned: (aer: number, pairs: number): string =>
      `alignment error ${(100 * aer).toFixed(1)} % on ${pairs} sentences`,
    rowOf: "the row",
    row: "Row",
    rows: { output: "that writes the word", input: "that reads the word" },
    evidence: "Evidence",
    evidences: {
      weights: "attention weights a",
      norms: "norms |a·v|",
      leaveOneOut: "leaving a word out",
      gradientTimesInput: "gradient × input",
      integratedGradients: "integrated gradients (slow)",
    },
    gold: "known link of the phrasebook",
    about: (evidence: string, where: string, row: string): string =>
      `How much of each token that is read went into each that is written: ${evidence} of ${where}, from the row ${row}.`,
    treeAbout:
      "What the beam search kept, a column for each step, with the probability of each token after those before it. Blue is the way to the translation.",
    whyAbout: (written: string, other: string, evidence: string): string =>
      `ln p of “${written}” less ln p of “${other}” that each source token is good for, in nats, by ${evidence}.`,
    whyNot: (written: string, other: string): string => `Why “${written}” and not “${other}”?`,
    whyNote: (written: string, other: string): string =>
      `By how much each source token raises ln p of “${written}” above ln p of “${other}”, in nats.`,
    instead: "instead",
    insteadOf: (written: string): string => `Instead of “${written}”`,
    measuredBy: "Measured by",
    writeInstead: (other: string): string => `Write “${other}” and go on`,
    margin: (nats: number): string => `ln p differs by ${nats.toFixed(3)} nats.`,
    measuring: "Being measured…",
    longForWhy: (tokens: number): string =>
      `With ${tokens} tokens this takes long: the model runs at least once for each.`,
    measure: "Measure",
    percent: (share: number): string => `${(100 * share).toFixed(1)} %`,
    others: "Other translations",
    tree: "The search as a tree",
    treeNote:
      "The hypotheses kept at each step, with the probability of each token. Choose one to go on from it.",
    nextTokens: (path: string): string => `Likeliest after “${path}”`,
    switches: "Run it without",
    noChange: "Nothing is changed. Run it without a part, force another word, or drag a weight.",
    parts: {
      scale: "1/√d scaling",
      positions: "positions",
      attention: "learned attention",
      diagonal: "the diagonal",
      residuals: "residuals",
      norm: "norms",
    },
    partHints: {
      scale: "Scores are not divided by the square root of d_k",
      positions: "No token has a position",
      attention: "Weights are uniform over what can be seen",
      diagonal: "No position attends to itself",
      residuals: "No skip connection around a sublayer",
      norm: "Vectors are not normalised; gain and bias stay",
    },
    without: (part: string): string => `Without ${part}`,
    effect: "Effect on the translation:",
    changed: "Without changes to the model:",
    sameTranslation: "the same translation",
    delta: (nats: number): string => `Δ ln p ${nats < 0 ? "−" : "+"}${Math.abs(nats).toFixed(3)}`,
    step: (step: number): string => `step ${step}`,
    switchedOff: "switched off",
    begins: (pieces: readonly string[]): string =>
      `It begins with “${pieces.join("").replaceAll("▁", " ").trim()}”`,
    remove: "Take back",
    removeChange: (name: string): string => `Take back: ${name}`,
    nothingChanged: "This change made no number different.",
    score: "With the mean ln p of their tokens.",
  },
  heads: {
    title: "All heads",
    note: "Every head of every layer, on the sentence above. Choose one to enlarge it; hold Shift to lay one over another.",
    sentence: { translate: "A sentence to translate", generate: "A text", classify: "A text to classify" },
    groups: {
      encoder: "Encoder, self-attention",
      decoder: "Decoder, self-attention",
      cross: "Cross-attention: decoder to encoder",
      self: "Self-attention",
    },
    layer: (number: number): string => `Layer ${number}`,
    head: (number: number): string => `Head ${number}`,
    kinds: { encoder: "Encoder", decoder: "Decoder", cross: "Cross-attention", self: "Self-attention" },
    named: (kind: string, layer: number, head: number): string =>
      `${kind}, ${layer > 0 ? `layer ${layer}, ` : ""}head ${head}`,
    entropy: "entropy",
    entropyNote: "Mean entropy of the rows, of the largest possible",
    off: "off",
    axes: { reads: "reads", written: "is written", columns: "reads from" },
    choose: "Choose a head to enlarge it.",
    overlay: "Lay over it",
    noOverlay: "no other head",
    ablate: "Switch this head off",
    enable: "Switch it on again",
    enableAll: "Switch all on again",
    pointAt: "Point at a row, or use the arrow keys, to see what it reads from.",
    rowOf: {
      written: (token: string): string => `Written: ${token}`,
      read: (token: string): string => `At ${token}`,
    },
    rest: "all others",
    special: "special",
    sink: (token: string, share: string): string => `Sink: ${token} gets ${share} of this head’s attention.`,
    picture: (name: string, rows: number, columns: number): string =>
      `Attention weights of ${name}: ${rows} rows, ${columns} columns`,
    gridAbout:
      "Attention weights a of every head: a row for each token that is written, or read, a column for each it reads from. The full colour is a weight of 1.",
    oneAbout: (name: string, place: string, row: string): string =>
      `Attention weights a of ${name} (${place}), a row for each token; framed is the row “${row}”. The full colour is a weight of 1.`,
    csv: {
      place: "attention",
      row: "row",
      rowToken: "is written, or read, at the row",
      column: "column",
      columnToken: "reads from",
      weight: "weight a",
      largest: "largest weight a",
    },
    overAbout: (name: string, place: string): string =>
      ` In the right half of each cell: ${name} (${place}).`,
    score: "Score the heads",
    scoreAgain: "Score them again",
    scoring: (done: number, total: number, isFeatures: boolean): string =>
      `${done} of ${total} forward passes${isFeatures ? ": features" : ""}`,
    scoreNote: {
      phrasebook: (count: number): string =>
        `What each head does on ${count} sentences of the phrasebook, and the loss without it.`,
      text: "What each head does on this text, and the loss without it.",
    },
    scored: (loss: string, tokens: number): string =>
      `${loss} nats a token over ${tokens} tokens with all heads`,
    columns: {
      head: "head",
      does: "what it does",
      delta: "Δ loss without it",
      entropy: "entropy",
      sink: "largest sink",
    },
    deltaNote: "Loss without the head less loss with it, in nats a token",
    nothing: "nothing that stands out",
    table: "All heads as a table",
    pairs: "Heads that tell features apart",
    before: "With all heads",
    after: (count: number): string => (count === 1 ? "Without this head" : `Without these ${count} heads`),
    sameText: "The text is the same.",
    changedText: "The text is another.",
    rise: (delta: string): string => `ln p of the text before: ${delta}`,
    nothingChanged: "Switching off changed no number.",
    step: "Step of training",
    stepEnd: "the end of training",
    stepOf: (step: number): string => `step ${step.toLocaleString("en")}`,
    stepNote: "Translated, read and scored with the weights that the model had at that step.",
    atEnd: (said: string): string => `At the end of training it says: ${said}`,
    none: "This model has no attention: open its Recurrent view.",
  },
  recurrent: {
    source: "A sentence to read",
    reading: "The encoder reads word by word",
    readingNote:
      "A column is the state after a word, a line in it one of its numbers: blue above 0, red below. Each state is all that the network keeps of the words before.",
    play: "Play",
    pause: "Pause",
    back: "One word back",
    on: "One word on",
    progress: (read: number, of: number): string => `${read} of ${of} tokens read`,
    directions: {
      forward: "reads forwards →",
      backward: "← reads backwards",
      cell: "reads forwards →",
    },
    layer: (number: number): string => `Layer ${number}`,
    units: (shown: number, all: number): string =>
      shown === all ? `${all} numbers` : `the first ${shown} of ${all} numbers`,
    change: "how much the state changes",
    gates: "Show the gates",
    gate: {
      hidden: "state h",
      resetGate: "reset gate r: how much of the state before is used",
      updateGate: "update gate z: how much of the state before is kept",
      inputGate: "input gate i: how much is written",
      forgetGate: "forget gate f: how much is kept",
      outputGate: "output gate o: how much is shown",
      candidate: "candidate: the state that is offered",
      cell: "cell c: what is kept behind the gates",
    },
    mean: "mean",
    beside: "Another model beside it",
    noneBeside: "none",
    decoder: "What the decoder reads of the sentence",
    decoderNote:
      "A row for each written token: the vector that the decoder reads of the sentence as it writes the token.",
    summary: "One static summary: the same vector at every word",
    attention: "Attention: another mixture of the states at every word",
    vectors: "the vector that is read",
    weights: "weights of the states",
    moves: (share: string): string => `From one word to the next it changes by ${share} of its length.`,
    strip: (name: string, tokens: number, units: number): string =>
      `${name}: ${tokens} tokens across, ${units} numbers down`,
    value: (name: string, unit: number, token: string, value: string): string =>
      `${name}, number ${unit}, at ${token}: ${value}`,
    pointAt: "Point at a picture to read its numbers.",
    layerAbout: (place: string, most: string): string =>
      `Taps of ${place}, as the sentence is read: a column for each token, a line for each number. Blue is above 0, red below; the full colour is ${most}.`,
    scaleOfEach: "the largest number of a strip",
    token: "token",
    number: "number",
    vectorsAbout: (name: string): string =>
      `What the decoder of ${name} reads of the sentence: a row for each written token, a column for each number. Blue is above 0, red below.`,
    weightsAbout: (name: string, row: string): string =>
      `Attention weights a of ${name}, mean of its heads, from the row that writes the word; framed is the row of “${row}”. The full colour is a weight of 1.`,
    score: (value: string): string => `ln p = ${value}`,
  },
  language: {
    source: "A beginning",
    written: "The text so far",
    writtenNote: "Shade: how much the newest token, or the one you point at, read of each token before it.",
    mean: "mean of heads",
    layer: "Layer",
    head: "Head",
    next: "What comes next",
    nextNote:
      "Bar: the probability to be drawn. Line: the model’s own, at a temperature of 1. Choose a token to write it.",
    temperature: "Temperature",
    topK: "Top k",
    topP: "Top p",
    all: "all",
    kept: (count: number, of: number, mass: string): string =>
      `${count} of ${of} tokens are kept; the model gives them ${mass}.`,
    cut: { topK: "cut by top k", topP: "cut by top p" },
    nextAbout: (token: string): string =>
      `Probabilities of the token after “${token}”: as bars, to be drawn; as lines, as the model has them.`,
    weight: "attention weight a",
    readAbout: (place: string, row: string): string =>
      `Attention weights a of ${place}, row of “${row}”: how much it read of each token.`,
    columns: { token: "token", drawn: "probability to be drawn", own: "the model’s probability" },
    draw: "Draw one",
    run: "Write on",
    stop: "Stop",
    restart: "Begin again",
  },
  classify: {
    source: "A text to classify",
    labels: "Labels",
    words: "What each word adds",
    note: "To the score of the label: blue for it, red against it. The score is the sum of all words, and the probability follows from the scores of all labels.",
    sum: (sum: string, count: number): string => `${count} tokens add ${sum} together.`,
    columns: { token: "token", adds: "adds" },
    listed: "Largest first",
    about: (label: string): string =>
      `What each token adds to the score of “${label}”, in logits: its share of the sum that the label is judged by.`,
  },
  steps: {
    computing: "The numbers are being computed…",
    sentence: "The sentence",
    attention: "Attention",
    kinds: {
      encoder: "encoder, to itself",
      decoder: "decoder, to itself",
      cross: "decoder, to the source",
    },
    query: "Query",
    keys: "Keys",
    writes: (token: string): string => `writes ${token}`,
    stepper: "Stations",
    previous: "Previous station",
    next: "Next station",
    play: "Play",
    pause: "Pause",
    back: "Back to",
    groups: { input: "Input", scores: "Scores", mixing: "Mixing", block: "The rest of the layer" },
    vector: "One vector",
    vectorNote:
      "Choose a number to see how it was computed; choose a number it was computed from to go there.",
    matrix: "The whole matrix",
    matrixNote:
      "The same numbers, all rows at once: blue is positive, amber negative. Marked is the chosen row.",
    about: (symbol: string, path: string, shape: string, head: number): string =>
      `${symbol}, the numbers of ${path} [${shape}] at head ${head}. Blue is above 0, amber below; the full colour is the largest number of a matrix.`,
    axes: { one: "", query: "query", key: "key", component: "component" },
    equation: "How it was computed",
    rounding: "Three decimals are shown; sums are taken before rounding.",
    replaced: (value: string): string =>
      `The model goes on with ${value}: a part was switched off, or the number was changed.`,
    shift: (value: string): string => `${value} is taken off every score first; the quotient stays the same.`,
    more: (count: number): string => `… ${count} more`,
    moreSum: (count: number): string => `… ${count} more, together`,
    fewer: "Fewer",
    sum: "sum",
    source: "Computed in",
    switched: { on: "on", here: "off here", everywhere: "off in every layer" },
    parts: {
      scale: "Division by √d_{k}",
      positions: "Positions",
      attention: "Attention weights (off: uniform)",
      diagonal: "Attention to one's own position",
      residuals: "Residual connection",
      norm: "Normalisation",
    },
    translation: "Translation",
    likelihood: "its ln p",
    now: "now written",
    unchanged: (count: number): string =>
      count === 1 ? "One change made no number different." : `${count} changes made no number different.`,
    cosine: (value: string): string => `As a cosine, with both vectors at length 1: ${value}.`,
    agree: (token: string): string =>
      `“${token}” has the largest weight, and adds the longest vector as well.`,
    disagree: (one: string, other: string): string =>
      `“${one}” has the largest weight, but “${other}” adds the longest vector.`,
    uniform: "All weights are the same: no key counts more than another.",
    spreadAbout:
      "How the numbers of the chosen vector are spread before the norm and after it, on one scale; the line is 0.",
    beforeNorm: "before",
    afterNorm: "after",
    moments: (mean: string, variance: string): string => `mean ${mean}, variance ${variance}`,
    restore: "Put everything back",
    noPart: "No part can be switched off here.",
    stations: {
      tokens: [
        "Tokens",
        "Text is cut into the pieces of a vocabulary; the model gets their numbers, the ids, and nothing else.",
      ],
      embedding: [
        "Embedding",
        "Each id picks its learned row of a table, times √d: the same token always gets the same vector.",
      ],
      positions: [
        "Position",
        "Each position has a vector of its own; without it, the sentence would be a bag of words.",
      ],
      sum: [
        "x",
        "Embedding and position are added, number by number: x says what the token is and where it stands.",
      ],
      stream: [
        "Layer input",
        "What the layers before have made of each token: the vectors that arrive here.",
      ],
      memory: ["Memory", "What the encoder made of each source token; the decoder only reads it."],
      normBefore: [
        "Norm",
        "Each vector is shifted to mean 0 and scaled to variance 1, then by a learned gain and bias: gentler than a softmax.",
      ],
      query: [
        "Query",
        "x times W_{Q} asks the question: which tokens matter to me? W_{Q} is one matrix for all words, learned once.",
      ],
      key: [
        "Key",
        "The vector of each token that can be read, times W_{K}, is what queries are compared with.",
      ],
      value: [
        "Value",
        "The vector of each token that can be read, times W_{V}, is what it hands over when it is attended to.",
      ],
      products: [
        "q · k",
        "A query and a key are multiplied element by element and added up: one number says how well they match.",
      ],
      scaled: [
        "÷ √d_{k}",
        "Longer vectors make larger products; dividing by √d_{k} keeps softmax from becoming all or nothing.",
      ],
      masked: [
        "Mask",
        "A decoder must not see what it has yet to write: such keys get −10⁹ and then weigh nothing. Elsewhere 0 is added.",
      ],
      weights: [
        "Softmax",
        "e to each score, divided by the sum of the row: positive numbers that add up to 1.",
      ],
      weighted: [
        "a · v",
        "Each value vector is kept or shrunk by its weight: what this key adds to the query's new vector.",
      ],
      head: [
        "z",
        "The weighted values are added up: z is the query's new vector, mixed from all that it attends to.",
      ],
      heads: [
        "Heads",
        "Every head does the same with its own W_{Q}, W_{K} and W_{V}; their vectors are put side by side.",
      ],
      output: [
        "W_{O}",
        "One more learned matrix mixes the heads and brings the vector back to the size of x.",
      ],
      residual: [
        "Residual",
        "The input is copied past the attention and added to its output: nothing is lost, and gradients have a short way.",
      ],
      normMiddle: ["Norm", "The sum is brought to mean 0 and variance 1 again before it goes on."],
      inner: ["W_{1}", "The feed-forward layer, for each position alone: first into a wider vector."],
      activated: [
        "Activation",
        "Negative numbers are cut off (ReLU) or damped (GELU): without it two matrices would be one.",
      ],
      outer: ["W_{2}", "And back to the size of x."],
      residualEnd: ["Residual", "Added to what came in: this is what the next layer reads."],
      normEnd: ["Norm", "Normalised once more: this is what the next layer reads."],
    },
  },
  train: {
    title: "Train a model in this page",
    note: "A translator or a language model learns on this computer, in this page, and can be taken along as a run that heed translate or heed generate opens.",
    privacy: "Nothing leaves this computer.",
    corpus: "What it learns from",
    phrasebook: "The phrasebook: 30,000 English-French sentences of a grammar, with known word links",
    ownPairs: "Your own pairs",
    pairsHint: "A sentence, a tab, its translation; one pair a line",
    ownText: "A text of yours, for a language model: it learns to go on with it",
    textHint: "Any readable document: a story, a chapter, a list of names",
    file: "Open a TSV file",
    textFile: "Open a text file",
    lines: (lines: number, characters: number): string =>
      `${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"}, ${characters.toLocaleString("en")} characters`,
    elsewhere: "Another tab of this browser is training. Here one can look, and train when it has ended.",
    pairs: (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "pair" : "pairs"}`,
    rung: "The rung of the ladder",
    rungs: {
      lstm: { name: "LSTM", about: "one summary of the sentence starts the decoder" },
      gru: { name: "GRU", about: "one summary, read again at every word" },
      attention: { name: "GRU with attention", about: "every word chooses what to read" },
      transformer: { name: "Transformer", about: "attention alone, in several heads" },
    },
    textRungs: {
      lstm: { about: "one state, with gates that keep and forget" },
      gru: { about: "one state, with fewer gates" },
      attention: { about: "" },
      transformer: { about: "every token reads all before it, in several heads" },
    },
    size: "Size",
    sizes: { tiny: "tiny, 32 wide", small: "small, 64 wide", medium: "medium, 96 wide" },
    steps: "Updates",
    sentence: "A sentence of yours to watch",
    sentenceHint: "We do not see the small green car.",
    beginning: "A beginning of yours to watch",
    beginningHint: "Once upon a time",
    without: "Learn without",
    parts: {
      positions: "positions",
      residuals: "residual sums",
      norm: "layer norm",
      scale: "√d in the scores",
      values: "values of their own (V = K)",
      diagonal: "a word reading itself",
      attention: "attention: read everything alike",
    },
    guided: "Show a head the phrasebook's word links",
    noAttention: "This model chooses nothing to read, so there is no attention to watch form.",
    config: "As a configuration for heed train",
    start: "Start training",
    opening: "Opening…",
    reading: "the corpus is read",
    replaces: "This takes the place of the kept training.",
    kept: "A training can go on",
    keptAt: (step: number, steps: number, at: Date): string =>
      `${step.toLocaleString("en")} of ${steps.toLocaleString("en")} updates, kept ${at.toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}`,
    continue: "Go on with it",
    discard: "Forget it",
    phases: {
      idle: "",
      opening: "Opening…",
      training: "Training",
      pausing: "Pausing after this update…",
      paused: "Paused",
      done: "Trained",
    },
    pause: "Pause",
    goOn: "Go on",
    use: "Use this model",
    download: "Download the run",
    huggingFace: "For transformers.js",
    another: "Train another",
    ownModel: "trained here",
    update: "Update",
    of: (total: number): string => `of ${total.toLocaleString("en")}`,
    count: (count: number): string => count.toLocaleString("en"),
    loss: "Loss",
    nats: "nats a token",
    bleu: "BLEU",
    perplexity: "Perplexity",
    after: (step: number, isText: boolean): string =>
      `unseen ${isText ? "text" : "pairs"}, after ${step.toLocaleString("en")}`,
    speed: "Speed",
    tokensPerSecond: "target tokens a second",
    left: "Time left",
    trained: (time: string): string => `${time} trained`,
    curve: "Loss against updates",
    csv: { loss: "loss, nats a target token", validLoss: "loss on unseen pairs" },
    curveAbout:
      "Loss of each update in nats a target token, and on unseen pairs, with the BLEU of their translations.",
    attentionAbout: (name: string, step: string): string =>
      `Attention weights a over the source, ${name}, ${step}: from the row that writes the word. Frames are known links.`,
    trainLoss: "loss in nats a token, and its running mean",
    validLoss: "on unseen pairs, with BLEU",
    validTextLoss: "on unseen text",
    savedAt: (step: number | undefined): string =>
      step === undefined
        ? "Kept by the browser every few seconds."
        : `Kept by the browser up to update ${step.toLocaleString("en")}: the tab may be closed.`,
    unsaved: (why: string): string =>
      `Not kept: ${why}. Training goes on, but a closed tab ends it: pause and download the run.`,
    watched: "What it makes of sentences it has not seen",
    watchedTexts: "How it goes on with beginnings it has not seen",
    play: "Play",
    stop: "Stop",
    scrub: "Go back over the training",
    afterUpdates: (step: number): string =>
      step === 0 ? "before the first update" : `after ${step.toLocaleString("en")} updates`,
    reference: "Right:",
    continuation: "The text has:",
    noContinuation: "Yours: nobody knows how it goes on",
    asReference: "Right",
    noReference: "Yours: there is no right translation to compare",
    mean: "mean",
    meanHead: "Mean of all heads",
    attention: "Attention over the source",
    textAttention: "Attention to the text so far",
    chooseHead: "Heads over the source",
    chooseTextHead: "Heads over the text",
    givenText: "Given the text as it goes on; a row reads what stands before it.",
    givenReference: "Given the right translation; known links are framed.",
    givenTranslation: "Given its own translation.",
    found: (share: number): string =>
      `${Math.round(100 * share)} % of the linked words read a known link most.`,
    noTextHeads: "One state is all that this model keeps of the text: there is no attention to see.",
    noHeads: "A summary of the sentence is all that this model reads: there is no attention to see.",
    about: (
      {
        rung,
        size,
        without,
        guided,
        corpus,
      }: {
        readonly corpus: string;
        readonly rung: "lstm" | "gru" | "attention" | "transformer";
        readonly size: string;
        readonly without: readonly string[];
        readonly guided: boolean;
      },
      parameters: number,
    ): string =>
      [
        `${text.train.rungs[rung].name}, ${size}`,
        ...(without.length > 0 && rung === "transformer" ? [`without ${without.join(", ")}`] : []),
        ...(corpus === "text" ? ["language model"] : []),
        ...(guided ? ["one head shown the word links"] : []),
        `${parameters.toLocaleString("en")} parameters`,
      ].join(" · "),
  },
  runs: {
    title: "Runs",
    titleOf: (name: string): string => `Runs in ${name}`,
    open: "Open a folder of runs",
    readAgain: "Read them again",
    reading: (count: number): string =>
      count === 1 ? "One run is being read…" : `${count} runs are being read…`,
    nothing:
      "Open the folder that a sweep wrote, or any folder that holds runs, or drop it on the page. You will see their learning curves, a table of what they reached with intervals over seeds, and two of them side by side.",
    orServe: "Or start the studio with it:",
    serve: "heed studio runs/",
    curves: "Learning curves",
    measure: "Measure",
    along: "Against",
    alongs: { step: "step", time: "training time" },
    axis: {
      step: (_: string): string => "step",
      time: (unit: string): string => `training time, ${unit}`,
    },
    at: (name: string, x: string): string =>
      name.includes(",") ? `at ${x} ${name.split(", ")[1]}` : `at ${name} ${x}`,
    curvesPicture: (name: string, count: number): string =>
      `${name}: ${count} ${count === 1 ? "curve" : "curves"}; the table below has the numbers`,
    curvesKeys: "Learning curves: the arrow keys move along them",
    curvesTable: (name: string): string => `The ${name} as a table`,
    thinned: (every: number): string => `Every ${every}th step is shown; the CSV file has all.`,
    unfinished: (name: string): string => `${name} (not finished)`,
    results: "What they reached",
    reached: (name: string): string => `${name.replace(/^[a-z]/, (c) => c.toUpperCase())} of the kept models`,
    intervalsPicture: (name: string): string =>
      `${name} of each group with its interval; the table below has the numbers`,
    intervalsKey: "A filled dot is a mean, a bar its 95 % interval, a ring one run.",
    groups: "Groups: runs that differ only in their seed",
    runs: "All runs",
    others: "Not compared",
    saveTable: "Save as CSV",
    compare: "side by side",
    noModel: "no model",
    sides: { first: "A", second: "B" },
    pick: (side: string, name: string): string => `${name} as ${side}`,
    pair: "Two runs side by side",
    pairNote: "The same sentences translated by both; words that the other does not have are marked.",
    run: "Run",
    sentences: "Sentences, one a line",
    opening: "Both models are being opened…",
    same: "Both say the same.",
    noTranslator: "This run does not translate.",
    noTranslators: "These runs do not translate; their heads read the first line.",
    tooFew:
      "To put two runs side by side, both need a model: a folder with config.yaml and model.safetensors.",
    many: {
      title: "On many sentences",
      start: "Translate and score",
      stop: "Stop",
      file: "Pairs from a file",
      ofPhrasebook: (count: number): string =>
        `${count} test sentences of the phrasebook, or the first ${count} lines of a file: a sentence, a tab, its translation.`,
      ofFile: (count: number, name: string): string =>
        `${count} ${count === 1 ? "pair" : "pairs"} of ${name}`,
      done: (done: number, total: number): string => `${done} of ${total}`,
      columns: ["score", "on all", "95 % interval", "B − A", "p", "B better / worse / same"],
      p: (p: number): string => (p < 0.0015 ? "≤ 0.001" : p.toFixed(3)),
      verdict: (
        { name, second: { difference, p = 1 } }: ComparedScore,
        { first, second }: Readonly<Record<Which, string>>,
      ): string => {
        if (difference === 0) return `${name} is the same.`;
        const size = `${Math.abs(difference).toFixed(1)} ${name}`;
        return p < 0.05
          ? `${difference > 0 ? second : first} is better by ${size}: chance alone seldom does that.`
          : `${size} apart, which may be chance.`;
      },
      note: (count: number, first: number, second: number): string =>
        `${count} sentences, each translated with the run's own beam; A took ${first.toFixed(1)} s, B ${second.toFixed(1)} s. p is how often chance alone makes a larger difference: paired bootstrap of 1,000 test sets, as \`heed compare\`.`,
      changed: "Where they differ most",
      sentenceBleu: (score: number): string => `BLEU ${score.toFixed(1)}`,
    },
    heads: "Their heads",
    headsNote:
      "On the first sentence, with what each run itself says; H is the entropy. Choose a head to see it large on both sides.",
    headsAbout: (names: readonly string[]): string =>
      `The attention of every head of ${names.join(" and of ")}, on the first sentence: a row is what is written, a column what it reads from.`,
    noHeads: "This run has no attention.",
    openHeads: "Open in Heads",
    score: "Score the heads of both",
    scoreNote: (count: number): string =>
      `What each head does, and the loss without it: on ${count} sentences of the phrasebook for runs that learned it, or else on the first sentence.`,
    scored: (loss: string, tokens: number): string =>
      `${loss} nats a token over ${tokens} tokens with all heads`,
  },
  tour,
  failed: "That did not work",
} as const;
