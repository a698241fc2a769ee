import { showShape } from "./size.ts";
import { topological, type Value } from "./value.ts";

/**
 * The graph as text, one node a line:
 *
 *     %0 = input {name: "x"} : float32 [batch, 4]
 *     %1 = softmax %0 {axis: -1} : float32 [batch, 4]
 *     return loss: %1
 */
export function print(outputs: Readonly<Record<string, Value>>): string {
  const lines: string[] = [];
  const names = new Map<Value, string>();
  for (const node of topological(Object.values(outputs))) {
    for (const output of node.outputs) names.set(output, `%${names.size}`);
    const results = node.outputs.map((output) => names.get(output)).join(", ");
    const operands = node.inputs.map((operand) => ` ${names.get(operand)}`).join(",");
    const types = node.outputs.map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`).join(", ");
    lines.push(`${results} = ${node.op.name}${operands}${showAttrs(node.attrs)} : ${types}`);
  }
  const results = Object.entries(outputs).map(([name, value]) => `${name}: ${names.get(value)}`);
  return [...lines, `return ${results.join(", ")}`].join("\n");
}

function showAttrs(attrs: unknown): string {
  const shown = Object.entries(attrs as Record<string, unknown>)
    .filter(([key, value]) => value !== undefined && key !== "dtype" && key !== "shape")
    .map(([key, value]) => `${key}: ${showAttr(value)}`);
  return shown.length > 0 ? ` {${shown.join(", ")}}` : "";
}

/** Long lists of numbers are cut: a print is for reading. */
function showAttr(value: unknown): string {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    return `[${list.slice(0, 6).join(", ")}${list.length > 6 ? `, … ${list.length}` : ""}]`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
