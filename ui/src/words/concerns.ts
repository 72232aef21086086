// The words of what a case concerns in both languages; zh.ts and en.ts take them in.

export const concernsZh = {
  title: "涉及对象",
  loading: "正在查找附近的企业、房屋和人员…",
  unplaced: "事件没有点位，无法查找涉及对象。",
  none: "附近没有登记的企业、房屋或人员。",
  near: "{meters} 米内 {count} 个",
  people: "附近 {homes} 个地址登记 {count} 人",
  meters: "{count} 米",
  synthetic: "编造数据",
  why: "查看人员的用途（会留下记录）",
  whyNone: "不查看，只看人数",
};

export const concernsEn = {
  title: "Concerns",
  loading: "Looking for businesses, houses and people nearby…",
  unplaced: "The case has no point, so nothing can be looked for around it.",
  none: "No business, house or person is registered nearby.",
  near: "{count} within {meters} m",
  people: "{count} person at nearby addresses ({homes}) | {count} persons at nearby addresses ({homes})",
  meters: "{count} m",
  synthetic: "synthetic",
  why: "Why you look at persons (goes on record)",
  whyNone: "Not at all: numbers only",
};
