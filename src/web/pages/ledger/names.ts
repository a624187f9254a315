import { texts } from "../../state/locale.ts";
import { ledgerWords } from "./words.ts";

export function outcomeName(outcome: string): string {
  return ledgerWords.value.outcomes[outcome] ?? outcome;
}

/** A reason of silence in words; what is none is the code of a fault. */
export function reasonName(reason: string): string {
  return texts.value.reasons[reason] ?? ledgerWords.value.fault(reason);
}
