import type { Locale } from "../core/runtime.ts";

/** What each feature means to somebody who runs a group. One list, so that no feature lacks its words. */
const FEATURE_WORDS = {
  nearest: { zh: "与最接近的一段资料有多像", en: "how close the nearest passage is" },
  nearestFive: { zh: "与最接近的五段资料有多像", en: "how close the five nearest passages are" },
  nearestThirty: { zh: "资料里谈这个话题的有多少", en: "how much of the documents is about this" },
  centroid: { zh: "与某份资料的主题有多近", en: "how near it is to one document's subject" },
  words: { zh: "用词与资料重合多少", en: "how many of its words one passage has" },
  wordsFive: { zh: "与五段资料的用词重合多少", en: "how many of its words the five best passages have" },
  wordsAround: { zh: "与查到的各段资料的用词重合多少", en: "how many of its words the passages found have" },
  known: { zh: "用词资料里是否见过", en: "how many of its words the documents know" },
  coverage: { zh: "一段资料含有多少关键词", en: "how many of its rare words stand in one passage" },
  length: { zh: "这句话的长短", en: "how long the line is" },
  missing: { zh: "问的对象资料里缺多少", en: "how much of its subject the passages lack" },
  sentence: { zh: "有一句话谈到所问的对象", en: "one sentence speaks of its subject" },
  beyondTitle: { zh: "不止标题提到所问的对象", en: "more than a title speaks of its subject" },
  figure: { zh: "资料里有所问的数字、日期或价格", en: "the figure, date or price asked for is there" },
  questionMark: { zh: "有问号", en: "a question mark" },
  interrogative: { zh: "有疑问词（什么、怎么、多少……）", en: "a question word (what, how, which …)" },
  polar: { zh: "问是不是、能不能", en: "asks yes or no" },
  plea: { zh: "求助的话（请问、求助……）", en: "asks for help in so many words" },
  command: { zh: "请求说明、列出", en: "asks to explain or list" },
  trouble: { zh: "提到报错或故障", en: "tells of an error or a fault" },
  smallTalk: { zh: "寒暄、道谢、闲聊", en: "small talk or thanks" },
  advice: { zh: "像是在给别人建议", en: "sounds like advice to somebody" },
  statement: { zh: "像是陈述或感叹", en: "sounds like a statement" },
  sociable: { zh: "社交性的问话（在吗、吃了吗）", en: "a sociable question" },
  addressed: { zh: "点名给某个人", en: "addressed to a named person" },
  keyword: { zh: "只有一个名词短语", en: "a bare noun phrase" },
  lead: { zh: "最接近的一段比其他资料突出多少", en: "how far the nearest passage stands out" },
  margin: { zh: "第一条结果领先第二条多少", en: "how far the first hit leads the second" },
  foreign: { zh: "提问与资料不是同一种语言", en: "asked in another language than the documents" },
  size: { zh: "资料有多少段", en: "how many passages there are" },
  enough: { zh: "资料多时，字词重合只算到一定程度", en: "in large documents words count up to a point only" },
  denied: { zh: "问的是否定的情形，资料没这么说", en: "asks about what is not so, unlike the documents" },
  opposite: { zh: "资料说的是相反的情形", en: "the documents speak of the opposite" },
  otherFigure: { zh: "提到的数字或型号资料里没有", en: "names a figure or model that the documents lack" },
  crowded: { zh: "周围的资料都差不多像", en: "everything around is about as close" },
  prior: { zh: "出厂时的判断", en: "the judgement it was shipped with" },
  passage: { zh: "有一段资料能回答", en: "one passage answers" },
  breadth: { zh: "很多资料谈这个话题", en: "many passages are on this subject" },
  meaning: { zh: "意思像已标注的句子", en: "means the like of labelled lines" },
  subject: { zh: "查到的资料像已标注的句子查到的", en: "finds the like of what labelled lines find" },
  wording: { zh: "字词像已标注的句子", en: "is worded like labelled lines" },
  base: { zh: "这个群总体上该不该回答", en: "how often lines of this group are to be answered" },
} as const satisfies Record<string, Record<Locale, string>>;

/** Names that `explain` speaks of: a feature of the line, or a part of the judgement that has no single feature. */
export type ShareName = keyof typeof FEATURE_WORDS;
/** Features of a line that have a weight of their own. */
export type FeatureName = Exclude<
  ShareName,
  | "lead"
  | "margin"
  | "foreign"
  | "size"
  | "enough"
  | "denied"
  | "opposite"
  | "otherFigure"
  | "crowded"
  | "prior"
  | "passage"
  | "breadth"
  | "meaning"
  | "subject"
  | "wording"
  | "base"
>;

/** The words for a feature in the reader's language. */
export function wordsFor(name: ShareName, locale: Locale): string {
  return FEATURE_WORDS[name][locale];
}
