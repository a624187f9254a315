import { posix } from "node:path";
import { childElements, parseXml, type XmlElement } from "./xml.ts";
import type { ZipArchive } from "./zip.ts";

export interface Relationship {
  id: string;
  /** Last word of the type's URL: "slide", "notesSlide", "chart" … */
  type: string;
  /** Part name inside the container, or the address when external. */
  target: string;
  external: boolean;
}

/** A part's XML; `undefined` when the part is missing. @throws AppError as `openZip` and `parseXml` do */
export function readPart(zip: ZipArchive, part: string): XmlElement | undefined {
  const bytes = zip.read(part);
  return bytes && parseXml(bytes, `"${part}"`);
}

/** The relationships of a part, from the `_rels` folder beside it. */
export function readRelationships(zip: ZipArchive, part: string): Map<string, Relationship> {
  const folder = posix.dirname(part);
  const root = readPart(zip, posix.join(folder, "_rels", `${posix.basename(part)}.rels`));
  const found = new Map<string, Relationship>();
  for (const { attributes } of childElements(childElements(root)[0], "Relationship")) {
    const id = attributes["Id"] ?? "";
    const external = attributes["TargetMode"] === "External";
    const target = attributes["Target"] ?? "";
    const type = (attributes["Type"] ?? "").split("/").at(-1) ?? "";
    found.set(id, { id, type, external, target: external ? target : resolvePart(folder, target) });
  }
  return found;
}

/** The main part of an Office package, by its root relationship; `fallback` when that is missing. */
export function mainPart(zip: ZipArchive, fallback: string): string {
  for (const relationship of readRelationships(zip, "").values()) {
    if (relationship.type === "officeDocument" && !relationship.external) return relationship.target;
  }
  return fallback;
}

/** Title from `docProps/core.xml`. */
export function coreTitle(zip: ZipArchive): string | undefined {
  const properties = childElements(readPart(zip, "docProps/core.xml"))[0];
  const title = childElements(properties, "title")[0]
    ?.children.filter((child) => typeof child === "string")
    .join("");
  return title === undefined || title.trim() === "" ? undefined : title.trim();
}

/** Office writes characters that XML cannot hold as `_x000D_`. */
export function decodeEscapes(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Text of a link; the address is kept when a reader would not see it otherwise. */
export function linkText(text: string, target: string): string {
  if (text.trim() === "" || !/^(https?|mailto):/i.test(target)) return text;
  const address = target.replace(/^(mailto:|https?:\/\/)/i, "").replace(/\/$/, "");
  return text.includes(address) ? text : `${text} (${target.replace(/^mailto:/i, "")})`;
}

function resolvePart(folder: string, target: string): string {
  const path = target.startsWith("/") ? target : posix.join("/", folder, target);
  return posix.normalize(path).replace(/^\/+/, "");
}
