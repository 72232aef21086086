// 推荐类型与热点问题的用语。Words for suggested types and hot issues.
export const suggestZh = {
  title: "按文字推荐",
  pick: "选用“{type}”，把握 {sure}",
  spoken: "依据：{pieces}",
  sure: "把握较大",
  doubtful: "把握不足，请核对",
  by: "模型 {model}；把握达到 {threshold} 时，以往约 95% 正确",
};
export const suggestEn: typeof suggestZh = {
  title: "Suggested by the words",
  pick: "Take “{type}”, {sure} sure",
  spoken: "Because of: {pieces}",
  sure: "fairly sure",
  doubtful: "not sure enough, please check",
  by: "Model {model}; from {threshold} on about 95% were right so far",
};
export const hotZh = {
  title: "热点问题",
  none: "上次查找未发现异常聚集。",
  looked: "{time} 查找，近 {days} 天 {cases} 件",
  all: "各类事件聚集",
  words: "同类说法聚集",
  near: "{place}周边 {radius} 公里",
  counts: "近 {days} 天 {count} 件，按常理约 {expected} 件",
  chance: "若纯属偶然，至多 {times} 次查找出现一次",
  said: "都提到：{words}",
  and: "、",
  open: "查看这 {count} 件",
  cases: "热点 {count} 件",
};
export const hotEn: typeof hotZh = {
  title: "Hot issues",
  none: "The last search found nothing unusual.",
  looked: "Looked at {time}: {cases} case of {days} days | Looked at {time}: {cases} cases of {days} days",
  all: "Cases of all types together",
  words: "The same words again and again",
  near: "{radius} km around {place}",
  counts: "{count} in {days} day, about {expected} would be usual | {count} in {days} days, about {expected} would be usual",
  chance: "By chance alone this may come in every search | By chance alone this comes at most once in {times} searches",
  said: "They say alike: {words}",
  and: ", ",
  open: "See these {count}",
  cases: "Hot issue: {count}",
};
