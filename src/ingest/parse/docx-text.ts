import { attributeOf, childAt, childElements, type XmlElement, type XmlNode } from "./xml.ts";

/** Plain text of footnotes, endnotes or comments by id; the separators Word stores among the notes are left out. */
export function readNoteTexts(root: XmlElement | undefined, list: string, item: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const note of childElements(childAt(root, list), item)) {
    const text = childElements(note).map(plainText).join(" ").replace(/\s+/g, " ").trim();
    if (attributeOf(note, "type") === undefined && text !== "") texts.set(attributeOf(note, "id") ?? "", text);
  }
  return texts;
}

/** Visible text of a piece of WordprocessingML, deletions and field codes left out. */
export function plainText(node: XmlNode): string {
  if (typeof node === "string") return "";
  switch (node.name) {
    case "t":
      return node.children.filter((child) => typeof child === "string").join("");
    case "tab":
    case "br":
    case "cr":
      return " ";
    case "noBreakHyphen":
      return "-";
    case "oMath":
      return mathText(node);
    case "del":
    case "moveFrom":
    case "pPr":
    case "rPr":
      return "";
    case "p":
      return `${node.children.map(plainText).join("")} `;
    default:
      return node.children.map(plainText).join("");
  }
}

/** A formula on one line: fractions as (a)/(b), powers as ^, indices as _. */
export function mathText(node: XmlNode): string {
  if (typeof node === "string") return "";
  const part = (name: string) => {
    const element = childAt(node, name);
    return element === undefined ? "" : mathText(element);
  };
  const grouped = (name: string) => {
    const text = part(name);
    return text.length > 1 ? `(${text})` : text;
  };
  switch (node.name) {
    case "t":
      return node.children.filter((child) => typeof child === "string").join("");
    case "f":
      return `${grouped("num")}/${grouped("den")}`;
    case "sSup":
      return `${part("e")}^${grouped("sup")}`;
    case "sSub":
      return `${part("e")}_${grouped("sub")}`;
    case "sSubSup":
      return `${part("e")}_${grouped("sub")}^${grouped("sup")}`;
    case "rad":
      return `${part("deg")}√${grouped("e")}`;
    default:
      return node.children.map(mathText).join("");
  }
}

/** Whether a switch such as `<w:vanish/>` is on. */
export function isSwitchedOn(properties: XmlElement | undefined, name: string): boolean {
  const element = childAt(properties, name);
  return element !== undefined && !["0", "false", "off"].includes(attributeOf(element, "val") ?? "1");
}
