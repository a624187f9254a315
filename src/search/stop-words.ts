/**
 * Words that say how something is asked or joined, not what it is about. Questions are full of them and documents are
 * not, so their idf would be large and mislead; everything else is left to idf.
 */
export const ENGLISH_STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the of to in on at by for from with as into and or but if than then so that this these those it its " +
    "is are was were be been being am do does did done doing has have had having can could will would shall should " +
    "may might must i me my we us our you your he him his she her they them their there here what which who whom " +
    "whose when where why how please"
  ).split(" "),
);

/** Longest first inside a common beginning, because the tokenizer takes the longest match. */
export const CHINESE_STOP_WORDS: readonly string[] = (
  "为什么 什么样 怎么样 怎么办 是什么 有什么 什么时候 什么 如何 怎么 怎样 哪些 哪个 哪里 哪儿 哪位 哪种 哪一 多少 几个 是否 有没有 是不是 能不能 可不可以 " +
  "请问 请教 想问 一下 可以 这个 那个 这些 那些 我们 你们 他们 她们 它们 以及 或者 并且 但是 因为 所以 如果 " +
  "的 了 吗 呢 吧 啊 呀 么 嘛 和 与 及 或 在 是 被 把 对 从 向 于 之 其 这 那 我 你 您 他 她 它 也 都 就 还 又 很 个 着 过 谁 哪 几 请"
).split(" ");
