/**
 * The words of names, as a reader would write them: `byStatus` → "By status", `last30Days` → "Last 30 days", `stay_booked` → "Stay
 * booked"; several names are separated by a dot in the middle.
 */
export function readable(names: readonly string[]): string {
  return names.map(words).join(" · ");
}

function words(name: string): string {
  const text = name
    .replaceAll(/[_\s-]+/gu, " ")
    .replaceAll(/(\p{Ll}|\d)(?=\p{Lu})|(\p{L})(?=\d)|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$& ")
    .trim()
    .split(" ")
    // What is written in capitals altogether is an abbreviation.
    .map((word) => (/^\p{Lu}{2,}$/u.test(word) ? word : word.toLowerCase()))
    .join(" ");
  return text === "" ? name : text.charAt(0).toUpperCase() + text.slice(1);
}
