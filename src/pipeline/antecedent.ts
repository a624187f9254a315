/** What a question is about, and what it asks of it: 补办门禁卡 | 要多少钱. */
export interface Antecedent {
  /** The asking sentence, cleaned. */
  question: string;
  topic: string;
  /** What follows the topic; empty where the topic does not stand in front ("怎么退宿", most of English). */
  predicate: string;
  language: "zh" | "en";
}

/** Longest earlier question that is looked at: what a line leans on is short. */
const MAX_QUESTION_CHARS = 200;
const MAX_TOPIC_CHARS = 60;

const OPENING_ZH =
  /^(?:请问(?:一?下)?|请教(?:一?下)?|(?:我)?想(?:问|咨询|知道|了解)(?:一?下)?|问(?:一?下|个问题)|麻烦(?:问)?(?:一?下)?|(?:各位|大家|大佬|老师|同学)们?好?|有(?:没有)?人知道|谁知道|你好|您好|那么|那|另外|还有|对了|如果|要是|假如|所以|然后|我们?|咱们?|你们|帮我?(?:看|查)(?:一?下)?|告诉我|(?:介绍|说说?)(?:一下|下)?|你们?(?:知道|认识|听说过?|了解|觉得)|[，,：:、\s])+/u;
/** Where a Chinese question stops naming its subject and begins to ask. */
const FRAME_ZH =
  /需要|要不要|要(?!求|点)|应该|必须|可不可以|可以|能不能|能否|能(?!力|耗|源)|会不会|会(?!议|员|话)|是不是|是否|是(?!的)|有没有|有(?!效|关|限|人|偿)|支不支持|支持|包括|包含|默认|在(?=哪|几|什么|何)|提前|几|多[少久长大远高快]|怎么|怎样|咋|如何|什么|啥|哪|找谁|联系谁|谁|何时|为何|吗|呢|么$|离(?!职|开|线)|一共|总共|大概|一般|最(?=[多少快晚早大小高低长短])|得(?=[多提等])|该(?=[找怎如填])|归谁|叫(?=什么)|[给发交](?=谁|到哪|哪)|[收赔交付花罚](?=多少|几)|丢不得|远不远/u;
const LEADING_ASK_ZH =
  /^(?:请问|有没有|是不是|能不能|可不可以|要不要|需不需要|是否|能否|可以|需要|应该|必须|支持|怎么样?|怎样|咋|如何|为什么|什么时候|什么样的|什么|哪里|哪些|哪[个种位家天层]|哪|谁|多少|多久|几[个天次种点]?|何时|能|会|要|有|是|去|在|该|得|[的，,\s])+/u;
const TRAILING_ZH =
  /(?:的时候|时候|的话|之前|以前|时|的|都|还|也|就|去|到|从|里的?|[，,、。？?！!~～…\s吗呢吧啊呀么])+$/u;

