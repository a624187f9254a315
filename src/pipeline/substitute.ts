import type { Antecedent } from "./antecedent.ts";

/** Letters, digits and marks of a name in a program or product: qwen-max-1201, top_p, API. */
const IDENTIFIER = /[A-Za-z][\w.-]*[A-Za-z\d]|[A-Za-z]/gu;
const COUNTED =
  /(?:第?\d+(?:\s*[-–到至~]\s*\d+)?|[一二两三四五六七八九十]+)\s*(楼|层|室|号楼|号线|居室|岁|年级|级|人间|天|个月|年|次|点)/u;
const PERSON =
  /(?:男|女)?(?:实习生|正式员工|正式工|员工|外包|访客|家属|家人|朋友|学生|老师|博士后?|硕士|新人|新同事|同事|外国人|外籍|住户|租客|女生|男生|本科生|研究生|管理员|用户|游客|会员|老员工|新员工|合同工|情侣|夫妻|孩子|小孩|老人)/u;
const TIME =
  /周[一二三四五六日末]|星期[一二三四五六日天]|节假日|假期|法定节日|春节|国庆|工作日|平时|晚上|夜里|早上|上午|下午|中午|寒假|暑假|今年|明年|去年|下个?月|本月|月底/u;
/** Begins something that is done, not a thing. */
const DOES =
  /^(?:补办|更换|申请|办理|预约|取消|注销|报修|提交|登记|修改|重置|搬出|搬入|搬走|入住|退房|退宿|退租|换房|续住|续租|离职|入职|请假|报销|出差|停车|安装|升级|调用|部署|[补换退配租搬续借领交缴办修寄取])/u;
/** Verbs whose object can be another thing. */
const HANDLES =
  /^(?:补办|更换|申请|办理|预约|取消|注销|报修|提交|登记|修改|重置|安装|升级|调用|部署|购买|[补换退配租搬续借领交缴办修寄取])/u;
/** Asked of a thing as well as of what is done with it. */
const ASKS_OF_THINGS = /多少钱|几块|多少元|费用|价格|收费|怎么收|收多少|赔|在哪|去哪|哪里|几楼|找谁|联系谁|多少$/u;
const STATE = /(?:弄坏了?|坏了|丢了|损坏了?|破了|不见了|附近|旁边|周围|里面|连不上|打不开|用不了)$/u;

/**
 * Asks the question before about another subject ("退公寓要提前几天？" and 换房: "换房要提前几天？"): the subject takes the
 * place of the part of the question it is most like, by shape (a name, a count, a person, a time, a thing, something
 * done). A thing that is like nothing there is asked about within the topic ("退公寓的押金呢？").
 */
export function askInstead(before: Antecedent, subject: string): string {
  return before.language === "en" && !/\p{Script=Han}/u.test(subject)
    ? insteadInEnglish(before, subject)
    : insteadInChinese(before, subject);
}

function insteadInChinese(before: Antecedent, subject: string): string {
  const { question, topic, predicate } = before;
  const within = `${joined(topic, `的${subject}`)}呢？`;
  if (question.includes(subject)) return within;
  const swapped = swapAlike(question, subject);
  if (swapped !== undefined) return asked(swapped);
  if (predicate === "") return DOES.test(subject) && DOES.test(topic) ? asked(swap(question, topic, subject)) : within;
  if (PERSON.test(subject) || TIME.test(subject)) return asked(joined(subject, joined(topic, predicate)));
  const object = /^(?:有(?:没有)?|支持|能用|可以用|包括|包含)(.{2,12}?)吗?[？?\s]*$/u.exec(predicate)?.[1];
  if (object !== undefined && !DOES.test(subject)) return asked(joined(topic, swap(predicate, object, subject)));
  if (DOES.test(subject)) return asked(joined(subject, predicate));
  if (!DOES.test(topic)) {
    const state = STATE.exec(topic)?.[0] ?? "";
    const owner = /^(.+的)[^的]+$/u.exec(topic.slice(0, topic.length - state.length))?.[1] ?? "";
    return asked(joined(`${owner}${subject}${state}`, predicate));
  }
  const verb = HANDLES.exec(topic)?.[0] ?? "";
  const hasObject = verb !== "" && topic.length > verb.length;
  return hasObject && ASKS_OF_THINGS.test(predicate) ? asked(joined(verb + subject, predicate)) : within;
}

/** Puts the subject in the place of a name, count, person or time of its own kind. */
function swapAlike(question: string, subject: string): string | undefined {
  const names = [...subject.matchAll(IDENTIFIER)].map(([name]) => name);
  if (names.length > 0) {
    const known = [...question.matchAll(IDENTIFIER)].map(([name]) => name);
    if (known.length > 0) return swap(question, mostAlike(known, names[0] ?? ""), subject);
  }
  const unit = COUNTED.exec(subject)?.[1];
  if (unit !== undefined) {
    const counted = COUNTED.exec(question);
    if (counted?.[1] === unit) return swap(question, counted[0], subject);
  }
  for (const kind of [PERSON, TIME]) {
    const found = kind.exec(question)?.[0];
    if (kind.test(subject) && found !== undefined) return swap(question, found, subject);
  }
  return swapSameEnding(question, subject);
}

