/**
 * A day of three groups, made up. One line a message: `[what] @ who: text #+`.
 * `@` mentions the bot; `#+` and `#-` are the owner's label (to answer, to leave alone); `[what]` is how it ended where gate
 * and documents do not decide that: a reason of silence, `heard`, `recalled`, `expired`, `command`, `joined` to the line
 * before, or `failed:CODE`.
 */
export interface DemoGroup {
  channel: string;
  conversationId: string;
  chat: string;
}

export const DEMO_GROUPS: readonly DemoGroup[] = [
  {
    channel: "apartments",
    conversationId: "oc_residents",
    chat: `
林晓: 早，今天电梯终于修好了
周航: 早～
周航: 昨晚三点还在响，差点没睡着
陈默: 请问如何退公寓的时候需要注意什么？
林晓: 你要走啦？
陈默: 嗯，下个月换城市
[human-first] 陈默: 押金一般多久能退回来
苏宁: 我上次差不多两周到账
@ 陈默: 退宿要提前多久申请？发到哪个邮箱 #+
陈默: 收到，谢谢 #-
王可: 有人捡到一把雨伞吗，蓝色的 #-
林晓: 没看到诶
王可: 好吧，可能落在食堂了
高远: 今天食堂的红烧肉不错
高远: 强烈推荐 #-
周航: 几点收摊？ #-
高远: 一点半吧
刘佳: 物业几点下班？ #+
[already-answered] 赵明: 物业到几点来着
刘佳: 谢啦
[heard] 值班机器人: 【通知】今日 14:00–15:00 二号楼停水检修
周航: 又停水……
林晓: 提前接一盆
@ 沈一: 公寓到地铁站远不远，走过去要多久 #+
沈一: 那还挺近
王可: 雨伞找到了！
苏宁: 🎉
赵明: 宿舍的空调遥控器坏了，该找谁修？
[joined] 赵明: 按了没反应，换过电池了
林晓: 打物业电话就行
[recalled] 高远: 谁有多余的充电器借一下
高远: 借到了
刘佳: 水电费怎么算的，是从工资里扣吗 #+
陈默: 我记得是每月抄表
[over-budget] 沈一: 网费包含在房租里吗
王可: 周末有人打羽毛球吗 #-
周航: +1
高远: +1
苏宁: 周六下午可以
沈一: How do I register a guest who stays overnight? #-
林晓: 这个好像要问前台
[muted] 刘佳: 洗衣房在几楼
赵明: 二楼
刘佳: 好的
@ 王可: 你能帮我点个外卖吗 #-
周航: 哈哈哈哈
王可: 试一下嘛
孙悦: 新来的，大家好
林晓: 欢迎～
孙悦: 请问入住当天要带什么材料？ #+
[joined] 孙悦: 另外几点可以办入住
孙悦: 谢谢机器人，很清楚
@ 孙悦: 柜子如果弄坏了退宿的时候要赔多少 #+
高远: 桌子大概两百多？我瞎猜的
孙悦: 原来有清单
沈一: 今天好热 #-
周航: 三十八度
苏宁: 快下雨吧
[command] 林晓: /why
[command] 林晓: /mute 30m
陈默: 快递柜的码过期了怎么办 #-
王可: 找快递员重发
赵明: 房间里的窗帘可以自己换吗
林晓: 没人管吧
[expired] 孙悦: 门禁卡丢了去哪里补
苏宁: 前台补，要登记
刘佳: 晚安
`,
  },
  {
    channel: "platform",
    conversationId: "wr_model_api",
    chat: `
Mia: morning all
David: morning
张弛: alles-apin 的 Claude 接口地址是什么？
[human-first] David: what header carries the token for alles-apin
张弛: alles-apin-token
Mia: thanks!
何川: 昨天的压测报告发群文件了
Mia: will read after standup
@ David: Which parameter limits the number of generated tokens in the dolly 12b API? #+
David: perfect
吴桐: qwen-max 支持多大的上下文长度？ #+
何川: 好像是 8k
[already-answered] 张弛: qwen-max 最多能输入多少 token
张弛: ok
Mia: can someone review my PR please #-
David: on it
吴桐: CI 又红了 #-
何川: flaky，重跑一下
吴桐: 绿了
@ Mia: What does error code 336003 mean in qianfan? #+
[joined] Mia: it happens when I send an empty message list
Mia: got it, thank you
何川: 谁把测试环境的库删了？？ #-
张弛: ……不是我
David: not me either
吴桐: 我恢复一下备份
[failed:model_unreachable] @ 何川: AIMHUB 的 qwen-max 怎么开流式返回
何川: 机器人挂了？
吴桐: 网络抖了一下
@ 何川: AIMHUB 的 qwen-max 怎么开启流式返回？
何川: 好了
Mia: lunch? #-
David: 12:15 downstairs
张弛: 我带饭了
吴桐: temperature 的取值范围是多少？ #+
[heard] build-bot: main #4182 passed in 6m 12s
[heard] build-bot: main #4183 failed: lint
David: looking
@ David: write me a haiku about failing builds #-
Mia: lol
David: worth a try
何川: 大家月底前把 OKR 填一下 #-
张弛: 收到
吴桐: 收到
Mia: will do
[over-budget] 张弛: 百度翻译接口支持哪些语言
[over-budget] 吴桐: 讯飞星火的接口要传哪些参数
何川: 这两个手册里都有，翻翻看
吴桐: 好
@ 吴桐: alles-apin 里 MiniMax 的请求示例有吗 #+
David: who owns the staging cluster now? #-
何川: @吴桐 你那边的 key 申请下来了吗
吴桐: 下来了
Mia: How many requests per minute may I send to qwen-max? #+
David: depends on the tier, ask the platform team
[human-first] Mia: is there a sandbox for the translation API
张弛: 有，测试 token 找我要
Mia: 👍
@ 张弛: 文心一言的 access token 过期了怎么刷新 #-
何川: 今晚要上线吗
吴桐: 八点
David: I'll be around
何川: 那八点会议室见
[quiet-hours] 张弛: gemini 接口怎么传图片
[quiet-hours] Mia: what is the max image size for gemini vision
张弛: 明天再看
吴桐: 上线完成，收工
Mia: 🎉🎉
David: good night
`,
  },
  {
    channel: "newcomers",
    conversationId: "2026 新员工群",
    chat: `
人事小赵: 欢迎本周入职的七位同学！
李响: 大家好
田甜: 大家好呀
马骁: 你好你好
人事小赵: 有问题直接在群里问，机器人也会帮忙
田甜: 公寓的具体地址在哪里，打车怎么定位？
田甜: 太好了
李响: 我是从虹桥过去，大概多久？ #-
马骁: 一个小时吧
@ 马骁: 入住前需要自己买床垫吗 #+
马骁: 明白
杨帆: 工牌什么时候能拿到？ #-
人事小赵: 报到当天
杨帆: 好的，谢谢
[human-first] 李响: 入住要提前跟谁联系
人事小赵: 联系公寓管家，电话我私信你
李响: 收到
田甜: 有没有一起拼车的 #-
杨帆: 我！
马骁: 加我一个
田甜: 那八点集合
李响: 房间里有 WiFi 吗？要自己办吗 #+
[joined] 李响: 带宽大概多少
杨帆: 听说挺快
@ 杨帆: 可以养猫吗 #-
杨帆: 好吧……
许诺: 请问水费电费的单价是多少？ #+
许诺: 收到～
马骁: 附近有健身房吗 #-
田甜: 园区里有一个
马骁: 要办卡吗
[recalled] 许诺: 发错了
许诺: 抱歉发错群了
李响: 报到那天带身份证原件吗
人事小赵: 带原件和一张照片
@ 李响: 公寓的钥匙丢了要赔多少钱
李响: 还好不贵
杨帆: 今天的培训几点开始？ #-
人事小赵: 下午两点，三号楼报告厅
田甜: 有直播吗
人事小赵: 有回放
许诺: 宿舍能不能做饭，厨房里有什么 #+
马骁: 终于可以自己煮面了
田甜: 哈哈
[heard] 小冰: 今日上海晴，31℃
@ 田甜: What should I do if the heater in my room is broken? #+
田甜: ok
许诺: 电梯卡在几楼都能用吗
杨帆: 都能
李响: 周末有班车吗
马骁: 好像没有
[muted] 李响: 退宿的流程是什么
[muted] 田甜: 公寓有停车位吗
人事小赵: 这两个我晚点统一答复
田甜: 好的谢谢
许诺: 明天见
马骁: 明天见
[expired] 杨帆: 公寓快递地址怎么写
田甜: 写楼号加房间号就行
`,
  },
];
