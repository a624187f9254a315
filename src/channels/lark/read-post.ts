import type { MessagePart } from "../../core/message.ts";
import { isObject } from "./api-types.ts";

type Tag = Record<string, unknown>;

/**
 * Reads rich text: `{title, content}`, also inside a language (`zh_cn`) or `post`, as it is sent and as old clients
 * deliver it. Of a tag nobody knows, its text is taken where it has one.
 */
export function readPost(content: Record<string, unknown>): { text: string; parts: MessagePart[] } {
  const post = findPost(content);
  if (post === undefined) return { text: "", parts: [] };
  const parts: MessagePart[] = [];
  const lines = [textOf(post, "title")];
  for (const paragraph of Array.isArray(post["content"]) ? post["content"] : []) {
    const tags = Array.isArray(paragraph) ? paragraph : [paragraph];
    lines.push(
      tags
        .filter(isObject)
        .map((tag) => readTag(tag, parts))
        .join(""),
    );
  }
  const text = lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return { text, parts: text === "" ? parts : [{ kind: "text", text }, ...parts] };
}

function findPost(content: Record<string, unknown>): Record<string, unknown> | undefined {
  if (Array.isArray(content["content"]) || typeof content["title"] === "string") return content;
  const wrapped = [content["post"], content["zh_cn"], content["en_us"], content["ja_jp"], ...Object.values(content)];
  for (const inner of wrapped) {
    const post = isObject(inner) ? findPost(inner) : undefined;
    if (post !== undefined) return post;
  }
  return undefined;
}

/** The tag's words; what is no words goes into `parts`. */
function readTag(tag: Tag, parts: MessagePart[]): string {
  switch (tag["tag"]) {
    case "a":
      return readLink(tag, parts);
    case "at":
      return readAt(tag);
    case "img":
      addKey(parts, textOf(tag, "image_key"), (key) => ({ kind: "image", key }));
      return "";
    case "media":
      addKey(parts, textOf(tag, "file_key"), (key) => ({ kind: "file", name: "media", key }));
      return "";
    case "code_block":
      return `\n\`\`\`${textOf(tag, "language").toLowerCase()}\n${textOf(tag, "text").replace(/\n$/, "")}\n\`\`\`\n`;
    case "hr":
    case "emotion":
      return "";
    default:
      return textOf(tag, "text");
  }
}

function readLink(tag: Tag, parts: MessagePart[]): string {
  const url = textOf(tag, "href");
  const title = textOf(tag, "text");
  if (!/^https?:\/\//.test(url)) return title;
  parts.push({ kind: "link", url, ...(title !== "" && title !== url && { title }) });
  return title === "" ? url : title;
}

/** As a token where the event lists it, so that it is read like one in a text. */
function readAt(tag: Tag): string {
  const id = textOf(tag, "user_id");
  if (id === "all" || id === "@_all") return "@_all ";
  if (id.startsWith("@")) return `${id} `;
  const name = textOf(tag, "user_name");
  return name === "" ? "" : `@${name} `;
}

function addKey(parts: MessagePart[], key: string, make: (key: string) => MessagePart): void {
  if (key !== "") parts.push(make(key));
}

function textOf(tag: Tag, name: string): string {
  const value = tag[name];
  return typeof value === "string" ? value : "";
}
