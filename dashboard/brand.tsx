export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M16 5 28 27H4Z" />
      </svg>
      deltad
    </span>
  );
}
