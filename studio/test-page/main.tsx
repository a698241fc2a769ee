/** The pictures of the heads view over made-up attention, of a size that the address says: how fast are they? */
import { render } from "preact";
import type { ShownHeads } from "../src/model/heads.ts";
import { Enlarged } from "../src/views/heads/enlarged.tsx";
import { Grid } from "../src/views/heads/grid.tsx";
import "../src/style.css";
import "../src/views/heads/heads.css";

const fields = new URLSearchParams(location.search);
const [layers, heads] = [6, 8] as const;
const tokens = Number(fields.get("tokens") ?? 128);

const attentions = Array.from({ length: layers }, (_, layer): ShownHeads => {
  const names = Array.from({ length: tokens }, (__, i) => (i % 7 === 6 ? `ing` : `▁word${i}`));
  return {
    place: `encoder.${layer}.attention`,
    heads,
    rows: names,
    columns: names,
    isWritten: false,
    isCausal: false,
    data: madeUp(layer),
  };
});

/** Rows that sum to 1, with most of it near one place. */
function madeUp(layer: number): Float32Array {
  const data = new Float32Array(heads * tokens * tokens);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < tokens; i++) {
      const from = (head * tokens + i) * tokens;
      let sum = 0;
      for (let j = 0; j < tokens; j++) {
        const value = Math.exp(-Math.abs(j - i - head + layer) / (1 + head));
        data[from + j] = value;
        sum += value;
      }
      for (let j = 0; j < tokens; j++) data[from + j] = (data[from + j] as number) / sum;
    }
  }
  return data;
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Renders everything, until the small pictures in sight are drawn. */
async function draw(): Promise<void> {
  render(
    <div class="heads">
      <section class="panel all">
        <Grid
          attentions={attentions}
          isEnlarged={() => false}
          isOverlaid={() => false}
          isOff={() => false}
          scoreOf={() => undefined}
          onChoose={() => undefined}
        />
      </section>
      <section class="panel one">
        <Enlarged
          attentions={attentions}
          first={{ place: "encoder.0.attention", head: 0 }}
          second={{ place: "encoder.1.attention", head: 3 }}
        />
      </section>
    </div>,
    document.getElementById("app") as HTMLElement,
  );
  const isDrawn = (canvas: HTMLCanvasElement): boolean => canvas.width === Math.min(tokens, 128);
  const inSight = (canvas: HTMLCanvasElement): boolean => canvas.getBoundingClientRect().top < innerHeight;
  const all = [...document.querySelectorAll<HTMLCanvasElement>(".thumbnail canvas")];
  while (!all.filter(inSight).every(isDrawn)) await frame();
}

const matrix = (): HTMLElement => document.querySelector(".matrix") as HTMLElement;

/** Moves the pointer over the large picture. */
async function hover(moves: number): Promise<void> {
  const { left, top, width, height } = matrix().getBoundingClientRect();
  for (let i = 0; i < moves; i++) {
    const share = 0.3 + (0.6 * i) / moves;
    const at = { clientX: left + share * width, clientY: top + share * height, bubbles: true };
    matrix().dispatchEvent(new PointerEvent("pointermove", at));
    await frame();
  }
}

/** Scrolls through the large picture. */
async function scroll(steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    matrix().scrollTop = (matrix().scrollHeight * i) / steps;
    matrix().scrollLeft = (matrix().scrollWidth * i) / steps;
    await frame();
  }
}

Object.assign(globalThis, { page: { draw, hover, scroll } });
