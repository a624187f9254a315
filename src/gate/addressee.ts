/** A mention is written after white space or at the start, so that an address (a@b.org) and a price (@3) are none. */
const MENTION = /(?:^|(?<=[\s，,。：:；;！!？?]))[@＠]([^\s@＠,，:：;；。！!？?]{1,30})/gu;
const EVERYBODY = /^(?:all|everyone|everybody|here|channel|team|所有人|全体成员|全体|全员|大家|各位)$/iu;
/** Names under which the assistant is spoken to; a channel takes its bot's own name out of the text beforehand. */
const OURS = /^(?:咸亨|小咸|茴香豆|xianheng|huixiangdou|(?:.{0,12})(?:机器人|助手|小助理|bot|assistant))$/iu;
/** "@scope/package", "@1.2.0" and "@Override 注解" are names of things. */
const THING = /[/.=(\\]|^\d/u;
const ANNOTATION = /^\s*(?:注解|装饰器|标签|语法|annotation|decorator)/iu;

const SURNAME =
  "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]";
const TITLE = "(?:老师|总|工|哥|姐|经理|主任|博士|教授|师傅|同学|学长|学姐|师兄|师姐|部长|院长|处长|队长)";
/** A call that can only be a person's: 小王, 张工, 李老师. */
const CALLED = `(?:[小老阿]${SURNAME}|${SURNAME}\\p{Script=Han}{0,2}${TITLE})`;
const NAMED = `${SURNAME}\\p{Script=Han}{1,2}`;
/** Words that begin like a name. */
const NO_NAME =
  /^(?:任何|周[一二三四五六日末]|周[期边围]|马上|马路|万一|万能|方[便法案式]|白[天色]|黄金|高[级温峰铁考速效]|文[档件字本]|金[额融]|余额|范[围例]|石[油头龙]|江[苏西]|常[见用规]|张江|龙[漕头]|何[时处况]|于是|许[多可]|易用|程序|林业|田径|顾客|段落|雷达|康复|钱包|毛病|史上|温度)/u;
const ROLE = "(?:老师|领导|老板|师傅|学长|学姐|师兄|师姐|主任|经理|班长)";
/** Said to one person: "你那边", 帮我, 发一下. */
const TO_ONE =
  "(?:你(?!好|们)|您(?!好)|帮(?:我|忙|一?下)|麻烦(?!问)|看一?下|看看|瞅瞅|发一?[下份个]|发我|发给|来一?下|过来|回一?下|回复|回个|改一?下|补一?下|更新一?下|确认一?下|处理一?下|跟进|催一?下|记得|别忘|把|给我|去一?下|联系一?下|通知|约一?下|(?:有空|方便)(?:吗|的话)|辛苦|到了吗|好了吗|弄完|搞定)";
/** "老师您知道 … 吗" asks whoever can answer. */
const ASKS_ANYBODY = /请问|请教|知道|求助|求问|想问|问一?下/u;

const CHINESE_CALL = new RegExp(`^(?:${CALLED})\\s*(?:[，,：:、]|\\s*${TO_ONE})`, "u");
const CHINESE_NAME = new RegExp(`^(?:${NAMED})\\s*(?:[，,：:]\\s*(?:\\p{Script=Han}{0,6})??${TO_ONE}|${TO_ONE})`, "u");
const CHINESE_ROLE = new RegExp(`^(?:${ROLE})[，,\\s]*(?:[你您](?!好|们)|帮(?:我|忙)?|看一?下)`, "u");
const FACT = /怎么|如何|什么|多少|几|哪/u;

/** Makes a question theirs although it asks for a fact. */
const ASKED_OF_ONE = /[你您]|[，,：:]\s*(?:帮|麻烦)/u;

const NOBODY_EN =
  "(?:all|guys|everyone|everybody|folks|team|there|anyone|anybody|hi|hello|hey|sorry|well|also|please|ok|okay|so|then|now|yes|no|thanks|thank|actually|however|right|sure|alright|wait|btw|anyway|and|but|or|if|when|today|tomorrow|yesterday|question|help|xianheng|assistant|bot)";
const CALL_EN = new RegExp(
  `^(?:(?:hi|hey|hello|morning|thanks)\\s+)?(?!${NOBODY_EN}\\b)(?:(?:mr|ms|mrs|dr|prof)\\.?\\s+)?[a-z][a-z'-]+\\s*[,:]\\s*`,
  "iu",
);
const TO_ONE_EN =
  /^(?:(?:can|could|will|would|did|do|have|are|were|may|should) (?:you|i ask you)\b(?! (?:tell|explain|please tell))|please (?:check|review|send|look|take|fix|update|merge|let|confirm|reply|come|call|have|do)|what do you|how (?:is|was|are) your|where are you|when (?:can|will|are|do) you|your\b|you\b|let me know|ping me|check\b|review\b|send\b|take a look|look at)/iu;
const CALL_AT_END_EN = new RegExp(
  `\\b(?:[Cc]an|[Cc]ould|[Ww]ill|[Ww]ould|[Dd]id|[Hh]ave|[Aa]re) you\\b[^,]{3,}[,]\\s*(?!${NOBODY_EN}\\b)[A-Z][a-z]+\\s*[?.!]*$`,
  "u",
);

/**
 * Whether a line is spoken to one named person: "@张三 …", "张三，发一下合同", "小王帮我看下", "老师您看下这个", "Alice, can
 * you check this?". A mention of everybody or of the assistant is none; a name that is asked about is none either
 * ("王老师的电话是多少？"). `text` is in NFKC.
 */
export function isForSomeoneElse(text: string): boolean {
  const isCode = /[;{}]|\n/u.test(text);
  for (const match of text.matchAll(MENTION)) {
    const name = match[1] ?? "";
    const after = text.slice(match.index + match[0].length);
    // Pasted code is full of @Override and @property.
    if (isCode && /^\w+$/u.test(name)) continue;
    if (!EVERYBODY.test(name) && !OURS.test(name) && !THING.test(name) && !ANNOTATION.test(after)) return true;
  }
  const said = text.trimStart();
  return callsInChinese(said) || callsInEnglish(said);
}

/** The line without a mention of everybody or of the assistant at its start. */
export function withoutCall(text: string): string {
  return text.replace(/^\s*[@＠]([^\s@＠,，:：]{1,30})[\s,，:：]*/u, (whole, name: string) =>
    EVERYBODY.test(name) || OURS.test(name) ? "" : whole,
  );
}

function callsInChinese(said: string): boolean {
  if (CHINESE_CALL.test(said)) return !NO_NAME.test(said);
  if (CHINESE_NAME.test(said)) return !NO_NAME.test(said) && (!FACT.test(said) || ASKED_OF_ONE.test(said));
  return CHINESE_ROLE.test(said) && !ASKS_ANYBODY.test(said);
}

function callsInEnglish(said: string): boolean {
  const call = CALL_EN.exec(said)?.[0];
  // In the middle of a text a lower-case word before a comma is no name.
  if (call !== undefined && /\b[A-Z][a-z]/u.test(call) && TO_ONE_EN.test(said.slice(call.length))) return true;
  return CALL_AT_END_EN.test(said);
}
