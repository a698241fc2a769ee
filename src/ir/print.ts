import { dissect } from "./body.ts";
import type { Body } from "./op.ts";
import { showShape } from "./size.ts";
import { type Node, topological, type Value } from "./value.ts";

/**
 * The graph as text, one node per line:
 *
 *     %0 = input {name: "x"} : float32 [batch, 4]
 *     %1 = softmax %0 {axis: -1} : float32 [batch, 4]
 *     return loss: %1
 *
 * A graph that an op holds is indented below it, from its bound values to its results.
 */
export function print(outputs: Readonly<Record<string, Value>>): string {
  const names = new Map<Value, string>();
  const lines = printNodes(topological(Object.values(outputs)), names);
  const results = Object.entries(outputs).map(([name, value]) => `${name}: ${names.get(value)}`);
  return [...lines, `return ${results.join(", ")}`].join("\n");
}

function printNodes(nodes: readonly Node[], names: Map<Value, string>): string[] {
  const name = (value: Value): string => {
    if (!names.has(value)) names.set(value, `%${names.size}`);
    return names.get(value) as string;
  };
  return nodes.flatMap((node) => {
    const operands = node.inputs.map((operand) => ` ${name(operand)}`).join(",");
    const body = node.op.body?.(node.attrs);
    const inner = body ? printBody(body, names) : [];
    const results = node.outputs.map(name).join(", ");
    const types = node.outputs.map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`).join(", ");
    const attrs = body ? "" : showAttrs(node.attrs);
    return [`${results} = ${node.op.name}${operands}${attrs} : ${types}`, ...inner];
  });
}

function printBody(body: Body, names: Map<Value, string>): string[] {
  const given = body.bound.map((value) => {
    names.set(value, `%${names.size}`);
    return `${names.get(value)} ${value.dtype} ${showShape(value.shape)}`;
  });
  const lines = printNodes(dissect(body).nodes, names);
  const results = body.results.map((value) => names.get(value));
  return [`given ${given.join(", ")}`, ...lines, `return ${results.join(", ")}`].map((line) => `  ${line}`);
}

function showAttrs(attrs: unknown): string {
  const shown = Object.entries(attrs as Record<string, unknown>)
    .filter(([key, value]) => value !== undefined && key !== "dtype" && key !== "shape")
    .map(([key, value]) => `${key}: ${showAttr(value)}`);
  return shown.length > 0 ? ` {${shown.join(", ")}}` : "";
}

/** Long lists are truncated to stay readable. */
function showAttr(value: unknown): string {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    return `[${list.slice(0, 6).join(", ")}${list.length > 6 ? `, … ${list.length}` : ""}]`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
