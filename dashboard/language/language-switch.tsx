import { LANGUAGES, type LanguageTag, useLanguage } from "./language.tsx";

export function LanguageSwitch() {
  const { tag: current, messages, choose } = useLanguage();
  const tags = Object.keys(LANGUAGES) as LanguageTag[];
  return (
    <fieldset className="switch">
      <legend className="unseen">{messages.language}</legend>
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          lang={tag}
          title={LANGUAGES[tag].name}
          aria-pressed={tag === current}
          onClick={() => choose(tag)}
        >
          {tag.slice(0, 2).toUpperCase()}
        </button>
      ))}
    </fieldset>
  );
}
