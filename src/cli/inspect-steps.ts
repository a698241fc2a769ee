import type { Look, NamedTensor } from "../inspect/looking/look.ts";
import { meanMatrix } from "../inspect/matrix.ts";
import type { SaidToken } from "../pictures/sections/said.ts";
import type { StepsPicture } from "../pictures/steps-svg.ts";
import { attentionsOf, headsOf, layerName, readsOf } from "./inspected.ts";

const GATES = ["inputGate", "forgetGate", "outputGate", "resetGate", "updateGate"] as const;
const GATE_NAMES: Readonly<Record<string, string>> = {
  inputGate: "input gate",
  forgetGate: "forget gate",
  outputGate: "output gate",
  resetGate: "reset gate",
  updateGate: "update gate",
};
/** Most units of a state that are shown. */
const UNITS = 64;

/** The taps of cells: gates and states. */
export const stepTaps = (paths: readonly string[]): string[] =>
  paths.filter((path) => {
    const name = path.slice(path.lastIndexOf(".") + 1);
    return name === "hidden" || GATES.some((gate) => gate === name);
  });

/** A picture for each cell of a recurrent model: first the one that writes, or the last, then the others in order. */
export function stepsOf(seen: Look, said: readonly SaidToken[]): StepsPicture[] {
  const cells = [...seen.taps.values()].filter(({ path }) => path.endsWith(".hidden"));
  const last = cells.pop();
  if (!last) return [];
  return [stepsOfCell(seen, last, said), ...cells.map((hidden) => stepsOfCell(seen, hidden, undefined))];
}

function stepsOfCell(seen: Look, hidden: NamedTensor, said: readonly SaidToken[] | undefined): StepsPicture {
  const place = hidden.path.slice(0, -".hidden".length);
  const states = rowsOf(hidden);
  const isBackward = place.endsWith(".backward");
  const isDecoder = place.startsWith("decoder.");
  const writes = hidden.axes[1]?.tokens?.writes !== undefined;
  const [cross] = isDecoder ? attentionsOf(seen) : [];
  const attended = cross?.name === "cross" && said ? cross.layers.at(-1) : undefined;
  const direction = isBackward
    ? ", backward: from right to left"
    : place.endsWith(".forward")
      ? ", forward"
      : "";
  return {
    title: `${layerName(place)}${direction}`,
    reads: readsOf(hidden, 1),
    gates: GATES.flatMap((gate) => {
      const tensor = seen.taps.get(`${place}.${gate}`);
      return tensor ? [{ name: GATE_NAMES[gate] as string, open: rowsOf(tensor).map(mean) }] : [];
    }),
    norms: states.map((state) => Math.hypot(...state)),
    changes: states.map((state, step) => {
      const before = states[isBackward ? step + 1 : step - 1];
      // A decoder starts from a summary of the source, which has no tap; others from zeros.
      if (!before) return isDecoder ? undefined : Math.hypot(...state);
      return Math.hypot(...state.map((value, unit) => value - (before[unit] as number)));
    }),
    ...unitsOf(states),
    ...(attended
      ? { attention: { source: readsOf(attended, 3), weights: meanMatrix(headsOf(attended)) } }
      : {}),
    ...(said && writes
      ? { written: said.map(({ expected, probability }) => ({ token: expected, probability })) }
      : {}),
  };
}

/** [steps][units] */
function rowsOf({ axes, data }: NamedTensor): number[][] {
  const [steps, size] = [axes[1]?.size ?? 0, axes[2]?.size ?? 0];
  return Array.from({ length: steps }, (_, step) =>
    Array.from(data.subarray(step * size, (step + 1) * size)),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** All units of a small state; of a large one, those that vary most over the steps, in their order. */
function unitsOf(states: readonly (readonly number[])[]): Pick<StepsPicture, "units" | "unitsNote"> {
  const size = states[0]?.length ?? 0;
  const over = (unit: number): number[] => states.map((state) => state[unit] as number);
  const spread = (values: readonly number[]): number => {
    const centre = mean(values);
    return mean(values.map((value) => (value - centre) ** 2));
  };
  const all = Array.from({ length: size }, (_, unit) => ({ unit, values: over(unit) }));
  const kept = all
    .map((each) => ({ ...each, spread: spread(each.values) }))
    .sort((a, b) => b.spread - a.spread)
    .slice(0, UNITS)
    .sort((a, b) => a.unit - b.unit);
  return {
    units: kept.map(({ values }) => values),
    unitsNote: size > UNITS ? `${UNITS} of ${size} units` : `${size} units`,
  };
}
