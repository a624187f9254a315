/** How a line leans on what was said before it. */
export type FollowUp =
  /** Can be understood alone, or asks nothing. */
  | { kind: "none" }
  /** "那押金呢？", "what about the deposit?": another subject for the question before it. */
  | { kind: "instead"; subject: string }
  /** "它支持流式吗", "does it stream?": `start` and `end` are the place of the word that stands for its subject. */
  | { kind: "pronoun"; line: string; start: number; end: number; noun: string }
  /** "要多久？", "how much?": asks without saying about what. */
  | { kind: "bare"; line: string }
  /** "为什么？", "还有吗": leans on the answer, of which rules understand too little. */
  | { kind: "vague" };

/** Longer lines say what they are about. */
const MAX_LEANING_CHARS = 60;

const END_MARKS = /[？?。.！!~～…\s]+$/u;
const NONE: FollowUp = { kind: "none" };

/** Words before a follow-up that add nothing to it. */
const LEAD_ZH = /^(?:(?:那么|那|还有|另外|然后|而|哦+|噢|嗯+|好的?|请问|再问(?:一?下)?|顺便问(?:一?下)?)[，,、\s]*)+/u;
const LEAD_EN = /^(?:(?:and|but|so|then|also|ok(?:ay)?|right|thanks|thank you|great|hm+|oh|please)\b[,.!\s]*)+/iu;

/** Says that the old subject is done with. */
const TURNS_AWAY =
  /^(?:对了|话说|换个(?:话题|问题)|问个别的|by the way|btw|another question|unrelated|different topic)/iu;

