import { useEffect, useRef } from "preact/hooks";
import { imageOf, pageColour } from "../../pictures/heat.ts";
import { signedPixels } from "../../pictures/pixels.ts";
import { onTheme } from "../heads/visible.ts";

export interface StripProps {
  /** [rows][columns], blue above 0, red below. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** What the whole colour stands for. */
  readonly scale: number;
  readonly label: string;
  readonly onPoint: (row: number, column: number) => void;
}

/** Numbers as a picture of one cell each. */
export function Strip({ data, rows, columns, scale, label, onPoint }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const element = canvas.current;
      if (!element) return;
      element.width = Math.max(1, columns);
      element.height = Math.max(1, rows);
      const shares = data.map((value) => value / scale);
      const colours = [pageColour("--change"), pageColour("--weight")] as const;
      const pixels = signedPixels({ data: shares, rows, columns }, colours);
      element.getContext("2d")?.putImageData(imageOf(pixels, rows, columns), 0, 0);
    };
    draw();
    return onTheme(draw);
  }, [data, rows, columns, scale]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
        const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
        if (row >= 0 && row < rows && column >= 0 && column < columns) onPoint(row, column);
      }}
    />
  );
}
