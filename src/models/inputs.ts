/** What a model is given, as inputs of its graph. */
import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";

/** The inputs of one batch of sentence pairs. */
export function pairInputs(): {
  source: Value;
  sourceMask: Value;
  target: Value;
  labels: Value;
  labelWeight: Value;
} {
  return {
    source: input("source", "int32", ["batch", "source"]),
    sourceMask: input("sourceMask", "float32", ["batch", "source"]),
    target: input("target", "int32", ["batch", "target"]),
    labels: input("labels", "int32", ["batch", "target"]),
    labelWeight: input("labelWeight", "float32", ["batch", "target"]),
  };
}

/** The inputs of one batch of windows of a text. */
export function windowInputs(): { text: Value; labels: Value; labelWeight: Value } {
  return {
    text: input("text", "int32", ["batch", "time"]),
    labels: input("labels", "int32", ["batch", "time"]),
    labelWeight: input("labelWeight", "float32", ["batch", "time"]),
  };
}

/** The inputs of one batch of labelled texts. */
export function textInputs(): { text: Value; mask: Value; label: Value; labelWeight: Value } {
  return {
    text: input("text", "int32", ["batch", "time"]),
    mask: input("mask", "float32", ["batch", "time"]),
    label: input("label", "int32", ["batch"]),
    labelWeight: input("labelWeight", "float32", ["batch"]),
  };
}