const OPENING_EN =
  /^(?:(?:hi|hello|hey|please|thanks|excuse me|so|and|but|also|then|can you tell me|could you tell me|do you know|does anyone know|i(?:'d| would) like to know|i want to know|tell me|explain|describe|list|show me)\b[,:\s]*)+/iu;
const LEADING_ASK_EN =
  /^(?:(?:how|much|many|long|often|far|soon|what|what's|which|where|where's|when|who|whom|whose|why|is|are|was|were|do|does|did|can|could|should|would|will|shall|must|may|might|have|has|had|need|needs|i|we|you|one|to|there|it|take|cost|costs|takes|be|mean|means|any|kind of|happens|if|a|an|the)(?![\w'-])\s*)+/iu;
const DOING_EN =
  /\b(?:do|does|can|could|should|must|may)\s+(?:i|we|you|one)\s+(?:(?:have|need|want)\s+to\s+)?(.{4,})$/iu;
const WHILE_EN =
  /\b(?:before|when|after|for|while)\s+((?!and\b)[a-z]+ing\s.+?)\s+(?:do|does|can|could|should|must|may)\s+(?:i|we|you|one)\b/iu;
const PREDICATE_EN =
  /\s(?:support|supports|accept|accepts|allow|allows|include|includes|require|requires|need|needs|have|has|cost|costs|take|takes|work|works|cover|covers|mean|means|open|opens|close|closes|expire|expires|return|returns|offer|offers|do i|do we|do you|should i|can i|must i|by default|available|allowed|required|free|mandatory|located)\b.*$/iu;

/** The sentence of an earlier line that asks, or its first one; without code, quotes and addresses. */
export function askingSentence(line: string): string {
  const text = line
    .slice(0, 2000)
    .replace(/```[\s\S]*?(?:```|$)/gu, " ")
    .replace(/^>.*$/gmu, " ")
    .replace(/https?:\/\/\S+/giu, " ");
  const sentences = text.split(/(?<=[？?！!。])|\n|(?<=\.)\s/u).filter((sentence) => /\p{L}/u.test(sentence));
  const chosen = sentences.find((sentence) => isAsking(sentence)) ?? sentences[0] ?? "";
  return chosen.replace(/\s+/gu, " ").trim().slice(0, MAX_QUESTION_CHARS).toWellFormed();
}

/** Whether a sentence has the form of a question or names a subject to look up. */
export function isAsking(text: string): boolean {
  return /[?？]|什么|怎么|怎样|如何|哪|谁|几|多[少久长大远高]|吗|呢|是否|能否|能不能|可不可以|有没有|流程|步骤|介绍|列出|^(?:how|what|why|when|where|who|which|can|could|do|does|is|are|should|must|may|will|explain|list|describe|show|tell)\b/iu.test(
    text,
  );
}

/** Reads what a question is about. Undefined when it names nothing ("什么？"). */
export function readAntecedent(line: string): Antecedent | undefined {
  const question = askingSentence(line);
  if (question === "") return undefined;
  return /\p{Script=Han}/u.test(question) ? readChinese(question) : readEnglish(question);
}

function readChinese(question: string): Antecedent | undefined {
  for (const clause of question.split(/[，,。？?！!；;]/u)) {
    const said = clause.replace(OPENING_ZH, "");
    const inner = said.replace(LEADING_ASK_ZH, "");
    // "怎么退宿" has its subject behind the asking word, "退宿怎么办" before it.
    const asksFirst = inner.length < said.length;
    const frame = FRAME_ZH.exec(inner);
    const end = frame === null ? inner.length : frame.index;
    const topic = trimTopic(inner.slice(0, end));
    if (topic.length < 2) continue;
    return {
      question: said,
      topic,
      predicate: frame === null || (asksFirst && end === inner.length) ? "" : inner.slice(end).trim(),
      language: "zh",
    };
  }
  return undefined;
}

function trimTopic(text: string): string {
  return text.trim().replace(TRAILING_ZH, "").trim().slice(0, MAX_TOPIC_CHARS).toWellFormed();
}

function readEnglish(question: string): Antecedent | undefined {
  const said = question.replace(OPENING_EN, "").replace(/[?.!\s]+$/u, "");
  // "How many days before do I have to apply …": about what is done.
  const done = WHILE_EN.exec(said)?.[1] ?? DOING_EN.exec(said)?.[1];
  const inner = done ?? said.replace(LEADING_ASK_EN, "");
  const predicate = done === undefined ? (PREDICATE_EN.exec(` ${inner}`)?.[0].trim() ?? "") : "";
  const subject = predicate === "" ? inner : inner.slice(0, Math.max(0, inner.length - predicate.length)).trim();
  const topic = (subject.length >= 2 ? subject : inner).slice(0, MAX_TOPIC_CHARS).toWellFormed();
  return topic.length < 2 ? undefined : { question: said, topic, predicate, language: "en" };
}
