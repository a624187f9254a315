import { isForSomeoneElse, withoutCall } from "./addressee.ts";

/**
 * What a line shows on its face, without any document. Lists are closed and small on purpose: each entry is a word that
 * people in Chinese and English chat groups use when they ask, and a reader can see why a line scored as it did.
 */
export interface Cues {
  /** Characters without white space. */
  length: number;
  /** Ends with a question mark, or holds one before a later sentence. */
  questionMark: boolean;
  /** 什么, 怎么, 多少, how, which …: asks for a fact, a reason or a way. */
  interrogative: boolean;
  /** 吗, 是否, 能不能, "can I", "is there": asks for yes or no. */
  polar: boolean;
  /** 请问, 求助, 帮我看看, "please help": asks for help in so many words. */
  plea: boolean;
  /** 介绍一下, 列出, "explain", "list": an order that only knowledge can fill. */
  command: boolean;
  /** Error names, stack traces, 报错, 失败: a problem is being told. */
  trouble: boolean;
  /** 哈哈, 收到, 谢谢, 早上好, "thanks", "lol": company, not a question. */
  smallTalk: boolean;
  /** "你可以试试", "应该是", "try …": somebody gives an answer. */
  advice: boolean;
  /** Spoken to one named person: "@张三 …", "小王帮我看下". */
  addressed: boolean;
  /** A rhetorical or sociable question: 在吗, 吃了吗, 谁懂啊. */
  sociable: boolean;
  /** One word without any sign of asking. */
  fragment: boolean;
  /** Nothing but emoji, punctuation, digits or one repeated character. */
  empty: boolean;
  /** A bare noun phrase as typed into a search box: no verb of speaking, no particle that tells or feels. */
  keyword: boolean;
  /** First-person or evaluative statement without any cue of asking. */
  statement: boolean;
}

