import { type ReactNode, useId } from "react";

interface Props {
  readonly title: string;
  readonly className?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, className = "", aside, children }: Props) {
  const heading = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
