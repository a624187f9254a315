import { locale } from "../../state/locale.ts";

/** A share from 0 to 1 in percent; a dash where there is none. */
export function percent(share: number): string {
  if (Number.isNaN(share)) return "–";
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/** A probability or a threshold, as it can be typed in. */
export function probabilityText(value: number): string {
  return value.toFixed(3);
}
