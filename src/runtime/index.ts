/** `heed/runtime`: compiles graphs to functions whose parameters live between calls. Node and browsers add `openEngine`. */

export type { Repetition } from "../onnx/repeated.ts";
export { type CompileOptions, compile, type Feed, feedsFor, type Program, toNumber } from "./compile.ts";
export { type Device, type DeviceName, deviceOf, devices } from "./devices.ts";
export type { Engine, Session, SessionOptions } from "./engine.ts";
export { createState, type HostTensor, readEntries, type State } from "./state.ts";
export type { Tensor } from "./tensor.ts";
