// 时光回放与政策实验室的用语。Words for the time machine and the policy lab.
export const pastZh = {
  open: "回看",
  openSays: "查看过去任一时刻的大屏，只读",
  mark: "历史画面",
  markSays: "{time} 的状态，只读",
  when: "时刻",
  play: "播放",
  pause: "暂停",
  speed: "倍速",
  times: "{n} 倍",
  now: "回到现在",
  loading: "正在还原…",
  then: "看当时：{what}，{time}",
  thenSays: "看事件当时的样子",
  later: "此后",
};

export const pastEn: typeof pastZh = {
  open: "Look back",
  openSays: "See the wall as it was at any moment, read-only",
  mark: "PAST",
  markSays: "as it was at {time}, read-only",
  when: "Moment",
  play: "Play",
  pause: "Pause",
  speed: "Speed",
  times: "{n}x",
  now: "Back to now",
  loading: "Restoring…",
  then: "As it stood then: {what}, {time}",
  thenSays: "See the case as it stood then",
  later: "later",
};
