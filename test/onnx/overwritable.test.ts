import { describe, expect, test } from "vitest";
import { overwritable } from "../../src/onnx/overwritable.ts";
import type { OnnxGraph } from "../../src/onnx/proto.ts";
import { info, node } from "../runtime/small-models.ts";

const graph = (nodes: OnnxGraph["nodes"], outputs: readonly string[]): OnnxGraph => ({
  name: "test",
  nodes,
  initializers: [],
  inputs: ["w", "g"].map((name) => info(name, "float32", 2)),
  outputs: outputs.map((name) => info(name, "float32", 2)),
});
const mayOverwrite = (nodes: OnnxGraph["nodes"], ...others: string[]): boolean =>
  overwritable(graph(nodes, ["next", ...others]), [["w", "next"]]).has("w");

describe("an input may be overwritten", () => {
  test("when all its readers lead to the last node", () => {
    expect(
      mayOverwrite([
        node("Mul", ["w", "w"], ["square"]),
        node("Mul", ["w", "g"], ["product"]),
        node("Add", ["square", "product"], ["next"]),
      ]),
    ).toBe(true);
  });

  test("by a difference that reads it", () => {
    expect(mayOverwrite([node("Sub", ["w", "g"], ["next"])])).toBe(true);
  });

  test("when it is not read at all", () => {
    expect(mayOverwrite([node("Mul", ["g", "g"], ["next"])])).toBe(true);
  });
});

describe("an input may not be overwritten", () => {
  test("when another output reads it, at any time", () => {
    expect(mayOverwrite([node("Sub", ["w", "g"], ["next"]), node("Mul", ["w", "w"], ["loss"])], "loss")).toBe(
      false,
    );
  });

  test("when another output reads a view of it", () => {
    expect(
      mayOverwrite(
        [
          node("Reshape", ["w", "shape"], ["flat"]),
          node("Mul", ["flat", "g"], ["loss"]),
          node("Mul", ["flat", "g"], ["step"]),
          node("Sub", ["step", "g"], ["next"]),
        ],
        "loss",
      ),
    ).toBe(false);
  });

  test("when a view of it is an output", () => {
    expect(
      mayOverwrite([node("Identity", ["w"], ["before"]), node("Sub", ["w", "g"], ["next"])], "before"),
    ).toBe(false);
  });

  test("by a product or a sum that reads it, which a runtime may make one node", () => {
    expect(mayOverwrite([node("MatMul", ["w", "g"], ["next"])])).toBe(false);
    expect(mayOverwrite([node("Add", ["w", "g"], ["next"])])).toBe(false);
  });

  test("when the last node is a view, which a runtime may leave out", () => {
    expect(mayOverwrite([node("MatMul", ["w", "g"], ["p"]), node("Identity", ["p"], ["next"])])).toBe(false);
  });

  test("when a graph inside a node reads it", () => {
    const inside = { name: "body", nodes: [node("Mul", ["w", "g"], ["y"])], initializers: [], inputs: [] };
    const scan = {
      ...node("Scan", ["g"], ["loss"]),
      attributes: {
        body: { type: "graph", value: { ...inside, outputs: [info("y", "float32", 2)] } } as const,
      },
    };
    expect(mayOverwrite([scan, node("Sub", ["w", "g"], ["next"])], "loss")).toBe(false);
  });
});
