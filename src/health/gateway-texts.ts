import type { ErrorCode, GatewayFault } from "../core/errors.ts";
import type { Locale } from "../core/runtime.ts";

/** What is known of a gateway that did not answer. */
export interface FaultFacts {
  /** `provider/model` */
  id: string;
  provider: string;
  modelName: string;
  /** Variables that hold its keys, the unset ones where that is the fault. */
  keyVariables: string[];
  baseUrl: string;
  host: string;
  isLocal: boolean;
  /** Whether a variable names a proxy. */
  hasProxy: boolean;
  /** What the gateway itself offers, where it could be asked. */
  offered: string[];
  /** The offered model that is nearest to the configured one. */
  nearest: string | undefined;
  /** The error's own sentence, in English; ends without a full stop. */
  said: string;
}

/** What is wrong, and what to do about it. */
export interface FaultTexts {
  detail: string;
  remedy: string;
}

type Describe = (facts: FaultFacts) => FaultTexts;

/** Faults by name, and the codes that have no finer name. */
export type DescribedFault =
  | GatewayFault
  | Extract<
      ErrorCode,
      | "timeout"
      | "package_missing"
      | "model_budget_spent"
      | "model_bad_reply"
      | "model_rejected_request"
      | "model_unreachable"
    >;

const MOST_NAMES = 5;

/** Gateways whose addresses end before the version. */
const UNVERSIONED = ["alles-apin", "qianfan", "puyu"];

/** Addresses of OpenAI's dialect end with a version. */
function lacksVersion(provider: string, baseUrl: string): boolean {
  return !UNVERSIONED.includes(provider) && !/\/v\d/u.test(baseUrl);
}

const en: Record<DescribedFault, Describe> = {
  "key-unset": ({ id, keyVariables }) =>
    keyVariables.length === 0
      ? { detail: `${id} has no key`, remedy: "Name the variable that holds the key in api_key_env of this [[llm]]." }
      : {
          detail: `${id}: ${keyVariables.join(" and ")} ${keyVariables.length === 1 ? "is" : "are"} not set`,
          remedy: `Set the key where Xianheng is started: export ${keyVariables[0]}=…`,
        },
  "key-malformed": ({ id, keyVariables }) => ({
    detail: `${id}: the key in ${keyVariables.join(" or ")} has blanks, line breaks or letters outside ASCII`,
    remedy: "Copy the key again, without quotes, line breaks and the word Bearer.",
  }),
  "key-refused": ({ id, keyVariables, host, said }) => ({
    detail: `${id}: the gateway refused the key (${said})`,
    remedy:
      keyVariables.length === 0
        ? "This gateway wants a key: name its variable in api_key_env of this [[llm]]."
        : `Check that ${keyVariables.join(" and ")} holds a key of ${host} that is valid and may use this model.`,
  }),
  "quota-used-up": ({ id, host, said }) => ({
    detail: `${id}: the account has no quota or money left (${said})`,
    remedy: `Top the account at ${host} up, or put another [[llm]] first.`,
  }),
  "rate-limited": ({ id, said }) => ({
    detail: `${id}: the gateway limits us (${said})`,
    remedy: "Wait a minute, and lower requests_per_minute or tokens_per_minute to what the gateway allows.",
  }),
  "model-unknown": ({ id, modelName, nearest, offered, provider }) => ({
    detail: `${id}: the gateway has no model "${modelName}"`,
    remedy:
      nearest !== undefined
        ? `Did you mean model = "${nearest}"? All names: xianheng models --provider ${provider}`
        : offered.length > 0
          ? `It offers ${offered.slice(0, MOST_NAMES).join(", ")}${offered.length > MOST_NAMES ? " …" : ""}; all names: xianheng models --provider ${provider}`
          : "Take the model's name from the gateway's document, letter by letter.",
  }),
  "endpoint-unknown": ({ id, provider, baseUrl, said }) => ({
    detail: `${id}: there is no such interface at ${baseUrl} (${said})`,
    remedy: baseUrl.endsWith("/completions")
      ? "base_url ends before /chat/completions, which is added: leave that part out."
      : lacksVersion(provider, baseUrl)
        ? `Most addresses end with a version: try base_url = "${baseUrl}/v1".`
        : "Check the path of base_url with the gateway's document, and that provider is the right one.",
  }),
  "nothing-listens": ({ id, host, isLocal, provider }) => ({
    detail: `${id}: nothing listens at ${host}`,
    remedy: isLocal
      ? `Start the server${provider === "ollama" ? " (ollama serve)" : provider === "vllm" ? " (vllm serve MODEL)" : ""}, or correct host and port in base_url.`
      : "Check host and port in base_url, and that no firewall closes them.",
  }),
  "host-unknown": ({ id, host, hasProxy }) => ({
    detail: `${id}: there is no host ${host} that this machine can find`,
    remedy: `Check the spelling of base_url and the DNS of this machine.${proxyHintEn(hasProxy)}`,
  }),
  "no-way-there": ({ id, host, hasProxy }) => ({
    detail: `${id}: ${host} cannot be reached from this machine`,
    remedy: `Check network and firewall.${proxyHintEn(hasProxy)}`,
  }),
  certificate: ({ id, host, said }) => ({
    detail: `${id}: the certificate of ${host} is not trusted (${said})`,
    remedy:
      "Check host and clock; where your own network re-signs TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.",
  }),
  redirected: ({ id, said }) => ({
    detail: `${id}: the address leads elsewhere (${said})`,
    remedy: "Put the final address into base_url; keys are not sent after a redirect to another host.",
  }),
  "not-an-api": ({ id, provider, baseUrl }) => ({
    detail: `${id}: ${baseUrl} answered with a web page`,
    remedy: `That is a sign-in page of the network, or base_url is a website${lacksVersion(provider, baseUrl) ? ' (is "/v1" missing at its end?)' : ""}: open it in a browser.`,
  }),
  timeout: ({ id, hasProxy, isLocal, said }) => ({
    detail: `${id}: no reply in time (${said})`,
    remedy: `Raise timeout_s of this [[llm]], or check that the network reaches it.${isLocal ? "" : proxyHintEn(hasProxy)}`,
  }),
  package_missing: ({ id, said }) => ({
    detail: `${id}: ${said}`,
    remedy: "Install the package where Xianheng is installed.",
  }),
  model_budget_spent: ({ id, said }) => ({
    detail: `${id}: today's budget is spent (${said})`,
    remedy: "It is full again tomorrow; or raise max_tokens_per_day of this [[llm]].",
  }),
  model_bad_reply: ({ id, said }) => ({
    detail: `${id}: the answer is not what its document promises (${said})`,
    remedy: "Check that provider (and api) fit this address, and that the model is one for chat.",
  }),
  model_rejected_request: ({ id, said }) => ({
    detail: `${id}: the gateway refused the request (${said})`,
    remedy: "Its words say why; check model and the settings of this [[llm]].",
  }),
  model_unreachable: ({ id, said }) => ({
    detail: `${id}: the gateway is in trouble (${said})`,
    remedy: "Try again in some minutes; a second [[llm]] would answer meanwhile.",
  }),
};

