import { expect, test } from "vitest";
import { htmlToBlocks } from "../../../src/ingest/parse/html-blocks.ts";

const texts = (html: string) => htmlToBlocks(html).map((block) => block.text);

test("reads headings and paragraphs and leaves out what is not shown", () => {
  const html =
    "<!doctype html><html><head><title>t</title><style>x{}</style></head><body><h2>Moving <em>out</em></h2><script>1</script>" +
    "<p>Mail &amp; keys&nbsp;first</p><p hidden>no</p><div style='display: none'>no</div><template>no</template>tail</body></html>";
  expect(htmlToBlocks(html)).toEqual([
    { kind: "heading", level: 2, text: "Moving out" },
    { kind: "paragraph", text: "Mail & keys first" },
    { kind: "paragraph", text: "tail" },
  ]);
});

test("keeps numbers and nesting of lists", () => {
  expect(texts("<ol start=3><li>three<ul><li>a<li>b</ul><li><p>four</p><p>more</p></ol>")).toEqual([
    "3. three\n   - a\n   - b\n4. four\n   more",
  ]);
});

test("reads definition lists", () => {
  expect(texts("<dl><dt>Deposit<dd>500<dd>returned<dt>Rent<dd>900</dl>")).toEqual([
    "- Deposit\n  500\n  returned\n- Rent\n  900",
  ]);
});

test("expands spans, promotes the first row and takes a title row out of the table", () => {
  const html = "<table><tr><td colspan=2>Fees<tr><td>item<td>yuan<tr><td rowspan=2>water<td>3<tr><td>4</table>";
  expect(texts(html)).toEqual(["Fees", "| item | yuan |\n| --- | --- |\n| water | 3 |\n| water | 4 |"]);
});

test("flattens a table inside a cell", () => {
  const html = "<table><tr><th>a<th>b<tr><td>1<td><table><tr><td>x<td>y</table></table>";
  expect(texts(html)).toEqual(["| a | b |\n| --- | --- |\n| 1 | x y |"]);
});

test("reads a table that only lays out the page as its content", () => {
  expect(htmlToBlocks("<table><tr><td><h1>Title</h1><p>Text</p></table>").map((block) => block.kind)).toEqual([
    "heading",
    "paragraph",
  ]);
});

test("does not lay out a table of millions of cells", () => {
  const html = `<table>${"<tr><td rowspan=60000 colspan=1000>x".repeat(50)}</table>`;
  expect(texts(html).join("").length).toBeLessThan(5_000_000);
});

test("fences code with its language and a fence that is long enough", () => {
  expect(texts('<pre><code class="language-py">a = 1\n\n  b</code></pre><pre>```</pre>')).toEqual([
    "```py\na = 1\n\n  b\n```",
    "````\n```\n````",
  ]);
});

test("marks quotes", () => {
  expect(htmlToBlocks("<blockquote><p>one</p><p>two</p></blockquote>")).toEqual([
    { kind: "quote", text: "> one\n>\n> two" },
  ]);
});

test("shows an address where it says more than the link's text", () => {
  expect(
    texts(
      "<p><a href='mailto:a@b.cn?subject=x'>the office</a> <a href='https://b.cn/form'>form</a> <a href='https://b.cn/'>b.cn</a> <a href='#x'>up</a></p>",
    ),
  ).toEqual(["the office (a@b.cn) form (https://b.cn/form) b.cn up"]);
});

test("reads line breaks, picture descriptions and Chinese text without gaps at line ends", () => {
  expect(texts("<p>第一\n行<br>第二行 <img alt='平面图'></p>")).toEqual(["第一行\n第二行 平面图"]);
});

test.each(["div", "ul><li", "blockquote", "table><tr><td", "b", "dl><dd", "ol"])(
  "reads 10,000 levels of <%s>",
  (tag) => {
    expect(texts(`<${tag}>`.repeat(10_000) + "deepest").join("")).toContain("deepest");
  },
);
