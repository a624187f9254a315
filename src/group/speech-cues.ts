import { overlapTerms } from "../core/terms.ts";

/** Asks rather than tells; 吗 and a question mark count wherever they stand. */
const ASKS =
  /[?？]|吗|什么|怎么|怎样|如何|哪[里儿个些]|多少|几[个天点号次时]|多久|是不是|有没有|能不能|可不可以|求助|请问|同问|\b(?:how|what|why|when|where|who|which|anyone|same question)\b/iu;
const ASKS_IN_ENGLISH = /^(?:can|could|do|does|did|is|are|was|will|would|should|has|have)\b/iu;
/** Says what to do or how it is, in words that people use when they answer. */
const ADVISES =
  /你(?:可以|试试|试下|看看|看下|应该|先|去|再|直接|得|需要|要)|(?:可以|建议|试试|不妨|直接|去|找|问|看)(?:先|看|用|试|参考|直接|考虑|把|一?下|前台|行政|人事|物业|财务|文档|群公告|公告|群文件)|应该是|估计是|大概是|我(?:记得|这边是|上次)|参考(?:一下|这个)|改成|换成|要先|需要先|^(?:是的?|不是|能|不能|可以|不可以|不行|有|没有|要|不要|不用|会|不会)(?:[，,。.!！\s]|的|$)|\b(?:try|you can|you should|you need|you have to|i think|should be|just use|see the|check the|look at|ask (?:the|your|hr)|it'?s in)\b|^(?:yes|no|yep|nope|yeah)\b/iu;
/** The asker needs nothing more. */
const SOLVED =
  /搞定|解决了|知道了|找到了|明白了|懂了|会了|弄好了|可以了|好使了|没事了|不用(?:了|回|麻烦)|已(?:经)?(?:解决|找到|知道|弄好)|自己(?:找到|解决|想)|\b(?:found it|figured it out|solved|sorted|fixed it|got it|never ?mind|nvm|works now|working now|no longer needed|i see now)\b/iu;
const NOT_SOLVED =
  /[没未](?:有)?(?:能)?(?:搞定|解决|找到|明白|懂|弄好|会)|不(?:知道|明白|懂|会)了?|(?:怎么|怎样|如何|什么时候|多久|谁).{0,8}(?:搞定|解决|知道|找到)|\b(?:not|n't|didn't|haven't|hasn't|never) (?:\w+ )?(?:found|figured|solved|sorted|fixed|got|work)/iu;
const THANKS = /谢谢|感谢|多谢|谢了|\b(?:thanks?|thank you|thx|ty)\b/iu;

/** Words of a question that say nothing of what it is about. */
const EMPTY_WORDS = overlapTerms(
  "请问 问一下 问下 想问 大家 一下 有人 有谁 知道 谁知道 怎么办 怎么 怎样 如何 什么 多少 多久 几天 几点 哪里 哪个 哪些 可以 是否 能不能 需要 要不要 我们 你们 的话 the a an of to in on for is are was do does did can could should would i we you it my our your please anyone know how what when where which who why there this that with and or be have has need",
);

/** Whether a line asks for something. */
export function asksSomething(text: string): boolean {
  return ASKS.test(text) || ASKS_IN_ENGLISH.test(text.trim());
}

/** Whether a line reads like an answer: advice, a pointer, a yes or no. */
export function soundsLikeAnswer(text: string): boolean {
  return ADVISES.test(text.trim());
}

/** Whether the asker says that they need nothing more: 搞定了, "found it". */
export function saysSolved(text: string): boolean {
  return SOLVED.test(text) && !NOT_SOLVED.test(text) && !/[?？吗]/u.test(text);
}

export function saysThanks(text: string): boolean {
  return THANKS.test(text) && !asksSomething(text);
}

/** The terms that say what a question is about. */
export function tellingTerms(text: string): Set<string> {
  return new Set([...overlapTerms(text)].filter((term) => !EMPTY_WORDS.has(term)));
}
