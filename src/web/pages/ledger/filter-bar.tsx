import { useEffect, useRef, useState } from "preact/hooks";
import type { LedgerFacets } from "../../api/ledger.ts";
import { filters } from "./filters.ts";
import { outcomeName, reasonName } from "./names.ts";
import { ledgerWords } from "./words.ts";

const DEBOUNCE_MS = 300;
/** More is refused by the service. */
const MAX_CHARACTERS = 256;

/** What the list is narrowed to. Figures are those of the last days, where they are known. */
export function FilterBar({ facets }: { facets: LedgerFacets | undefined }) {
  const words = ledgerWords.value;
  const { outcome, reason, channel, group } = filters.value;
  const places = facets?.groups ?? [];
  return (
    <form
      class="filters"
      role="search"
      aria-label={words.filters}
      title={words.facetsHint}
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice
        label={words.outcome}
        chosen={outcome}
        counts={facets?.outcomes}
        nameOf={outcomeName}
        onChoose={(value) => (filters.value = { ...filters.value, outcome: value })}
      />
      <label class="field">
        <span>{words.group}</span>
        <select
          class="input"
          value={group === "" ? "" : JSON.stringify([channel, group])}
          onChange={(event) => chooseGroup(event.currentTarget.value)}
        >
          <option value="">{words.any}</option>
          {group !== "" && !places.some((place) => place.channel === channel && place.group === group) && (
            <option value={JSON.stringify([channel, group])}>{group}</option>
          )}
          {places.map((place) => (
            <option
              key={`${place.channel}/${place.group}`}
              value={JSON.stringify([place.channel, place.group])}
            >{`${words.counted(place.name ?? place.group, place.count)} · ${place.channel}`}</option>
          ))}
        </select>
      </label>
      <Choice
        label={words.reason}
        chosen={reason}
        counts={facets?.reasons}
        nameOf={reasonName}
        onChoose={(value) => (filters.value = { ...filters.value, reason: value })}
      />
      <SearchField />
    </form>
  );
}

interface ChoiceProps {
  label: string;
  chosen: string;
  counts: Record<string, number> | undefined;
  nameOf: (value: string) => string;
  onChoose: (value: string) => void;
}

function Choice({ label, chosen, counts = {}, nameOf, onChoose }: ChoiceProps) {
  const words = ledgerWords.value;
  const known = Object.entries(counts).filter(([, count]) => count > 0);
  const isUnlisted = chosen !== "" && !known.some(([value]) => value === chosen);
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{words.any}</option>
        {isUnlisted && <option value={chosen}>{nameOf(chosen)}</option>}
        {known.map(([value, count]) => (
          <option key={value} value={value}>
            {words.counted(nameOf(value), count)}
          </option>
        ))}
      </select>
    </label>
  );
}

function SearchField() {
  const words = ledgerWords.value;
  const wanted = filters.value.q;
  const [typed, setTyped] = useState(wanted);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Cleared from elsewhere.
  useEffect(() => setTyped(wanted), [wanted]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="field grow">
      <span>{words.search}</span>
      <input
        class="input"
        type="search"
        maxLength={MAX_CHARACTERS}
        placeholder={words.searchHint}
        aria-label={words.search}
        autocomplete="off"
        spellcheck={false}
        enterKeyHint="search"
        value={typed}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => (filters.value = { ...filters.value, q: text.trim() }), DEBOUNCE_MS);
        }}
      />
    </label>
  );
}

function chooseGroup(value: string): void {
  const place: unknown = value === "" ? ["", ""] : JSON.parse(value);
  if (!Array.isArray(place)) return;
  const [channel, group]: unknown[] = place;
  if (typeof channel === "string" && typeof group === "string") filters.value = { ...filters.value, channel, group };
}
