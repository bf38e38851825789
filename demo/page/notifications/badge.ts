/** How many are unread, where a tab among others shows it: in the title, and on the icon. */

const TRIANGLE = "M16 5 28 27H4Z";
const MOST_SHOWN = 99;

/** Puts both right; 0 leaves the page's own. Needs a `<link rel="icon">` in the document. */
export function showUnread(unread: number, title: string, icon: string): void {
  const text = unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread);
  document.title = unread === 0 ? title : `(${text}) ${title}`;
  document.querySelector('link[rel="icon"]')?.setAttribute("href", unread === 0 ? icon : badge(text));
}

function badge(text: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="${TRIANGLE}" fill="none" stroke="#0b7285" stroke-width="3.5" stroke-linejoin="round"/><rect x="${32 - 8 - 6 * text.length}" y="0" width="${8 + 6 * text.length}" height="17" rx="8" fill="#b3261e"/><text x="${28 - 3 * text.length}" y="13" text-anchor="middle" font-family="sans-serif" font-size="12" font-weight="700" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
