/** `heed/autodiff`: the gradients of a graph, as a graph. */
export { gradients } from "./gradients.ts";
