import koffi from "koffi";

/** Native libraries recurse deeply: ONNX Runtime when it optimises a graph, MPICH when it starts. */
const stackBytes = 8 * 2 ** 20;

/** Gives native calls stacks that are large enough; koffi's own would overflow. To be called before a library is loaded. */
export function enlargeCallStacks(): void {
  const { sync_stack_size: sync = 0, async_stack_size: async = 0 } = koffi.config();
  // koffi refuses this once a library is loaded, so it is set only when needed.
  if (sync < stackBytes || async < stackBytes)
    koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
}