/** 男生 for 女生, 银行卡 for 门禁卡: words of one length that end in the same character. */
function swapSameEnding(question: string, subject: string): string | undefined {
  const { length } = subject;
  const last = subject.at(-1) ?? "";
  if (length < 2 || length > 4 || !/\p{Script=Han}/u.test(last)) return undefined;
  for (let end = question.indexOf(last); end >= 0; end = question.indexOf(last, end + 1)) {
    const start = end + 1 - length;
    const alike = question.slice(Math.max(0, start), end + 1);
    if (start >= 0 && /^\p{Script=Han}+$/u.test(alike) && !/[的是有在怎么多少几]/u.test(alike)) {
      return question.slice(0, start) + subject + question.slice(end + 1);
    }
  }
  return undefined;
}

/** The name that looks most like another one; of equals the last, which is nearest to what is asked. */
function mostAlike(names: string[], name: string): string {
  let best = names[0] ?? "";
  for (const next of names) if (likeness(next, name) >= likeness(best, name)) best = next;
  return best;
}

/** How much two names look like one kind of name. */
function likeness(one: string, other: string): number {
  return [/\d/u, /_/u, /-/u, /\./u, /^[A-Z]/u, /^[A-Z\d_]+$/u].reduce(
    (sum, shape) => sum + (shape.test(one) === shape.test(other) ? 1 : 0),
    0,
  );
}

/** A name that only programs and products have. */
const CODE_NAME = /[A-Za-z]*(?:[A-Za-z]*[\d_-][\w.-]*[\w]|[a-z]+[A-Z]\w*|[A-Z]{2,}\b)/gu;
/** Marks of a name's shape that two names of one kind share, of six. */
const SAME_KIND = 5;
const OF_EN = /\b(?:default|maximum|minimum|max|min|range of|limit of)\s+([\w-]+)\s+(?:of|for|in)\b/iu;
const NAMED_EN =
  /\bthe\s+([\w-]+)\s+(?:endpoint|model|api|interface|service|server|parameter|key|card|office|platform|provider)\b/iu;
const PREPOSITION = /^(for|in|on|at|with|from|by|during|of)\s+/iu;

function insteadInEnglish({ question, topic }: Antecedent, subject: string): string {
  const preposition = PREPOSITION.exec(subject)?.[1]?.toLowerCase();
  if (preposition !== undefined) {
    const phrase = new RegExp(
      `\\b${preposition}\\s+(?:(?:the|a|an|my|our|male|female)\\s+)*[\\w.-]+(?=$|[?,]|\\s+(?:in|on|at|for|of)\\b)`,
      "iu",
    );
    const found = phrase.exec(question)?.[0];
    return `${found === undefined ? `${question} ${subject}` : swap(question, found, subject)}?`;
  }
  const name = subject.replace(/^(?:the|a|an|my|our)\s+/iu, "");
  const names = [...question.matchAll(CODE_NAME)].map(([text]) => text);
  const isCode = name.match(CODE_NAME)?.[0] === name;
  const alike = mostAlike(names, name);
  if (isCode && names.length > 0 && likeness(alike, name) >= SAME_KIND) return `${swap(question, alike, name)}?`;
  const slot =
    OF_EN.exec(question)?.[1] ?? (name === subject && !name.endsWith("s") ? NAMED_EN.exec(question)?.[1] : undefined);
  if (!name.includes(" ") && slot !== undefined) return `${swap(question, slot, name)}?`;
  const head = name.split(/\s+/u).at(-1) ?? name;
  const sameHead = new RegExp(`\\b(?:[\\w-]+\\s+)?${escaped(head)}\\b`, "iu").exec(question)?.[0];
  if (sameHead !== undefined && name.includes(" ")) return `${swap(question, sameHead, name)}?`;
  const object = /\b(?:a|an|another)\s+((?:[\w-]+\s+){0,3}[\w-]+)$/iu.exec(question)?.[1];
  if (object !== undefined && /^how much/iu.test(question)) return `${swap(question, object, name)}?`;
  return `About ${topic}: what about ${subject}?`;
}

function swap(text: string, part: string, by: string): string {
  const index = text.lastIndexOf(part);
  return index < 0 ? text : text.slice(0, index) + by + text.slice(index + part.length);
}

/** Joined, with a blank only between Latin letters and what follows them. */
function joined(left: string, right: string): string {
  return /[\w]$/u.test(left) && /^[\w]/u.test(right) ? `${left} ${right}` : left + right;
}

function asked(text: string): string {
  return `${text.replace(/[？?。.！!\s]+$/u, "")}？`;
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
}
