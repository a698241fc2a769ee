let context: CanvasRenderingContext2D | null | undefined;

/** The width of a text in px, in the font of the tokens. */
export function textWidth(
  text: string,
  font = '16px system-ui, "Segoe UI", "Noto Sans", sans-serif',
): number {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return 9 * text.length;
  context.font = font;
  return context.measureText(text).width;
}
