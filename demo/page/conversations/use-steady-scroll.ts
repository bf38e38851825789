/**
 * What somebody reads stays where it is while messages come, change and go around it; who is at the end stays there. Browsers can do some of
 * it (`overflow-anchor`), not all of them, and none at the very top, where older messages are put.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";

/** So near the end that a new message is to be seen. */
const END_PX = 32;

interface Place {
  readonly isAtEnd: boolean;
  /** The first message in sight, and how far from the top of the list it begins. */
  readonly first?: HTMLElement;
  readonly top?: number;
}

/**
 * @param ownLast the newest message, where the reader has written it: another one is to be seen
 * @returns for the element that scrolls, with messages in it as `[data-message]`
 */
export function useSteadyScroll(ownLast: string | undefined): {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
} {
  const ref = useRef<HTMLDivElement>(null);
  const place = useRef<Place>({ isAtEnd: true });
  const seenOwn = useRef(ownLast);
  const onScroll = useCallback(() => {
    if (ref.current) place.current = placeIn(ref.current);
  }, []);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const { isAtEnd, first, top = 0 } = place.current;
    const isSaid = ownLast !== undefined && ownLast !== seenOwn.current;
    if (isAtEnd || isSaid) element.scrollTop = element.scrollHeight;
    else if (first?.isConnected === true) element.scrollTop += first.offsetTop - top;
    seenOwn.current = ownLast;
    place.current = placeIn(element);
  });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (place.current.isAtEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, onScroll };
}

function placeIn(element: HTMLElement): Place {
  const { scrollTop, scrollHeight, clientHeight } = element;
  const isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX;
  const messages = element.querySelectorAll<HTMLElement>("[data-message]");
  const first = [...messages].find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
  return { isAtEnd, ...(first && { first, top: first.offsetTop }) };
}
