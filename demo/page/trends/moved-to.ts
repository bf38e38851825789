/** How far PageUp and PageDown go. */
const PAGE = 7;

/** Where a key moves the cursor of a chart with so many points; undefined for a key that moves nothing. */
export function movedTo(key: string, at: number, length: number): number | undefined {
  const within = (place: number) => Math.max(0, Math.min(length - 1, place));
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return within(at - 1);
    case "ArrowRight":
    case "ArrowUp":
      return within(at + 1);
    case "PageDown":
      return within(at - PAGE);
    case "PageUp":
      return within(at + PAGE);
    case "Home":
      return 0;
    case "End":
      return within(length - 1);
    default:
      return undefined;
  }
}
