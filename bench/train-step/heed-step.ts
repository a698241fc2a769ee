import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { openStepOn, type Size } from "./step-on.ts";

export { type Size, sizes } from "./step-on.ts";

/** The step of step-on.ts on native ONNX Runtime. */
export const openHeedStep = (size: Size, dropout: number) => openStepOn(openNativeEngine(), size, dropout);
