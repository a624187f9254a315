import type { Block, Parser } from "../../core/document.ts";
import { finishDocument } from "./finish-document.ts";
import { readFrontMatter } from "./front-matter.ts";
import { markdownBlocks } from "./markdown-blocks.ts";
import { readText } from "./read-text.ts";

/** Markdown (CommonMark with GFM); directives of MDX, MyST and others stay as they are written. */
export const markdownParser: Parser = {
  name: "markdown",
  async parse(input) {
    const { text, warnings } = readText(input);
    const front = readFrontMatter(text);
    const blocks = markdownBlocks(front.body);
    const title = front.title ?? blocks.find((block) => block.kind === "heading" && block.level === 1)?.text;
    const intro: Block[] = front.description === undefined ? [] : [{ kind: "paragraph", text: front.description }];
    return finishDocument(
      {
        ...(title === undefined ? {} : { title }),
        mediaType: "text/markdown",
        blocks: [...intro, ...blocks],
        warnings: [...warnings, ...front.warnings],
      },
      input.name,
    );
  },
};
