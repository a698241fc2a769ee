/** All that the studio says in English. */
export const text = {
  title: "Heed studio",
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
    chooseHint: "A folder that `heed train` wrote; you can also drop it anywhere on the page.",
    parameters: (count: number): string => `${count.toLocaleString("en")} parameters`,
    measured: (of: {
      readonly test: number;
      readonly precision: string;
      readonly bleu: number;
      readonly aer: number;
      readonly reading: string;
    }): string =>
      `BLEU ${of.bleu.toFixed(1)}, alignment error ${(100 * of.aer).toFixed(1)} % (${of.reading}) on ${of.test.toLocaleString("en")} unseen sentences, in ${of.precision}`,
    wrongTask: (task: string, wanted: string): string =>
      `This view is for ${wanted}; the open model is ${task}.`,
  },
  undo: "Undo",
  axes: { columns: "reads from", rows: "is written" },
  translate: {
    source: "A sentence to translate",
    reading: "What was read",
    readingNote:
      "Width and colour of a ribbon: how much of the word on the left went into the word on the right.",
    layer: "Layer",
    head: "Head",
    mean: "mean of heads",
    row: "Row",
    rows: { output: "that writes the word", input: "that reads the word" },
    evidence: "Evidence",
    evidences: {
      weights: "attention weights a",
      norms: "norms |a·v|",
      leaveOneOut: "leaving a word out",
    },
    gold: "Known links of the phrasebook",
    others: "Other translations",
    tree: "The search as a tree",
    treeNote: "Each step's likeliest next tokens. Choose one to go on from it.",
    changed: "Without your changes",
    nothingChanged: "This change made no number different.",
    forced: "You chose its beginning.",
    release: "Let the model choose",
    score: "log probability a token",
  },
  heads: {
    title: "All heads",
    note: "Every head of every layer. Rows are the tokens that read or are written, columns what they read from.",
    ablate: "Switch this head off",
    enable: "Switch it on again",
  },
  train: {
    title: "Train a translator in this page",
    note: "It learns on this computer, in this page, and can be taken along as a run that heed translate opens.",
    privacy: "Nothing leaves this computer.",
    corpus: "What it learns from",
    phrasebook: "The phrasebook: 30,000 English-French sentences of a grammar, with known word links",
    ownPairs: "Your own pairs",
    pairsHint: "A sentence, a tab, its translation; one pair a line",
    file: "Open a TSV file",
    pairs: (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "pair" : "pairs"}`,
    rung: "The rung of the ladder",
    rungs: {
      lstm: { name: "LSTM", about: "one summary of the sentence starts the decoder" },
      gru: { name: "GRU", about: "one summary, read again at every word" },
      attention: { name: "GRU with attention", about: "every word chooses what to read" },
      transformer: { name: "Transformer", about: "attention alone, in several heads" },
    },
    size: "Size",
    sizes: { tiny: "tiny, 32 wide", small: "small, 64 wide", medium: "medium, 128 wide" },
    steps: "Updates",
    sentence: "A sentence of yours to watch",
    sentenceHint: "We do not see the small green car.",
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
    another: "Train another",
    ownModel: "trained here",
    update: "Update",
    of: (total: number): string => `of ${total.toLocaleString("en")}`,
    count: (count: number): string => count.toLocaleString("en"),
    loss: "Loss",
    nats: "nats a token",
    bleu: "BLEU",
    after: (step: number): string => `unseen pairs, after ${step.toLocaleString("en")}`,
    speed: "Speed",
    tokensPerSecond: "target tokens a second",
    left: "Time left",
    trained: (time: string): string => `${time} trained`,
    curve: "Loss against updates",
    trainLoss: "loss in nats a token, and its running mean",
    validLoss: "on unseen pairs, with BLEU",
    savedAt: (step: number | undefined): string =>
      step === undefined
        ? "Kept by the browser every few seconds."
        : `Kept by the browser up to update ${step.toLocaleString("en")}: the tab may be closed.`,
    unsaved: (why: string): string =>
      `Not kept: ${why}. Training goes on, but a closed tab ends it: pause and download the run.`,
    watched: "What it makes of sentences it has not seen",
    play: "Play",
    stop: "Stop",
    scrub: "Go back over the training",
    afterUpdates: (step: number): string =>
      step === 0 ? "before the first update" : `after ${step.toLocaleString("en")} updates`,
    reference: "Right:",
    asReference: "Right",
    noReference: "Yours: there is no right translation to compare",
    mean: "mean",
    meanHead: "Mean of all heads",
    chooseHead: "Heads over the source",
    givenReference: "Given the right translation; known links are framed.",
    givenTranslation: "Given its own translation.",
    found: (share: number): string =>
      `${Math.round(100 * share)} % of the linked words read a known link most.`,
    noHeads: "A summary of the sentence is all that this model reads: there is no attention to see.",
    about: (
      {
        rung,
        size,
        without,
        guided,
      }: {
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
        ...(guided ? ["one head shown the word links"] : []),
        `${parameters.toLocaleString("en")} parameters`,
      ].join(" · "),
  },
  failed: "That did not work",
} as const;
