/** `heed/ir`: values, sizes and op records; checks, prints and traverses graphs. */
export {
  type ArrayOf,
  bytesPerElement,
  type DType,
  type HostArray,
  hostArray,
  isFloat,
} from "./dtype.ts";
export { constant, input, leafName, parameter, scalar } from "./leaf.ts";
export {
  apply,
  applyMany,
  defineOp,
  type Emit,
  frontAxis,
  type Name,
  type OnnxAttr,
  type OpRecord,
  requireDType,
  showOperands,
  sizeOf,
  type VjpContext,
} from "./op.ts";
export { print } from "./print.ts";
export {
  elements,
  evaluate,
  plus,
  type Shape,
  type Size,
  sameShape,
  showShape,
  symbolsOf,
  times,
} from "./size.ts";
export { type Node, type TensorType, topological, type Value } from "./value.ts";
export { verify } from "./verify.ts";
