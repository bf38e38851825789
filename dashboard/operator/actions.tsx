/** What an operator has done is asked first, in a dialog, and what came of it is told. */
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { askListener } from "./listener.ts";
import { useWords } from "./words.ts";

/** What is to be done, and to what. */
export interface Action {
  readonly kind: "closeConnection" | "closeSubject" | "closeTopic" | "revoke" | "reload" | "verify" | "drain";
  readonly name: string;
}

const PATHS: Readonly<Record<Action["kind"], readonly [of: string, verb: string]>> = {
  closeConnection: ["connections", "close"],
  closeSubject: ["subjects", "close"],
  closeTopic: ["topics", "close"],
  revoke: ["subjects", "revoke"],
  reload: ["topics", "reload"],
  verify: ["topics", "verify"],
  drain: ["daemons", "drain"],
};

const ActContext = createContext<(action: Action) => void>(() => undefined);

/** Gives what asks whether something is to be done. */
export function useAct(): (action: Action) => void {
  return useContext(ActContext);
}

interface Props {
  readonly token: string;
  readonly onDone: () => void;
  readonly children: ReactNode;
}

export function Actions({ token, onDone, children }: Props) {
  const words = useWords();
  const [asked, setAsked] = useState<Action | undefined>();
  const [outcome, setOutcome] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (asked !== undefined) dialog.current?.showModal();
  }, [asked]);
  const close = () => {
    dialog.current?.close();
    setAsked(undefined);
  };
  const act = async ({ kind, name }: Action) => {
    close();
    setOutcome(words.underWay);
    const [of, verb] = PATHS[kind];
    try {
      const answer = await askListener<Record<string, unknown>>(
        token,
        `${of}/${encodeURIComponent(name)}/${verb}`,
        "POST",
      );
      setOutcome(`${words.actions[kind].verb}, ${name}: ${words.outcome(answer)}`);
      onDone();
    } catch (error) {
      setOutcome(words.refused((error as Error).message));
    }
  };
  return (
    <ActContext value={setAsked}>
      {children}
      <p className="outcome" role="status">
        {outcome}
      </p>
      <dialog ref={dialog} aria-labelledby="asked" onClose={() => setAsked(undefined)}>
        {asked && (
          <form method="dialog">
            <h2 id="asked">{words.actions[asked.kind].verb}?</h2>
            <p>
              <code>{asked.name}</code>
            </p>
            <p>{words.actions[asked.kind].means}</p>
            <p className="buttons">
              <button type="button" onClick={close}>
                {words.cancel}
              </button>
              <button type="button" className="primary" onClick={() => void act(asked)}>
                {words.actions[asked.kind].verb}
              </button>
            </p>
          </form>
        )}
      </dialog>
    </ActContext>
  );
}
