import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { card, fault, messageOf, model } from "../../model/client.ts";
import type { ShownHeads } from "../../model/session.ts";
import { heat, pageColour } from "../../pictures/heat.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { decoded, follow } from "../translate/translation.ts";

const shown = signal<readonly ShownHeads[]>([]);
const enlarged = signal<{ readonly place: string; readonly head: number } | undefined>(undefined);

/** Reads the weights of all heads whenever the translation, or what was changed, is another. */
function followHeads(): () => void {
  const decoding = follow();
  const reading = effect(() => {
    const best = decoded.value?.hypotheses[0];
    const { text: source, intervene, off } = view.value;
    if (!best || !card.value) return;
    model.heads({ source, ids: [...best.ids], intervene: [...intervene], off: [...off] }).then(
      (heads) => {
        shown.value = heads;
      },
      (error) => {
        fault.value = messageOf(error);
      },
    );
  });
  return () => {
    decoding();
    reading();
  };
}

/** All heads of all layers as small pictures; one of them enlarged. */
export function Heads() {
  useEffect(followHeads, []);
  return (
    <section class="panel" aria-labelledby="heads">
      <h2 id="heads">{text.heads.title}</h2>
      <p class="note">{text.heads.note}</p>
      <p class="translation">{decoded.value?.hypotheses[0]?.text}</p>
      {enlarged.value && <Enlarged />}
      {shown.value.map((attention) => (
        <div class="layer" key={attention.place}>
          <h3>{attention.place}</h3>
          <div class="grid">
            {Array.from({ length: attention.heads }, (_, head) => (
              <button
                type="button"
                class="thumbnail"
                key={head}
                aria-pressed={enlarged.value?.place === attention.place && enlarged.value.head === head}
                onClick={() => {
                  enlarged.value = { place: attention.place, head };
                }}
              >
                <Heat attention={attention} head={head} />
                <span>{head + 1}</span>
              </button>
            ))}
          </div>
        </div>
      ))}
    </section>
  );
}

function Heat({ attention, head }: { readonly attention: ShownHeads; readonly head: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = [attention.rows.length, attention.columns.length];
  useEffect(() => {
    const size = rows * columns;
    const own = attention.data.subarray(head * size, (head + 1) * size);
    canvas.current?.getContext("2d")?.putImageData(heat(own, rows, columns, pageColour("--weight")), 0, 0);
  }, [attention, head]);
  return (
    <canvas
      ref={canvas}
      width={columns}
      height={rows}
      role="img"
      aria-label={`${attention.place}, head ${head + 1}`}
    />
  );
}

function Enlarged() {
  const { place = "", head = 0 } = enlarged.value ?? {};
  const attention = shown.value.find((one) => one.place === place);
  if (!attention) return null;
  const at = `${place}.heads`;
  const isOff = view.value.intervene.some((one) => one.at === at && one.head === head);
  const others = view.value.intervene.filter((one) => !(one.at === at && one.head === head));
  return (
    <figure class="enlarged">
      <figcaption>
        <strong>{`${place}, head ${head + 1}`}</strong>{" "}
        <button
          type="button"
          onClick={() =>
            show({ intervene: isOff ? others : [...others, { at: at as never, head, scale: 0 }] })
          }
        >
          {isOff ? text.heads.enable : text.heads.ablate}
        </button>
      </figcaption>
      <Heat attention={attention} head={head} />
    </figure>
  );
}
