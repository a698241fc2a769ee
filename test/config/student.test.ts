import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { TranslateConfig } from "../../src/config/schema.ts";
import { studentConfig } from "../../src/config/student.ts";

const files = { source: "train.en", target: "student.target", links: "student.links" };
const teacher = (lines: string): TranslateConfig =>
  parseConfig(
    `data: { train: { pairs: train.tsv }, valid: { pairs: valid.tsv } }\n${lines}`,
    "teacher.yaml",
  ) as TranslateConfig;

test("a student has half the width and one decoder layer; positions, decoder and ema are its teacher's", () => {
  const written = studentConfig(teacher("preset: base"), files, "runs/teacher");
  expect(parseConfig(written, "student.yaml")).toMatchObject({
    model: { encoderLayers: 3, decoderLayers: 1, dModel: 128, positions: "rotary", decoder: "ssru" },
    training: { ema: 0.999, average: 0, guidedAlignment: { links: "student.links" } },
  });
});

test("a recurrent teacher has a Transformer for a student", () => {
  const written = studentConfig(teacher("model: { kind: lstm, dModel: 64 }"), files, "runs/teacher");
  const student = parseConfig(written, "student.yaml");
  expect(student).toMatchObject({ model: { kind: "transformer", decoderLayers: 1, dModel: 32 } });
  expect(student.training).not.toHaveProperty("ema");
});
