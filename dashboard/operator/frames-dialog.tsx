import { useEffect, useRef } from "react";
import { useLanguage } from "../language/language.tsx";
import type { Frames } from "./answers.ts";
import { ScrolledTable, TableHead } from "./scrolled-table.tsx";
import { usePolled } from "./use-polled.ts";
import { useWords } from "./words.ts";

const EVERY_MS = 2_000;

interface Props {
  readonly token: string;
  readonly id: string;
  readonly onClose: () => void;
}

/** The last frames of a connection, the newest first. */
export function FramesDialog({ token, id, onClose }: Props) {
  const words = useWords();
  const { format } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const { answer, refused } = usePolled<Frames>(token, `connections/${encodeURIComponent(id)}/frames`, EVERY_MS);
  useEffect(() => dialog.current?.showModal(), []);
  const title = words.connection.framesOf(id.slice(0, 8));
  return (
    <dialog ref={dialog} className="frames" aria-labelledby="frames" onClose={onClose}>
      <h2 id="frames">{title}</h2>
      {refused && <p className="problem">{words.refused(refused.message)}</p>}
      <ScrolledTable label={title}>
        <TableHead names={words.connection.frameHead} />
        <tbody>
          {answer?.frames.toReversed().map(({ at, type, topic, bytes, version, delayMs, bufferedBytes }, row) => (
            // oxlint-disable-next-line react/no-array-index-key -- frames have no name of their own
            <tr key={answer.frames.length - row}>
              <td>{format.time(Date.parse(at))}</td>
              <th scope="row">{type}</th>
              <td>{topic ?? "–"}</td>
              <td>{format.count(bytes)}</td>
              <td>{version ?? "–"}</td>
              <td>{`${delayMs} ms`}</td>
              <td>{format.count(bufferedBytes)}</td>
            </tr>
          ))}
        </tbody>
      </ScrolledTable>
      <p className="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.connection.close}
        </button>
      </p>
    </dialog>
  );
}
