/** Keys of models that are trained here and that few families of other libraries have. */
import { isWordTable } from "../../models/tables.ts";
import type { NamedTensor } from "../safetensors.ts";

/** Those keys; ones that a kind lacks may be absent. */
export interface OwnKeys {
  readonly heads?: number;
  readonly keyValueHeads?: number | undefined;
  readonly qkNorm?: boolean | undefined;
  readonly normKind?: string | undefined;
  readonly fixNorm?: boolean | undefined;
  readonly activation?: string;
}

/** Refuses a model for a cause, with what to train instead. */
export type RefuseExport = (cause: string, training: string) => never;

/**
 * Refuses keys that a family of layer norms, plain feed-forward layers and as many keys as queries cannot express.
 *
 * @param names  "Marian and Blenderbot"
 */
export function refuseOwnKeys(model: OwnKeys, names: string, refuse: RefuseExport): void {
  const { heads, keyValueHeads = heads, normKind = "layer", qkNorm, activation } = model;
  if (normKind !== "layer")
    refuse(`\`model.normKind\` is ${normKind}, and ${names} have layer norms`, "without `model.normKind`");
  if (qkNorm)
    refuse(`\`model.qkNorm\` is true, and ${names} do not normalise queries`, "without `model.qkNorm`");
  if (keyValueHeads !== heads)
    refuse(
      `\`model.keyValueHeads\` is ${keyValueHeads}, and in ${names} every head has its own keys`,
      "without `model.keyValueHeads`",
    );
  if (activation === "swiglu")
    refuse(`\`model.activation\` is swiglu, and ${names} have no gates`, "with another `model.activation`");
}

/**
 * FixNorm as weights alone: the rows of embeddings and of the output projection get length 1, which is what the model computes
 * with.
 */
export function withUnitRows(weights: ReadonlyMap<string, NamedTensor>): Map<string, NamedTensor> {
  return new Map(
    Array.from(weights, ([path, tensor]) => [path, isWordTable(path) ? unitRowsOf(tensor) : tensor]),
  );
}

function unitRowsOf({ dtype, shape, data }: NamedTensor): NamedTensor {
  const width = shape[1] ?? 1;
  const rows = Float32Array.from(data as Float32Array);
  for (let at = 0; at < rows.length; at += width) {
    let square = 1e-12;
    for (let i = at; i < at + width; i++) square += (rows[i] as number) ** 2;
    for (let i = at; i < at + width; i++) rows[i] = (rows[i] as number) / Math.sqrt(square);
  }
  return { dtype, shape, data: rows };
}
