import { halved } from "./halve.ts";
import { type Lowered, type LowerOptions, lower, type Narrowing } from "./lower.ts";
import { quantized } from "./quantize.ts";

/** How weights are narrowed. */
export type Quantization = "int8" | "fp16";

const narrowings = { int8: quantized, fp16: halved } as const satisfies Record<Quantization, Narrowing>;

export interface NarrowOptions extends Omit<LowerOptions, "narrow"> {
  /**
   * "int8" runs products with constants, and lookups in them, on 8-bit integers: smaller, faster, slightly less exact.
   * "fp16" stores them in 16 bits and computes in 32.
   */
  readonly quantize?: Quantization | undefined;
}

/** `lower`, for who names a kind of narrowing and does not mind to load both. */
export const lowerNarrow = ({ quantize, ...options }: NarrowOptions): Lowered =>
  lower({ ...options, narrow: quantize && narrowings[quantize] });
