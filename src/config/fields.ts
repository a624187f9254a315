import { z } from "zod";
import { isQuietSpan } from "../core/quiet-span.ts";

/** Which rule a custom check enforces; picks its message. */
export type FieldRule =
  | "variable-name"
  | "web-address"
  | "quiet-hours"
  | "timezone"
  | "store-url"
  | "web-origin"
  | "channel-name"
  | "not-empty";

/** A whole number in a closed range. */
export function wholeNumber(min: number, max: number, unit: string, description: string) {
  return z.number().int().min(min).max(max).meta({ unit, description });
}

/** A number in a closed range that need not be whole. */
export function amount(min: number, max: number, unit: string, description: string) {
  return z.number().min(min).max(max).meta({ unit, description });
}

/** A share or a probability, 0 to 1. */
export function share(description: string) {
  return z.number().min(0).max(1).meta({ unit: "share", description });
}

export function flag(description: string) {
  return z.boolean().meta({ description });
}

export function text(description: string) {
  return z
    .string()
    .refine((value) => value.trim() !== "", { params: { rule: "not-empty" } })
    .meta({ description });
}

/** A text that may be empty or end in a blank. */
export function prefix(description: string) {
  return z.string().meta({ description });
}

export function texts(description: string) {
  return z.array(text(description)).meta({ description });
}

export function oneOf<const Values extends readonly string[]>(values: Values, description: string) {
  return z.enum(values).meta({ description });
}

/** Name of the environment variable that holds a secret; never the secret itself. */
export function variableName(description: string) {
  return z
    .string()
    .refine((value) => /^[A-Z][A-Z0-9_]*$/.test(value), { params: { rule: "variable-name" } })
    .meta({ description });
}

/** An http(s) address without user, password, query or fragment; loses its trailing slashes. */
export function webAddress(description: string) {
  return z
    .string()
    .refine(isWebAddress, { params: { rule: "web-address" } })
    .overwrite((value) => value.replace(/\/+$/, ""))
    .meta({ description });
}

function isWebAddress(value: string): boolean {
  if (!URL.canParse(value)) {
    return false;
  }
  const url = new URL(value);
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return (url.protocol === "http:" || url.protocol === "https:") && plain;
}

/** Origins as browsers send them: `https://app.example`, with its port where it has one, without a path. */
export function webOrigins(description: string) {
  const origin = z.string().refine(isWebOrigin, { params: { rule: "web-origin" } });
  return z.array(origin).meta({ description });
}

function isWebOrigin(value: string): boolean {
  return isWebAddress(value) && new URL(value).origin === value;
}

/** `HH:MM-HH:MM`; an end before the start lies on the next day. */
export function quietHours(description: string) {
  const span = z.string().refine(isQuietSpan, { params: { rule: "quiet-hours" } });
  return z.array(span).meta({ description });
}

/** A time zone that `Intl` knows, such as `Asia/Shanghai`. */
export function timezone(description: string) {
  return z
    .string()
    .refine(isTimezone, { params: { rule: "timezone" } })
    .meta({ description });
}

function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}
