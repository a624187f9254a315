import type { Message } from "../core/message.ts";

/**
 * What a line says, for a reader who sees no pictures: its text, the titles of links that the text does not hold, the names
 * of files.
 */
export function lineText(message: Message): string {
  const text = message.text.trim();
  const beside = message.parts.flatMap((part) => {
    switch (part.kind) {
      case "text":
        return text === "" ? [part.text.trim()] : [];
      case "link":
        return part.title === undefined || text.includes(part.title) ? [] : [part.title];
      case "file":
        return text.includes(part.name) ? [] : [part.name];
      case "image":
        return [];
    }
  });
  return [text, ...beside].filter((piece) => piece !== "").join("\n");
}

const ENDS_AS_QUESTION = /(?:[?？]|[吗呢么][。!！~～…]*)\s*$/u;
const ASKS =
  /请问|求助|怎么|怎样|如何|为什么|什么时候|在哪|哪里|多少|多久|几[点天号]|能不能|可不可以|有没有|\b(?:how (?:do|to|can|should|long|many|much)|what(?:'s| is| are)|where (?:is|can|do)|when (?:is|do|will)|can (?:i|we|you)|is there|does anyone)\b/iu;
const GOES_ON = /(?:[,，:：、;；]|\.{3}|…|比如|就是|然后|还有|以及)\s*$/u;
const LEAST_CHARACTERS = 5;

/** Whether a line is a question that nothing needs to follow. */
export function isClearQuestion(text: string): boolean {
  const line = text.trim();
  if (Array.from(line).length < LEAST_CHARACTERS || GOES_ON.test(line)) return false;
  return ENDS_AS_QUESTION.test(line) || ASKS.test(line);
}