const INTERROGATIVE =
  /什么(?!都|也|的)|干嘛|甚么|啥(?!都|也)|怎么(?!都|也)|怎样|咋|如何|为何|哪(?!怕)|(?<![某任])谁|几(?!乎)|多少|多久|多长|多大|多远|多高|何时|何处|有何|\b(?:how|what|why|when|where|who|whom|whose|which|what's|how's|where's)\b/iu;
const POLAR =
  /吗|(?:^|[^要])嘛[?？]|(?:有|过|用|能.{0,12}|可以.{0,12}|支持.{0,6}|不同)嘛(?=[[。.\s]|$)|么[?？]?$|是否|能否|可否|有无|(?:能|会|要|行|对|好|是|该|用|需要|可以|支持|包括?|算|收|带)不(?:能|会|要|行|对|好|是|该|用|需要|可以|支持|包括?|算|收|带)|是.{1,20}还是|可不可以|需不需要|有没有|有木有|^(?:can|could|do|does|did|is|are|am|was|will|would|should|shall|may|must|has|have)\b/iu;
const PLEA =
  /请问|请教|求助|求问|求解|求带|求推荐|求教|求指|想问|问一下|问下|问个|咨询|打扰|麻烦.{0,6}(?:问|看|帮)|帮(?:我|忙|助)|谁(?:知道|会|懂|有|能|清楚)|有(?:人|大佬|同学|老师|哪位).{0,6}(?:知道|会|懂|清楚|遇到|试过)|(?:不|没)(?:知道|清楚|明白|懂|太懂|太清楚)(?!就)|\b(?:please help|help me|any(?:one|body) know|wondering|any idea|could you|can you|tell me)\b/iu;
const COMMAND =
  /(?:介绍|说明|解释|讲|说|列举|总结|描述|对比|比较|查|告诉我|列出|给出|举例)(?:一?下|一些|下|出|我|说)?|流程|步骤|方法|教程|\b(?:explain|describe|list|show|summari[sz]e|compare|give|tell)\b/iu;
const TROUBLE =
  /报错|出错|错误|异常|失败|无法|不能|不了|不出来|没反应|没法|卡住|超时|崩|挂了|打不开|连不上|找不到|对不上|登不|装不|坏了|漏水|故障|丢了|忘了|忘记|\b(?:error|exception|traceback|failed|failure|fails|cannot|can't|couldn't|not found|no module|undefined|nan|oom|segmentation|timeout|timed out|broken|lost|stuck|unable)\b|\b[45]\d\d\b/iu;
const SMALL_TALK =
  /哈{2,}|嘿{2,}|呵{2,}|嘻{2,}|嗯{1,}[。.!！~]?$|^(?:收到|好的?|行|可以|没事|没问题|嗯|哦|噢|喔|哇|啊|对的?|是的?|明白|了解|懂了|知道了|同意|赞|牛|厉害|棒|加油|辛苦|谢|感谢|多谢|再见|拜拜|晚安|早|早安|早上好|下午好|晚上好|大家好|你好|您好|hi|hello|hey|ok|okay|yes|no|thanks?|thank you|thx|ty|lol|nice|great|cool|good (?:morning|night)|bye|congrats?)(?:[\s，,。.!！~～、的呀啊哦啦了呢]|$)|666|\+1|谢谢|感谢|辛苦了|恭喜|生日快乐|新年快乐|节日快乐|周末愉快|(?<!不)太(?:好|棒|强|牛|美|可爱|难|卷|惨)|真(?:好|棒|香|不错|好看|难|烦|累)|笑死|绝了|好家伙|无语|下班|摸鱼|吃(?:饭|瓜|火锅|夜宵|午饭|晚饭)|天气真|想睡|困死|累死|冲鸭|红包|抢到|[\u{1F300}-\u{1FAFF}]{2,}/iu;
const ADVICE =
  /你(?:可以|试试|试下|看看|看下|应该|先|把|去|再|直接|得|需要)|(?:可以|建议|试试|不妨)(?:先|看|用|试|参考|直接|考虑|把)|应该是|估计是|大概是|我(?:这边|记得|觉得|感觉|估计|猜)|参考(?:一下|这个)|改成|换成|已经(?:修|更新|解决|发|提|改|搞定|合)|解决了|搞定|\b(?:try|you can|you should|you need|i think|should be|just use|fixed)\b/iu;
const SOCIABLE =
  /^(?:就是说.{0,4}|然后呢|所以呢|比如呢|怎么|那个|就是|在吗|在不在|在么|有人吗|有人在吗|吃了吗|忙吗|干嘛呢|干啥呢|睡了吗|几点了|怎么样了|真的吗|真的假的|是吗|对吗|好吗|可以吗|行吗|懂吗|是不是|对不对|为什么呢?|啥|什么|啊|怎么了|咋了|咋办|怎么办|谁啊|谁呀|哪里|how are you|what's up|really|seriously|why|what|who)[?？!！。~\s]*$|谁懂啊|有没有一种|是什么(?:神仙|体验)|怎么(?:这么|那么|又|还)|何必|吃什么|吃啥|喝什么|玩什么|(?<!预)约吗|打球吗|聚餐|开黑/iu;
const STATEMENT =
  /的[。.!！~～]*$|^(?:羡慕|我|俺|咱|我们|他|她|他们|大家|今天|昨天|刚才|刚刚|终于|果然|原来|其实|感觉|觉得|这个|这|那|哎|唉|呜|啊|哇)|[啊呀哦啦嘞咯哩噢]+[。.!！~～]*$|了[。.!！~～]*$|^(?:i|i'm|we|he|she|they|it|that|this|my|just)\b/iu;

/** "退房要提前三个工作日申请": a sentence with its figure tells; nobody types one into a search box. */
const TELLS_FIGURE =
  /(?:要|得|必须|应该?|需要|是|为|只能|可以|每[天日周月年]).{0,12}(?:\d|[一二两三四五六七八九十]+个?(?:工作日|天|日|元|块|小时|分钟|月|周|点|号))/u;

const QUESTION_MARK = /[?？]/u;
const CONTENT = /[\p{L}]/u;
/** What platforms put in place of a sticker, a picture or a smiley: "[图片]", "[Sticker]", "[动画表情]". */
const ONLY_PLACEHOLDERS = /^(?:\[[^[\]\n]{1,16}\]\s*)+$/u;

/** Characters from which thanks beside a request are manners, not the message. */
const LONG_ENOUGH_TO_ASK = 12;

/** Reads the cues of one line. Linear in its length; only the first 2,000 characters are looked at. */
export function readCues(line: string): Cues {
  const text = line.slice(0, 2000).normalize("NFKC").trim();
  const bare = stripQuoted(withoutCall(text));
  const length = bare.replace(/\s/gu, "").length;
  const interrogative = INTERROGATIVE.test(bare);
  const polar = POLAR.test(bare);
  const plea = PLEA.test(bare);
  const command = COMMAND.test(bare);
  const questionMark = QUESTION_MARK.test(bare);
  const smallTalk = SMALL_TALK.test(bare);
  const advice = ADVICE.test(bare);
  const statement = STATEMENT.test(bare);
  const asks = interrogative || polar || plea || command || questionMark;
  return {
    length,
    questionMark,
    interrogative,
    polar,
    plea,
    command,
    trouble: TROUBLE.test(bare),
    // "物业几点下班" asks, "下班啦" does not; thanks in advance are no small talk.
    smallTalk: smallTalk && !interrogative && !((plea || polar) && length >= LONG_ENOUGH_TO_ASK),
    // "哪些版本可以用？" asks; "你可以用这个" tells.
    advice: advice && !(interrogative || questionMark),
    addressed: isForSomeoneElse(stripQuoted(text)),
    sociable: SOCIABLE.test(bare),
    // One word alone (退宿, max_tokens) is a fragment: nobody can tell what is asked.
    fragment: !asks && (length <= 3 || /^[\w.-]+$/u.test(bare)),
    empty: !CONTENT.test(bare) || ONLY_PLACEHOLDERS.test(text) || /^(.)\1*$/u.test(bare.replace(/\s/gu, "")),
    keyword:
      !asks &&
      !smallTalk &&
      !advice &&
      !statement &&
      !TELLS_FIGURE.test(bare) &&
      length >= 2 &&
      length <= 30 &&
      !/[。！!~～，,]/u.test(bare),
    statement: statement && !asks,
  };
}

/**
 * The clauses of a line that ask, without the story around them ("下周五就要搬走了，要提前多久发邮件？" → the second);
 * the whole line when no single clause asks, or every one does.
 */
export function askingPart(line: string): string {
  const clauses = line.split(/[，,。！!？?；;\n]|\.(?=\s|$)/u).filter((clause) => clause.trim() !== "");
  const asking = clauses.filter((clause) => INTERROGATIVE.test(clause) || POLAR.test(clause));
  return asking.length === 0 ? line : asking.join("，");
}

/** Fenced or quoted material is not the sender's own asking. */
function stripQuoted(text: string): string {
  return text
    .replace(/```[\s\S]*?(?:```|$)/gu, " ")
    .replace(/^>.*$/gmu, " ")
    .replace(/https?:\/\/\S+/giu, " ")
    .trim();
}
