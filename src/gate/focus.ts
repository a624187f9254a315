/**
 * Words that shape a question without being its subject. They are taken out before its subject is looked for in the
 * documents: whether "多少" or "请问" stands in a passage says nothing.
 */
const QUESTION_WORDS =
  /请问|麻烦|帮我|帮忙|告诉我|说一?下|看一?下|问一?下|想问|我想|听说|知道|各位|大家|大佬们?|同学|老师|谢谢|你好|您好|什么时候|什么样|什么|时候|怎么样|怎么办|怎么|怎样|如何|哪里|哪儿|哪些|哪个|哪几个?|多少钱|多少|多久|多长|多大|几点|几天|几个月?|几次|几种|几张|几块|一次|一个|一般|一起|是不是|能不能|可不可以|要不要|需不需要|有没有|是否|能否|可否|可以|能够|需要|应该|必须|还是|或者|以及|如果|的话|然后|那么|这个|那个|这些|那些|这边|那边|这里|那里|自己|我们|你们|他们|现在|目前|到底|究竟|分别|意思|代表|东西|情况|问题|地方|办法|为什么|为啥|干嘛|干什么|原因|不了|不能|不会|没有|已经|之后|以后|之前|以前|一下|一共|总共|大概|具体|关于|里面|上面|下面|[吗呢吧啊呀么嘛了的得地着过在是有和与跟或把被给对向从到就也都还又再很太只我你您他她它要会能想请去来里上下中后前谁哪几多少个块这那该]/gu;

/** Everyday words that stand for one another; a question in one is answered by a passage in another. */
const SYNONYMS = [
  ["电话", "座机", "热线", "手机号"],
  ["邮箱", "邮件", "mail", "@"],
  ["wifi", "网络", "上网"],
  ["上班", "下班", "办公", "工作时间", "营业"],
  ["丢了", "遗失", "丢失", "补办"],
  ["弄坏", "损坏", "坏了", "破损", "磕坏"],
  ["搬走", "搬出", "退房", "退宿", "退租"],
  ["搬进", "搬入", "入住"],
  ["地铁", "交通"],
  ["价格", "单价", "费用", "收费", "元"],
  ["附近", "周边", "周围"],
  ["报错", "错误", "异常", "失败", "error"],
  ["宿舍", "公寓", "寝室"],
  ["打扫", "清洁", "卫生"],
];

const ENGLISH_WORDS = new Set(
  "a about after all also am an and any anyone are as at be been before but by can could do does did for from get got had has have help hi how i if in into is it its know let like many may me mean more most much my need no not of on one or our out please should so some tell than thanks that the their them then there these they this to too up us use used using want was we were what when where which who whom why will with would you your default maximum minimum max min range value".split(
    " ",
  ),
);

const HAN_RUN = /\p{Script=Han}+/gu;
const LATIN_WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?/gu;

export interface Focus {
  /** Share of the question's subject that the passages do not hold, 0 to 1; 0 for a question without a subject. */
  missing: number;
}

/** The parts of a question that say what it is about. */
interface Subject {
  /** Runs of Chinese characters. */
  runs: string[][];
  latin: string[];
}

/** The subject of a question, to be looked for in texts. */
export class QuestionFocus {
  readonly #subject: Subject;
  readonly #synonyms: string[][];
  /** Characters of the subject; a Latin word counts as two. */
  readonly size: number;

  constructor(question: string) {
    const asked = question.slice(0, 500).normalize("NFKC").toLowerCase();
    this.#synonyms = SYNONYMS.filter((group) => group.some((word) => asked.includes(word)));
    const text = asked.replace(QUESTION_WORDS, " ");
    const runs = [...text.matchAll(HAN_RUN)].map(([run]) => Array.from(run));
    this.#subject = { runs, latin: latinWords(text) };
    this.size = runs.reduce((sum, run) => sum + weightOf(run) * run.length, 0) + 2 * this.#subject.latin.length;
  }

  /**
   * Tells how much of the subject a text lacks. Chinese characters count as found when they stand there beside the same
   * neighbour, so no dictionary is needed and a new word is no obstacle. `text` is in lower case and NFKC.
   */
  lookIn(passage: string): Focus {
    const known = this.#synonyms.filter((group) => group.some((word) => passage.includes(word)));
    const text = `${passage}\n${known.flat().join("\n")}`;
    let missing = 0;
    for (const run of this.#subject.runs) missing += weightOf(run) * run.length - foundWeight(run, text);
    missing += 2 * this.#subject.latin.filter((word) => !text.includes(word)).length;
    return { missing: this.size === 0 ? 0 : missing / this.size };
  }

  /**
   * Share of the subject beyond what `title` names that a text holds, 0 to 1: a document's introduction repeats its
   * title and answers nothing. Undefined when the title names the whole subject.
   */
  heldBeyond(title: string, text: string): number | undefined {
    let size = 0;
    let held = 0;
    for (const run of this.#subject.runs) {
      const named = new Set(foundPlaces(run, title));
      const rest = foundPlaces(run, text).filter((place) => !named.has(place));
      size += weightOf(run) * (run.length - named.size);
      held += weightOf(run) * rest.length;
    }
    const latin = this.#subject.latin.filter((word) => !title.includes(word));
    size += 2 * latin.length;
    held += 2 * latin.filter((word) => text.includes(word)).length;
    return size < 1 ? undefined : held / size;
  }
}

/** Positions of a run's characters that stand in the text beside the same neighbour. */
function foundPlaces(run: string[], text: string): number[] {
  if (run.length === 1) return text.includes(run[0] ?? "") ? [0] : [];
  const found = new Set<number>();
  for (let index = 0; index + 1 < run.length; index++) {
    if (!text.includes(`${run[index] ?? ""}${run[index + 1] ?? ""}`)) continue;
    found.add(index);
    found.add(index + 1);
  }
  return [...found];
}

function foundWeight(run: string[], text: string): number {
  return weightOf(run) * foundPlaces(run, text).length;
}

/** A character left alone when the question words are taken out is half a word at most. */
function weightOf(run: string[]): number {
  return run.length === 1 ? 0.5 : 1;
}

function latinWords(subject: string): string[] {
  const words = new Set<string>();
  for (const [match] of subject.replace(HAN_RUN, " ").matchAll(LATIN_WORD)) {
    if (match.length > 1 && !ENGLISH_WORDS.has(match) && !/^\d{1,2}$/u.test(match)) words.add(match);
  }
  return [...words];
}
