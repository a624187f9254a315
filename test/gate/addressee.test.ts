import { expect, test } from "vitest";
import { isForSomeoneElse, withoutCall } from "../../src/gate/addressee.ts";
import { judgeQuestion } from "../../src/gate/question.ts";

test.each([
  "@张三 你那个文档呢？",
  "@张工 押金收据你那边找到了吗？",
  "＠小王 你看一下这个接口",
  "押金收据找到了吗 @张三",
  "麻烦 @李四 看一下这个报错",
  "@all @张三 周报记得交",
  "@Alice can you check this?",
  "张三，发一下合同",
  "张三，你那个文档呢？",
  "王小明，帮我看下这个接口为什么报错",
  "李雷，下午记得把钥匙还给物业",
  "小王帮我看下",
  "小王，接口通了吗",
  "小李，下午的会改到几点了？",
  "老马你那边退宿办了吗",
  "阿杜，过来一下",
  "张工，押金收据放哪了？",
  "王老师，您看这个方案行吗",
  "李老师您有空吗",
  "陈总，合同发您邮箱了",
  "老师您看下这个",
  "老师您看这样改可以吗",
  "领导您看下这个预算",
  "学长你那份代码能发我吗",
  "张三你那个文档呢",
  "刘洋把会议纪要发一下",
  "Alice, can you check this?",
  "Bob, did you get the key?",
  "Hi Carol, could you review my change?",
  "Dr. Wang, would you join the call?",
  "Tom: please review the pull request",
  "Can you check this, Alice?",
  "Mary, where are you?",
])("leaves %j to the one it is spoken to", (line) => {
  expect(isForSomeoneElse(line)).toBe(true);
  expect(judgeQuestion(line).reason).toBe("addressed-to-someone-else");
});

test.each([
  "王老师的电话是多少？",
  "张江怎么去？",
  "MinerU 怎么安装？",
  "Kimi 怎么调用？",
  "@all 退宿要提前几天？",
  "@所有人 谁知道物业电话",
  "@咸亨 押金怎么退？",
  "@xianheng how do I get a token?",
  "@群助手 物业几点下班",
  "周末，物业上班吗？",
  "周五，物业几点下班",
  "范围，默认值分别是多少",
  "文件，怎么下载",
  "万一你们不在怎么办",
  "任何人帮我看下这个报错",
  "小程序，怎么绑定",
  "小时工怎么预约",
  "老师，押金怎么退？",
  "老师您好，请问如何退宿",
  "老师您知道怎么退宿吗",
  "各位老师，退宿要带什么？",
  "同学们，入住要带什么",
  "你好，请问押金怎么退",
  "你们的办公时间是几点",
  "高温补贴怎么申请",
  "张三丰是谁",
  "发到 APTService@pjlab.org.cn 可以吗",
  "@langchain/core 怎么安装？",
  "@Transactional 注解怎么用",
  "docker@24.0 支持吗",
  "编译不过，怎么办？\n@Override\npublic void run() {}",
  "```\n@Injectable()\n```\n这段为什么报错？",
  "帮我看看这个错误 Request timed out",
  "Hi, can you tell me how to get a token?",
  "Hello, could you help me with the claude endpoint?",
  "Hi all, can you recommend a model?",
  "Docker, how do I install it?",
  "Can you explain temperature, please?",
  "Also, can you set it to 0?",
  "What does Alice say about the deposit?",
  "Claude, Gemini and Spark: which endpoints stream?",
])("does not take %j for somebody else's", (line) => {
  expect(isForSomeoneElse(line)).toBe(false);
  expect(judgeQuestion(line).reason).not.toBe("addressed-to-someone-else");
});

test("a call to everybody or to the assistant says nothing of the rest", () => {
  expect(withoutCall("@咸亨，押金怎么退？")).toBe("押金怎么退？");
  expect(withoutCall("@all 收到")).toBe("收到");
  expect(withoutCall("@张三 收到")).toBe("@张三 收到");
  expect(judgeQuestion("@咸亨 押金怎么退？").probability).toBe(judgeQuestion("押金怎么退？").probability);
  expect(judgeQuestion("@all 收到").probability).toBeLessThan(0.5);
});

test("a line of a megabyte of marks and names is read at once", () => {
  expect(isForSomeoneElse("@".repeat(1_000_000))).toBe(false);
  expect(judgeQuestion("张三，".repeat(300_000)).probability).toBeLessThan(0.5);
});
