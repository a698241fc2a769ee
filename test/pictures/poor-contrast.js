/**
 * In a page, every text whose contrast with what is behind it is below 4.5. Behind a text in a picture are the
 * rectangles drawn before it at its middle.
 */
(function poorContrast() {
  const parsed = (colour, opacity = 1) => {
    const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b, a * opacity];
  };
  const over = (top, below) => [
    top[0] * top[3] + below[0] * (1 - top[3]),
    top[1] * top[3] + below[1] * (1 - top[3]),
    top[2] * top[3] + below[2] * (1 - top[3]),
    1,
  ];
  const luminance = (colour) => {
    const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const paper = parsed(getComputedStyle(document.body).backgroundColor);
  const poor = new Set();
  for (const text of document.querySelectorAll(
    "main text, main td, main th, main p, main dd, main dt, main figcaption, .other",
  )) {
    const style = getComputedStyle(text);
    const middle = text.getBoundingClientRect();
    const [x, y] = [middle.x + middle.width / 2, middle.y + middle.height / 2];
    let below = paper;
    for (const shape of text.closest("svg")?.querySelectorAll("rect, text") ?? []) {
      if (shape === text) break;
      const box = shape.getBoundingClientRect();
      if (shape.tagName !== "rect" || x < box.left || x > box.right || y < box.top || y > box.bottom)
        continue;
      const { fill, fillOpacity } = getComputedStyle(shape);
      if (fill !== "none") below = over(parsed(fill, Number(fillOpacity)), below);
    }
    const own = text.tagName === "text" ? style.fill : style.color;
    const contrast = ratio(luminance(over(parsed(own), below)), luminance(below));
    if (contrast < 4.5) poor.add(`${text.tagName} ${text.textContent?.slice(0, 20)}: ${contrast.toFixed(2)}`);
  }
  return [...poor];
})();