const INSTEAD_ZH = /^(?:如果是|要是|如果|换成|换作|对于|关于)?(.{1,20}?)(?:的话)?(?:呢|也一样吗?|也是吗)$/u;
/** "食堂怎么样？" stands alone; "那食堂怎么样？" does not. */
const THEN_HOW_ZH = /^(?:那么?|如果是|要是|换成)(.{1,20}?)(?:的话)?(?:又?怎么样|又如何)$/u;
const INSTEAD_EN = /^(?:what about|how about|what if it(?:'s| is)|same for|and)\s+(.{2,60})$/iu;
const AND_FOR = /^(?:for|in|on|at|with|from|by|during)\s+\S/iu;

/** Who or what nobody asks a document about: "你呢？", "人呢？", "然后呢？". */
const NO_SUBJECT =
  /^(?:你|您|我|他|她|它|你们|我们|咱们?|他们|她们|大家|人|图|饭|钱|车|然后|后来|所以|结果|比如|例如|其他|别的|这|那|这个|那个|什么|谁|现在|今天|明天|晚上|才|还|早|不|没|正|在|you|me|us|him|her|them|that|this|it|now|today|tomorrow|lunch|dinner|tonight|no|not)$/iu;

/** What makes a Chinese phrase a question, or a predicate; a subject holds none of it. */
const ASKS_ZH =
  /什么|啥|怎么|怎样|咋|如何|为何|哪|谁|几(?!乎)|多[少久长大远高快]|何时|[吗嘛么]$|是否|能否|可否|有没有|能不能|可不可以|要不要|需不需要|是不是|会不会/u;
const SPEAKER = /^(?:我|俺|咱|你|您|他|她)|(?:我|你|他|她)(?:在|想|说|觉得|知道|看|听)|[啊呀哦啦嘞噢]$|哈哈|在|正/u;
const TO_EACH_OTHER = /[你您]|我(?!们)|^还?没|^还/u;
const ASKS_EN =
  /\?\s*$|^(?:how|what|why|when|where|who|whom|which|can|could|do|does|did|is|are|was|were|will|would|should|shall|may|must|has|have)\b/iu;

/**
 * Words of which a question may consist without naming its subject: what is asked, everyday verbs of offices and
 * programs, and when or how it is done.
 */
const SUBJECTLESS_ZH =
  /负责人|联系人|作者|来源|型号|尺寸|大小|颜色|好[用看吃玩听]|便宜|安全|稳定|可靠|靠谱|方便|复杂|简单|走过去|走路|步行|骑车|开车|坐车|打车|过去|鉴权|认证|登录|授权|计费|部署|测试|验证|导出|导入|保存|删除|添加|创建|新建|复制|什么时候|可不可以|需不需要|工作时间|办公时间|什么样|怎么样|怎么办|是不是|能不能|要不要|有没有|一个人|节假日|工作日|默认值|有效期|申请表|行不行|好不好|什么|怎么|怎样|如何|哪里|哪儿|哪些|哪[个位天家层种]|多少|多久|多长|多大|多远|多高|何时|时间|时候|为何|是否|可以|能够|需要|应该|必须|一定|大概|一般|大约|最[多少快晚早大小高低长短]|至少|最后|一共|总共|另外|具体|分别|提前|事先|自己|本人|现在|周末|线上|网上|线下|当天|一次|每[次天月年人]|小时|分钟|字符|收费|免费|付费|价格|费用|办理|申请|提交|审批|预约|登记|退还|准备|材料|手续|流程|步骤|条件|要求|限制|上限|下限|范围|默认|取值|类型|格式|单位|版本|地址|路径|网址|域名|电话|邮箱|邮件|联系|负责|设成|设置|配置|调用|支持|使用|打开|关闭|安装|启动|重启|运行|更新|升级|下载|查看|示例|例子|样例|代码|文档|说明|报错|失败|生效|到账|过期|赔偿|到期|一样|区别|不同|影响|后果|超过|超时|[\d.]+|[层栋种台把件楼贵难快慢]|关门|开门|营业|上班|下班|周六|周日|早上|晚上|上午|下午|中午|收据|发票|规定|说法|讲究|意思|地方|咋|谁|几|能|会|要|该|得|是|有|在|用|给|到|去|找|跟|和|从|向|把|被|让|先|再|还|也|都|又|才|就|吗|呢|么|嘛|吧|啊|呀|的|了|过|块|钱|元|天|个|月|周|年|秒|点|次|份|张|人|页|位|字|交|付|缴|办|报|退|换|领|取|拿|带|值|发|寄|送|填|写|传|设|配|改|调|关|开|装|查|看|负|赔|算|行|成|好|对|不|没|超|[，,、。.？?！!~～…\s]|哪|选/gu;
const SUBJECTLESS_EN = new Set(
  "how much many long often far soon what which where when who whom why do does did is are was were can could should would will may must have has need to i we you one get got take takes cost costs pay charged charge apply send submit do done the a an in on at for of or and be so exactly usually default limit range maximum minimum max min price fee value type address email phone number days hours required mandatory free possible allowed there any examples example documents steps version change set use used start find ask contact office form it's".split(
    " ",
  ),
);

const VAGUE_ZH =
  /^(?:为什么|为啥|为何|原因(?:是(?:什么|啥))?|还有(?:吗|呢|别的吗|其他的?吗)|(?:还有|有)(?:其他的?|别的)(?:办法|方法|方式|选择|要求)?吗|比如|例如|举个?例子?|具体(?:一点|点|呢|怎么说)?|详细(?:一?点|说说)|第[一二三四五六七八九十\d]+[个步点条项种]?(?:呢|是什么|怎么.{0,4})?|哪[一个]种?(?:更好|好|合适|快)|不行(?:的话)?怎么办|如果(?:不行|没有|失败|超过|来不及|忘了)(?:了|的话)?(?:呢|怎么办|会怎样|会怎么样)?)(?:呢|啊|呀)?$/u;
const VAGUE_EN =
  /^(?:why(?: not)?|what else|anything else|such as|like what|for example|which one(?: is (?:better|best))?|the (?:first|second|third|last|other) one|(?:and )?if (?:not|it fails|that fails|it doesn't work|i don't))$/iu;

/** Things that a technical or office document calls its subjects, after 这个 and 该. */
const NOUN_ZH =
  "接口|参数|模型|字段|功能|服务|平台|方法|函数|命令|选项|配置|文件|表格?|流程|手续|规定|政策|费用?|押金|证|卡|系统|工具|软件|插件|版本|值|地址|邮箱|电话|地方|部门|活动|假|福利|东西";
const PRONOUN_ZH = new RegExp(
  `它们?(?=[^们])|(?:[这那上]述?个?|该|此)(?<noun>${NOUN_ZH})|^其(?=[^他它实中次余])|^(?:这个|那个|这|那)(?=(?:要|需要|怎么|如何|多少|多久|能|可以|是否|是不是|支持|有|在哪|会|收费|默认|几|是什么|什么|还|也|得|必须|谁|找谁))|(?<![其])[他她]们?(?!人|妈)|[那这](?:里|儿)(?=.)`,
  "u",
);
const PRONOUN_EN =
  /\b(?:it|its|they|their|them|this(?: one)?|that(?: one)?|these|those)\b(?!\s+(?:time|month|week|year|morning|is because))/iu;
/** "Is it possible to …", "how much does it cost to …": this "it" stands for what follows. */
const EMPTY_IT =
  /\bit(?:'s| is)?\s+(?:\w+\s+)?(?:possible|necessary|ok|okay|allowed|required|mandatory|safe|normal|true|raining)\b|\bis it (?:\w+ )?(?:possible|necessary|ok|okay|allowed|required|mandatory|safe|normal|true) (?:to|that|for|if)\b|\bit (?:take|cost|mean)s? .{0,12}\b(?:to|when|that|if)\b/iu;
/** A noun that `that` and `this` point at is the line's own subject: "that error on page 4". */
const OWN_NOUN =
  /^(?:this|that|these|those)\s+(?!(?:one|work|works|cost|costs|take|takes|support|supports|need|needs|include|happen|apply|mean|count|be|is|are|required|free)\b)[a-z]/iu;

/** Tells from a line's words how it leans on the lines before it. Linear in its length. */
export function readFollowUp(line: string): FollowUp {
  const whole = line.trim();
  if (whole.length > MAX_LEANING_CHARS || whole.includes("\n") || /^[@＠/>]|```|https?:/u.test(whole)) return NONE;
  if (TURNS_AWAY.test(whole)) return NONE;
  return /\p{Script=Han}/u.test(whole) ? readChinese(whole) : readEnglish(whole);
}

function readChinese(whole: string): FollowUp {
  const line = whole.replace(LEAD_ZH, "");
  const bare = line.replace(END_MARKS, "");
  if (/^除了[这那它]/u.test(bare) || VAGUE_ZH.test(bare) || VAGUE_ZH.test(whole.replace(END_MARKS, "")))
    return { kind: "vague" };
  const subject = (INSTEAD_ZH.exec(bare) ?? THEN_HOW_ZH.exec(whole.replace(END_MARKS, "")))?.[1]?.trim();
  if (subject !== undefined && !ASKS_ZH.test(subject)) {
    return NO_SUBJECT.test(subject) || TO_EACH_OTHER.test(subject) || SPEAKER.test(subject) || /[，,。]/u.test(subject)
      ? NONE
      : { kind: "instead", subject };
  }
  const asks = ASKS_ZH.test(bare) || /[?？]/u.test(line);
  if (!asks) return NONE;
  const pronoun = PRONOUN_ZH.exec(line);
  // "max_tokens 这个参数" names what it points at.
  if (pronoun !== null && !/[\w`”"]\s*$/u.test(line.slice(0, pronoun.index))) {
    const { index: start } = pronoun;
    return { kind: "pronoun", line, start, end: start + pronoun[0].length, noun: pronoun.groups?.["noun"] ?? "" };
  }
  return bare.replace(SUBJECTLESS_ZH, "") === "" && bare.length >= 2 && !SOCIABLE_ZH.test(bare)
    ? { kind: "bare", line }
    : NONE;
}

/** Bare questions that people ask each other. */
const SOCIABLE_ZH =
  /^(?:在[吗么不]|在不在|有人吗|吃什么|吃啥|去哪|去吗|几点了?|现在几点了?|怎么了?|怎么样|怎么办|什么|谁|哪里|是[吗么]|对[吗么]|好[吗么]|行[吗么]|可以[吗么]|真的吗|是不是|对不对|要不要|能不能|有没有|会不会|什么时候|有什么|是什么|是谁|还有吗|好不好|行不行|成[吗不])$/u;

function readEnglish(whole: string): FollowUp {
  const line = whole.replace(LEAD_EN, "");
  const bare = line.replace(END_MARKS, "");
  if (VAGUE_EN.test(bare)) return { kind: "vague" };
  const subject =
    INSTEAD_EN.exec(bare)?.[1] ??
    (AND_FOR.test(bare) && /\?\s*$/u.test(line) && bare.length <= 40 ? bare : undefined) ??
    (/^and\b/iu.test(whole) && /\?\s*$/u.test(line) && !ASKS_EN.test(bare) && bare.length <= 40 ? bare : undefined);
  if (subject !== undefined) return NO_SUBJECT.test(subject) ? NONE : { kind: "instead", subject };
  if (!ASKS_EN.test(line)) return NONE;
  const pronoun = EMPTY_IT.test(line) ? null : PRONOUN_EN.exec(line);
  if (pronoun !== null && !OWN_NOUN.test(line.slice(pronoun.index))) {
    const start = pronoun.index;
    return { kind: "pronoun", line, start, end: start + pronoun[0].length, noun: "" };
  }
  const words = bare.toLowerCase().match(/[\p{L}\p{N}'_-]+/gu) ?? [];
  const asking = words.some((word) => /^(?:how|what|when|where|who|whom|which)$/u.test(word));
  // "Who?", "What?" and "How?" alone are asked of people.
  return asking &&
    (words.length > 1 || /^whe(?:n|re)$/u.test(bare.toLowerCase())) &&
    words.every((word) => SUBJECTLESS_EN.has(word))
    ? { kind: "bare", line }
    : NONE;
}
