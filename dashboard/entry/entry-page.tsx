import type { ReactNode } from "react";
import { Brand } from "../brand.tsx";
import { LanguageSwitch } from "../language/language-switch.tsx";

interface Props {
  readonly heading: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** The frame of the forms that come before the dashboard. */
export function EntryPage({ heading, onSubmit, children }: Props) {
  return (
    <>
      <header className="topbar">
        <Brand />
        <LanguageSwitch />
      </header>
      <main className="entry">
        <form
          className="card"
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          <h1>{heading}</h1>
          {children}
        </form>
      </main>
    </>
  );
}