function proxyHintEn(hasProxy: boolean): string {
  return hasProxy
    ? " Check the proxy that HTTPS_PROXY names as well."
    : " If this machine reaches the network through a proxy only, set HTTPS_PROXY=http://host:port.";
}

const zh: Record<DescribedFault, Describe> = {
  "key-unset": ({ id, keyVariables }) =>
    keyVariables.length === 0
      ? { detail: `${id} 没有密钥`, remedy: "请在这一段 [[llm]] 的 api_key_env 写上存放密钥的环境变量名。" }
      : {
          detail: `${id}：环境变量 ${keyVariables.join("、")} 没有设置`,
          remedy: `请在启动咸亨的环境里设置密钥：export ${keyVariables[0]}=…`,
        },
  "key-malformed": ({ id, keyVariables }) => ({
    detail: `${id}：${keyVariables.join("、")} 里的密钥含有空格、换行或非 ASCII 字符`,
    remedy: "请重新复制密钥，不要带引号、换行或 Bearer。",
  }),
  "key-refused": ({ id, keyVariables, host, said }) => ({
    detail: `${id}：网关拒绝了密钥（${said}）`,
    remedy:
      keyVariables.length === 0
        ? "该网关需要密钥：请在这一段 [[llm]] 的 api_key_env 写上环境变量名。"
        : `请确认 ${keyVariables.join("、")} 是 ${host} 的有效密钥，并且有权使用该模型。`,
  }),
  "quota-used-up": ({ id, host, said }) => ({
    detail: `${id}：账户额度或余额已用完（${said}）`,
    remedy: `请到 ${host} 充值，或把另一段 [[llm]] 放到最前面。`,
  }),
  "rate-limited": ({ id, said }) => ({
    detail: `${id}：被网关限流（${said}）`,
    remedy: "请稍等一分钟，并把 requests_per_minute 或 tokens_per_minute 调到网关允许的数值。",
  }),
  "model-unknown": ({ id, modelName, nearest, offered, provider }) => ({
    detail: `${id}：网关没有模型“${modelName}”`,
    remedy:
      nearest !== undefined
        ? `是不是 model = "${nearest}"？全部名称：xianheng models --provider ${provider}`
        : offered.length > 0
          ? `可用的有 ${offered.slice(0, MOST_NAMES).join("、")}${offered.length > MOST_NAMES ? " 等" : ""}；全部名称：xianheng models --provider ${provider}`
          : "请按网关文档逐字填写模型名。",
  }),
  "endpoint-unknown": ({ id, provider, baseUrl, said }) => ({
    detail: `${id}：${baseUrl} 没有这个接口（${said}）`,
    remedy: baseUrl.endsWith("/completions")
      ? "base_url 不含 /chat/completions（程序会自动加上），请去掉这一段。"
      : lacksVersion(provider, baseUrl)
        ? `地址一般以版本号结尾，请试试 base_url = "${baseUrl}/v1"。`
        : "请对照网关文档检查 base_url 的路径，并确认 provider 填对了。",
  }),
  "nothing-listens": ({ id, host, isLocal, provider }) => ({
    detail: `${id}：${host} 没有服务在监听`,
    remedy: isLocal
      ? `请启动服务${provider === "ollama" ? "（ollama serve）" : provider === "vllm" ? "（vllm serve MODEL）" : ""}，或改正 base_url 的主机和端口。`
      : "请检查 base_url 的主机和端口，并确认防火墙没有拦截。",
  }),
  "host-unknown": ({ id, host, hasProxy }) => ({
    detail: `${id}：本机找不到主机 ${host}`,
    remedy: `请检查 base_url 的拼写和本机 DNS。${proxyHintZh(hasProxy)}`,
  }),
  "no-way-there": ({ id, host, hasProxy }) => ({
    detail: `${id}：本机连不上 ${host}`,
    remedy: `请检查网络和防火墙。${proxyHintZh(hasProxy)}`,
  }),
  certificate: ({ id, host, said }) => ({
    detail: `${id}：${host} 的证书不受信任（${said}）`,
    remedy: "请检查主机名和系统时间；若公司网络会重签 TLS，请把 NODE_EXTRA_CA_CERTS 设为其证书文件。",
  }),
  redirected: ({ id, said }) => ({
    detail: `${id}：该地址被重定向（${said}）`,
    remedy: "请把最终地址写进 base_url；密钥不会随重定向发往其他主机。",
  }),
  "not-an-api": ({ id, provider, baseUrl }) => ({
    detail: `${id}：${baseUrl} 返回的是网页`,
    remedy: `可能是网络的登录页，或 base_url 是网站地址${lacksVersion(provider, baseUrl) ? "（末尾是不是少了 /v1？）" : ""}：请用浏览器打开看看。`,
  }),
  timeout: ({ id, hasProxy, isLocal, said }) => ({
    detail: `${id}：没有按时答复（${said}）`,
    remedy: `请调大这一段 [[llm]] 的 timeout_s，或检查网络。${isLocal ? "" : proxyHintZh(hasProxy)}`,
  }),
  package_missing: ({ id, said }) => ({ detail: `${id}：${said}`, remedy: "请在安装咸亨的地方安装这个包。" }),
  model_budget_spent: ({ id, said }) => ({
    detail: `${id}：今天的额度已用完（${said}）`,
    remedy: "明天会恢复；也可以调大这一段 [[llm]] 的 max_tokens_per_day。",
  }),
  model_bad_reply: ({ id, said }) => ({
    detail: `${id}：答复与其文档不符（${said}）`,
    remedy: "请确认 provider（及 api）与该地址相符，且该模型用于对话。",
  }),
  model_rejected_request: ({ id, said }) => ({
    detail: `${id}：网关拒绝了请求（${said}）`,
    remedy: "原因见网关原话；请检查 model 和这一段 [[llm]] 的设置。",
  }),
  model_unreachable: ({ id, said }) => ({
    detail: `${id}：网关出了故障（${said}）`,
    remedy: "请过几分钟再试；再配置一段 [[llm]] 可在此期间作答。",
  }),
};

function proxyHintZh(hasProxy: boolean): string {
  return hasProxy
    ? "另请检查 HTTPS_PROXY 所指的代理。"
    : "如果本机只能经代理上网，请设置 HTTPS_PROXY=http://主机:端口。";
}

/** Says what is wrong with a gateway in the owner's language. */
export function describeFault(fault: DescribedFault, facts: FaultFacts, locale: Locale): FaultTexts {
  return (locale === "zh" ? zh : en)[fault](facts);
}
