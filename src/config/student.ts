import { Document, isMap } from "yaml";
import type { TranslateConfig } from "./schema.ts";

/** The files of a student's corpus. */
export interface StudentFiles {
  readonly source: string;
  /** The teacher's translations, line by line. */
  readonly target: string;
  /** Its word links; undefined when it does not attend to its source. */
  readonly links?: string | undefined;
}

/** What a student's width is of its teacher's, and the multiple that it is rounded to. */
const NARROWER = 0.5;
const MULTIPLE = 32;

/**
 * The configuration of a student: half its teacher's width and a decoder of one layer, since a translation waits for the
 * decoder once a token, for the encoder once. That leaves about a quarter of the parameters. It has the teacher's kind of
 * positions and of decoder, if that is a Transformer, and its `ema`. Dropout, passes and rates follow from the corpus.
 *
 * @param name  Names the teacher in the first line.
 */
export function studentConfig(
  { data, tokenizer, model, training, decoding }: TranslateConfig,
  files: StudentFiles,
  name: string,
): string {
  const width = Math.max(MULTIPLE, Math.round((NARROWER * model.dModel) / MULTIPLE) * MULTIPLE);
  const depth = "encoderLayers" in model ? model.encoderLayers : undefined;
  const layers = depth ?? ("layers" in model ? model.layers : 3);
  const inner = "feedForward" in model ? model.feedForward : 4 * model.dModel;
  const { source, target, links } = files;
  const head = training.guidedAlignment ?? { weight: 0.05 };
  const learning = {
    ...(training.ema === undefined ? {} : { ema: training.ema, average: training.average }),
    ...(links === undefined ? {} : { guidedAlignment: { links, weight: head.weight } }),
  };
  const document = new Document({
    data: { ...data, train: { source, target } },
    // A vocabulary that came from elsewhere cannot be learnt again.
    ...(tokenizer.kind === "imported" ? {} : { tokenizer }),
    model: {
      kind: "transformer",
      encoderLayers: layers,
      decoderLayers: 1,
      dModel: width,
      heads: 4,
      feedForward: Math.max(MULTIPLE, Math.round(NARROWER * inner)),
      ...(model.kind === "transformer" ? { positions: model.positions, decoder: model.decoder } : {}),
      maxLength: model.maxLength,
    },
    ...(Object.keys(learning).length > 0 ? { training: learning } : {}),
    decoding,
  });
  document.commentBefore = ` The student of ${name}. What is left out follows from the corpus.`;
  const { contents } = document;
  for (const { value } of isMap(contents) ? contents.items : [])
    if (isMap(value)) for (const { value: inner } of value.items) if (isMap(inner)) inner.flow = true;
  return document.toString({ lineWidth: 0 });
}
