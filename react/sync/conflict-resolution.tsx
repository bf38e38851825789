"use client";
import { type ReactNode, useId, useState } from "react";
import type { RowData } from "../../protocol/json.ts";
import type { Entry } from "../../client/sync/sync.ts";
import { labelsOf, type SyncLabels } from "./labels.ts";
import { useFailures, useSync } from "./sync-context.ts";
import type { SyncTextProps } from "./sync-indicator.tsx";

/** What is shown of decisions, and how. */
export interface ConflictResolutionProps extends SyncTextProps {
  /** What a row or a register is called; by default its names. */
  readonly nameOf?: (failed: Entry) => string;
  /** Of the heading, 2 by default. */
  readonly headingLevel?: 1 | 2 | 3 | 4 | 5 | 6;
}

/** What was not done and waits for a decision, with a button for each that there is; nothing where nothing waits. */
export function ConflictResolution({
  language,
  labels,
  nameOf = named,
  headingLevel = 2,
}: ConflictResolutionProps): ReactNode {
  const texts = labelsOf(language, labels);
  const failures = useFailures();
  const id = useId();
  const Heading = `h${headingLevel}` as "h2";
  if (failures.length === 0) return undefined;
  return (
    <section className="deltad-decisions" aria-labelledby={id}>
      <Heading id={id}>{texts.decisions}</Heading>
      <ul>
        {failures.map((failed) => (
          <li key={failed.id}>
            <Decision failed={failed} texts={texts} name={nameOf(failed)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface DecisionProps {
  readonly failed: Entry;
  readonly texts: SyncLabels;
  readonly name: string;
}

function Decision({ failed, texts, name }: DecisionProps): ReactNode {
  const sync = useSync();
  const id = useId();
  const { failure, value } = failed;
  const current = failure?.outcome === "conflict" ? failure.current : undefined;
  const field = textFieldOf(value);
  const [words, setWords] = useState(field && `${String(current?.[field])} / ${String(value?.[field])}`);
  if (!failure) return undefined;
  return (
    <div role="group" aria-labelledby={id} data-outcome={failure.outcome}>
      <p id={id}>
        <strong>{name}</strong> {texts.reasons[failure.outcome]}
      </p>
      <dl>
        {value && <Value label={texts.mine} value={value} />}
        {current && <Value label={texts.theirs} value={current} />}
      </dl>
      {current && field && (
        <label>
          {texts.merged}{" "}
          <input value={words} onChange={({ target }) => setWords((target as unknown as { value: string }).value)} />
        </label>
      )}
      <button type="button" onClick={() => sync.decide(failed, "mine")}>
        {current ? texts.keepMine : texts.again}
      </button>
      <button type="button" onClick={() => sync.decide(failed, "theirs")}>
        {current ? texts.keepTheirs : texts.letGo}
      </button>
      {current && field && (
        <button type="button" onClick={() => sync.decide(failed, { merged: { ...value, [field]: words } })}>
          {texts.keepMerged}
        </button>
      )}
    </div>
  );
}

function Value({ label, value }: { readonly label: string; readonly value: RowData }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{Object.values(value).map(written).join(", ")}</dd>
    </div>
  );
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The one field, where that is a text: it can be merged by hand. */
function textFieldOf(value: RowData | undefined): string | undefined {
  const [first, ...others] = Object.entries(value ?? {});
  return first && others.length === 0 && typeof first[1] === "string" ? first[0] : undefined;
}

function named({ rows, register }: Entry): string {
  return [rows, register].filter(Boolean).join(", ");
}
