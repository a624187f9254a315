import type { MessagePart } from "../../core/message.ts";
import { parseObject } from "./api-types.ts";
import { readCard } from "./read-card.ts";
import { readPost } from "./read-post.ts";

/** What somebody wrote, with the tokens of mentions still in it. */
export interface LarkContent {
  text: string;
  parts: MessagePart[];
}

const NOTHING: LarkContent = { text: "", parts: [] };

/** Markdown links, which is how Lark hands on addresses in a text; also bare ones. */
const LINK = /\[([^\]\n]{0,500})\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"'）】」，。；、]+)/g;

/**
 * Reads the `content` of any kind of message. Empty (the message was recalled) or malformed content is a message without
 * words, so that it can be acknowledged all the same.
 */
export function readContent(messageType: string, contentJson: string | null | undefined): LarkContent {
  const content = contentJson ? parseObject(contentJson) : undefined;
  if (content === undefined) return NOTHING;
  switch (messageType) {
    case "text": {
      const text = textOf(content, "text");
      return { text, parts: [...(text === "" ? [] : [textPart(text)]), ...readLinks(text)] };
    }
    case "post":
      return readPost(content);
    case "interactive":
      return readCard(content);
    case "image":
      return only(keyOf(content, "image_key", (key) => ({ kind: "image", key })));
    case "file":
    case "audio":
    case "media": {
      const name = textOf(content, "file_name") || messageType;
      return only(keyOf(content, "file_key", (key) => ({ kind: "file", name, key })));
    }
    case "location": {
      const name = textOf(content, "name");
      return name === "" ? NOTHING : { text: name, parts: [textPart(name)] };
    }
    default:
      // A sticker, a shared chat, a system line: somebody was there, but said nothing.
      return NOTHING;
  }
}

/** Each address of a text once. */
export function readLinks(text: string): MessagePart[] {
  const links = new Map<string, MessagePart>();
  for (const [, title, url, bare] of text.matchAll(LINK)) {
    const address = url ?? bare;
    if (address === undefined || links.has(address)) continue;
    const hasTitle = title !== undefined && title !== "" && title !== address;
    links.set(address, { kind: "link", url: address, ...(hasTitle && { title }) });
  }
  return [...links.values()];
}

function only(part: MessagePart | undefined): LarkContent {
  return part === undefined ? NOTHING : { text: "", parts: [part] };
}

function keyOf(
  content: Record<string, unknown>,
  name: string,
  make: (key: string) => MessagePart,
): MessagePart | undefined {
  const key = textOf(content, name);
  return key === "" ? undefined : make(key);
}

function textPart(text: string): MessagePart {
  return { kind: "text", text };
}

function textOf(content: Record<string, unknown>, name: string): string {
  const value = content[name];
  return typeof value === "string" ? value : "";
}
