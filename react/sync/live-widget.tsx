"use client";
import { type KeyboardEvent, type ReactNode, useId } from "react";
import { labelsOf } from "./labels.ts";
import { useFailures } from "./sync-context.ts";
import type { SyncTextProps } from "./sync-indicator.tsx";

/** A row as a part of a board. */
export interface LiveWidgetProps extends SyncTextProps {
  /** The row's key. */
  readonly id: string;
  readonly title: string;
  /** The user's change of it is on its way: `pending.has(key)` of `useDocument`. */
  readonly isPending?: boolean;
  /** By an arrow key: so many cells to the right and down. Save it as a change: it is a gesture of the user. */
  readonly onMove?: (right: number, down: number) => void;
  /** By an arrow key with Shift. */
  readonly onResize?: (right: number, down: number) => void;
  /** By Delete. */
  readonly onRemove?: () => void;
  readonly children?: ReactNode;
}

const STEPS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * A widget that says whether what its user did to it is saved (`data-state`: `saved`, `pending` or `failed`), and that is moved, resized and
 * removed by keys while it has the focus. Where it stands is its page's.
 */
export function LiveWidget(props: LiveWidgetProps): ReactNode {
  const { id, title, isPending = false, onMove, onResize, onRemove, children, language, labels } = props;
  const texts = labelsOf(language, labels);
  const hint = useId();
  const isFailed = useFailures().some(({ key }) => key === id);
  const state = isFailed ? "failed" : isPending ? "pending" : "saved";
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    const act = event.shiftKey ? onResize : onMove;
    if (step && act) act(...step);
    else if (event.key === "Delete" && onRemove) onRemove();
    else return;
    event.preventDefault();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex -- keys move it
    <article
      className="deltad-widget"
      aria-label={title}
      aria-describedby={hint}
      aria-busy={isPending}
      data-state={state}
      tabIndex={0}
      onKeyDown={press}
    >
      {children}
      <span className="deltad-unseen" id={hint}>
        {state === "pending" && `${texts.saving}. `}
        {state === "failed" && `${texts.notSaved}. `}
        {(onMove ?? onResize ?? onRemove) && texts.widgetKeys}
      </span>
    </article>
  );
}
