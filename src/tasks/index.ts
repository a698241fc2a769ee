/** `heed/tasks`: translation, language modelling and classification, ready to train. */
export { type Embedder, type EmbedderOptions, openEmbedder, sentenceVectors } from "./classify/embed.ts";
export { type Judge, likeliest, openJudge } from "./classify/judge.ts";
export { scoreTexts } from "./classify/test-set.ts";
export { encodeLabelled } from "./classify/texts.ts";
export { type ClassificationTaskOptions, openClassificationTask } from "./classify/training.ts";
export { type TextPerplexity, textPerplexity } from "./generate/perplexity.ts";
export { encodeText } from "./generate/text.ts";
export { type LanguageTaskOptions, openLanguageTask } from "./generate/training.ts";
export type { RunFiles } from "./run-files.ts";
export type { Described, Learner, PreparedTask, Score, Stage, Task, TaskData, Watch } from "./task.ts";
export { type DescribedRun, tasks } from "./tasks.ts";
export { type AlignedSample, type MeasuredAlignment, measureAlignment } from "./translate/alignment.ts";
export { type Corpus, loadCorpus } from "./translate/corpus.ts";
export { encodeCorpus, encodePair, pairFeeds, type SentencePair } from "./translate/pairs.ts";
export { openTranslationTask, type TranslationTaskOptions } from "./translate/training.ts";
