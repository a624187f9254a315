import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Nodes, Parents, Root } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";

export interface MarkdownProps {
  text: string;
  /** What stands for `[n]` in the text; without it the brackets are shown as they are. */
  citation?: ((n: number, key: string) => ComponentChildren) | undefined;
  /** Words to be marked where they stand within one piece of text. */
  marked?: string | undefined;
}

const parser = unified().use(remarkParse).use(remarkGfm);

/** Markdown as elements. Nothing in the text becomes HTML: tags are shown, pictures and foreign addresses are not loaded. */
export function Markdown({ text, citation, marked }: MarkdownProps) {
  const tree: Root = useMemo(() => parser.parse(text), [text]);
  const { children } = createView({ citation, marked });
  return <div class="prose">{children(tree)}</div>;
}

function createView({ citation, marked }: Pick<MarkdownProps, "citation" | "marked">) {
  return { children };

  function children(parent: Parents): ComponentChildren[] {
    return parent.children.map((child, index) => node(child, index));
  }

  function node(one: Nodes, key: number): ComponentChildren {
    switch (one.type) {
      case "text":
        return plain(one.value, key);
      case "paragraph":
        return <p key={key}>{children(one)}</p>;
      case "heading":
        return (
          <p key={key}>
            <strong>{children(one)}</strong>
          </p>
        );
      case "strong":
        return <strong key={key}>{children(one)}</strong>;
      case "emphasis":
        return <em key={key}>{children(one)}</em>;
      case "delete":
        return <del key={key}>{children(one)}</del>;
      case "inlineCode":
        return <code key={key}>{one.value}</code>;
      case "code":
        return (
          <pre key={key} tabIndex={0}>
            <code>{one.value}</code>
          </pre>
        );
      case "blockquote":
        return <blockquote key={key}>{children(one)}</blockquote>;
      case "list":
        return one.ordered === true ? (
          <ol key={key} start={one.start ?? 1}>
            {children(one)}
          </ol>
        ) : (
          <ul key={key}>{children(one)}</ul>
        );
      case "listItem":
        return <li key={key}>{one.children.map((child, index) => tight(child, index))}</li>;
      case "link":
        return isWeb(one.url) ? (
          <a key={key} href={one.url} target="_blank" rel="noopener noreferrer nofollow">
            {children(one)}
          </a>
        ) : (
          <span key={key}>{children(one)}</span>
        );
      case "break":
        return <br key={key} />;
      case "thematicBreak":
        return <hr key={key} />;
      case "html":
        return <code key={key}>{one.value}</code>;
      case "table":
        return (
          <div key={key} class="scroll" tabIndex={0}>
            <table>
              <tbody>{children(one)}</tbody>
            </table>
          </div>
        );
      case "tableRow":
        return <tr key={key}>{children(one)}</tr>;
      case "tableCell":
        return <td key={key}>{children(one)}</td>;
      case "image":
      case "imageReference":
        return <span key={key}>{one.alt ?? ""}</span>;
      case "linkReference":
      case "footnoteDefinition":
      case "root":
        return <span key={key}>{children(one)}</span>;
      case "definition":
      case "footnoteReference":
      case "yaml":
        return undefined;
    }
  }

  /** The text of a short item stands in the item itself. */
  function tight(one: Nodes, key: number): ComponentChildren {
    return one.type === "paragraph" ? <span key={key}>{children(one)}</span> : node(one, key);
  }

  function plain(value: string, key: number): ComponentChildren {
    if (citation !== undefined) {
      return value.split(/(\[\d{1,3}\])/u).map((part, index) => {
        const n = /^\[(\d+)\]$/u.exec(part)?.[1];
        return n === undefined ? part : citation(Number(n), `${key}-${index}`);
      });
    }
    const found = marked === undefined || marked === "" ? -1 : value.indexOf(marked);
    if (marked === undefined || found < 0) return value;
    return [value.slice(0, found), <mark key={key}>{marked}</mark>, value.slice(found + marked.length)];
  }
}

function isWeb(url: string): boolean {
  return /^(?:https?:|mailto:)/iu.test(url);
}
