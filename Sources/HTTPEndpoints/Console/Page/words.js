// Every text of the page, in English and Korean, and how numbers are written.

const english = {
  overview: "Overview", functions: "Functions", apis: "APIs", queues: "Queues", triggers: "Triggers", bill: "Bill",
  live: "live", away: "reconnecting", hostIsAway: "The host can't be reached. Is martlet serve still running?",
  switchLanguage: "한국어", shortcuts: "Keyboard shortcuts", close: "Close",
  rate: "Invocations", perMinute: "per minute", errors: "Errors", ofAll: (share) => `${share} of all`, throttled: (count) => `${count} throttled`, p50: "Median", p99: "99th percentile",
  duration: "Duration", running: "Running now", environments: (all, free) => `${free} of ${all} environments free`,
  costSoFar: "Cost so far", atListPrice: "at list price", lastMinutes: "The last five minutes",
  succeeded: "Succeeded", failed: "Failed", recent: "Latest invocations", seeAll: "See all", since: "since",
  nothingYet: "Nothing has happened yet.", tryThis: "Invoke a function, send a request or a message, and it appears here.",
  invoke: "Invoke", event: "Event", function: "Function", invoking: "Running…", again: "Invoke again", edit: "Edit and invoke",
  payload: "Event", response: "Response", logs: "Logs", noLogs: "It printed nothing.", report: "Report", when: "Time",
  source: "Source", status: "Status", billed: "Billed", cost: "Cost", memory: "Memory", version: "Version", coldStart: "Cold start",
  requestID: "Request id", trace: "Trace", logStream: "Log stream", waiting: "Queue", init: "Init", run: "Run",
  truncated: (bytes) => `Only the beginning is kept; the whole has ${bytes}.`, streamed: (bytes) => `It was streamed, ${bytes}, and is not kept.`,
  dropped: "Event, response and logs of this invocation are not kept any more.",
  cantRepeat: "Its event is not kept whole, so it can't be sent again.",
  success: "Success", error: "Error", timeout: "Timeout", anyFunction: "Any function", anyStatus: "Any status",
  newer: (count) => `${count} newer`, ofMany: (count) => `${count} in all`, chooseOne: "Choose one to see everything about it.",
  requests: "Requests", try: "Try a request", routes: "Routes", playground: "Template playground", send: "Send", method: "Method",
  path: "Path", headers: "Headers", body: "Body", steps: "What happened, step by step", integration: "Integration",
  noSteps: "Steps are written down while this page is open, or with martlet serve --trace. This request came before.",
  route: "Route", api: "API", stage: "Stage", authorization: "Authorization", calls: "Calls", noRoutes: "The template has no API.",
  headersHint: "One a line: name: value", badHeaders: "A header is written name: value",
  template: "Template", params: "Parameters", context: "$context", stageVariables: "Stage variables", output: "Output",
  rendered: "Rendered as you type, as API Gateway would.", answers: (status) => `API Gateway answers such a request with ${status}.`,
  atLine: (line, column) => `Line ${line}, column ${column}`, notJSON: (name) => `${name} is no JSON`, phase: "Phase", request: "Request",
  overrides: "Overrides", visible: "Visible", inFlight: "In flight", delayed: "Delayed", oldest: "Oldest", depth: "Depth over time",
  messages: "Messages", sendMessage: "Send a message", purge: "Purge", purgeSure: (name) => `Delete every message of ${name}?`,
  redrive: "Redrive", redriveHint: "Moves what is here back to where it came from.", deadLetters: "Dead letters go to", attributes: "Attributes",
  noQueues: "There is no queue.", empty: "No messages.", group: "Message group", deduplication: "Deduplication id",
  received: (count) => `received ${count} ×`,
  sent: "Sent", purged: "Purged", redriven: "Moving messages back", requestsMade: "Requests", noTriggers: "No event source mapping.",
  pollers: "Pollers", batches: "Batches", polled: "Messages", emptyReceives: "Empty receives", filtered: "Filtered",
  enable: "Enable", disable: "Disable",
  throttles: "Throttles", partial: "Partly failed batches", queue: "Queue", idleCost: (count) => `${count} empty receives a month when idle`,
  total: "To pay", gross: "List price", credit: "Free tier", where: "Where the money goes", priced: "Line by line", item: "Item",
  quantity: "Quantity",
  free: "Free", amount: "Amount", projection: "A month of this", measuredPace: "at the pace measured so far", rateOf: "Requests a second",
  atRate: (rate) => `at ${rate} requests a second`, noQueueNamed: (service) => `${service}: requests that name no queue`,
  noBill: "Nothing has been used yet.", pricesOf: (region, date) => `Prices of ${region}, ${date}`, month: "A month",
  unpriced: "Without a price here", ago: (minutes) => `${minutes} min ago`, now: "now",
  peak: (count) => `at most ${count}`, peakIn: (count, seconds) => `at most ${count} in ${seconds} s`,
  keysViews: "the views", keysSearch: "filter", keysMove: "next, previous", keysInvoke: "write an event",
  keysSend: "invoke, send", keysHelp: "this help",
  memoryUsed: (used, size) => `${used} of ${size} MB`,
};

const korean = {
  overview: "개요", functions: "함수", apis: "API", queues: "큐", triggers: "트리거", bill: "요금",
  live: "실시간", away: "다시 연결하는 중", hostIsAway: "호스트에 연결할 수 없습니다. martlet serve가 실행 중인지 확인하세요.",
  switchLanguage: "English", shortcuts: "단축키", close: "닫기",
  rate: "호출", perMinute: "분당", errors: "오류", ofAll: (share) => `전체 대비 ${share}`, throttled: (count) => `스로틀 ${count}번`, p50: "중앙값", p99: "99번째 백분위",
  duration: "실행 시간", running: "실행 중", environments: (all, free) => `실행 환경 ${all}개 중 ${free}개 유휴`,
  costSoFar: "지금까지의 요금", atListPrice: "정가 기준", lastMinutes: "최근 5분",
  succeeded: "성공", failed: "실패", recent: "최근 호출", seeAll: "모두 보기", since: "시작:",
  nothingYet: "아직 아무 일도 없습니다.", tryThis: "함수를 호출하거나 요청·메시지를 보내면 여기에 나타납니다.",
  invoke: "호출", event: "이벤트", function: "함수", invoking: "실행 중…", again: "다시 호출", edit: "고쳐서 호출",
  payload: "이벤트", response: "응답", logs: "로그", noLogs: "출력이 없습니다.", report: "리포트", when: "시각",
  source: "출처", status: "상태", billed: "청구 시간", cost: "요금", memory: "메모리", version: "버전", coldStart: "콜드 스타트",
  requestID: "요청 ID", trace: "트레이스", logStream: "로그 스트림", waiting: "대기", init: "초기화", run: "실행",
  truncated: (bytes) => `앞부분만 보관했습니다. 전체 크기는 ${bytes}입니다.`, streamed: (bytes) => `스트리밍 응답(${bytes})이라 보관하지 않았습니다.`,
  dropped: "이 호출의 이벤트, 응답, 로그는 더 이상 보관하지 않습니다.", cantRepeat: "이벤트 전체가 남아 있지 않아 다시 보낼 수 없습니다.",
  success: "성공", error: "오류", timeout: "시간 초과", anyFunction: "모든 함수", anyStatus: "모든 상태",
  newer: (count) => `새 항목 ${count}개`, ofMany: (count) => `전체 ${count}개`, chooseOne: "하나를 고르면 자세한 내용을 볼 수 있습니다.",
  requests: "요청", try: "요청 보내 보기", routes: "경로", playground: "템플릿 실험", send: "보내기", method: "메서드",
  path: "경로", headers: "헤더", body: "본문", steps: "처리 과정", integration: "통합",
  noSteps: "처리 과정은 이 페이지가 열려 있거나 martlet serve --trace로 실행할 때 기록됩니다. 그 전에 온 요청입니다.",
  route: "경로", api: "API", stage: "스테이지", authorization: "권한 부여", calls: "대상", noRoutes: "템플릿에 API가 없습니다.",
  headersHint: "한 줄에 하나씩 — 이름: 값", badHeaders: "헤더는 이름: 값 형식으로 적습니다",
  template: "템플릿", params: "매개변수", context: "$context", stageVariables: "스테이지 변수", output: "결과",
  rendered: "입력하는 대로 API Gateway와 똑같이 렌더링합니다.", answers: (status) => `API Gateway라면 이 요청에 ${status}로 응답합니다.`,
  atLine: (line, column) => `${line}행 ${column}열`, notJSON: (name) => `${name}: JSON이 아닙니다`, phase: "단계", request: "요청",
  overrides: "재정의", visible: "사용 가능", inFlight: "처리 중", delayed: "지연", oldest: "가장 오래된 메시지", depth: "깊이 변화",
  messages: "메시지", sendMessage: "메시지 보내기", purge: "비우기", purgeSure: (name) => `${name}의 메시지를 모두 지울까요?`,
  redrive: "되돌려 보내기", redriveHint: "여기 있는 메시지를 원래 큐로 옮깁니다.", deadLetters: "배달 못 한 메시지 큐", attributes: "속성",
  noQueues: "큐가 없습니다.", empty: "메시지가 없습니다.", group: "메시지 그룹", deduplication: "중복 제거 ID", received: (count) => `${count}번 수신`,
  sent: "보냈습니다", purged: "비웠습니다", redriven: "메시지를 옮기는 중", requestsMade: "요청", noTriggers: "이벤트 소스 매핑이 없습니다.",
  pollers: "폴러", batches: "배치", polled: "메시지", emptyReceives: "빈 수신", filtered: "걸러짐", enable: "켜기", disable: "끄기",
  throttles: "스로틀", partial: "일부 실패한 배치", queue: "큐", idleCost: (count) => `유휴 상태에서 한 달에 빈 수신 ${count}번`,
  total: "낼 금액", gross: "정가", credit: "프리 티어", where: "어디에 드는가", priced: "항목별", item: "항목", quantity: "수량",
  free: "무료", amount: "금액", projection: "한 달이면", measuredPace: "지금까지의 속도로", rateOf: "초당 요청 수",
  atRate: (rate) => `초당 요청 ${rate}건으로`, noQueueNamed: (service) => `${service}: 큐를 지정하지 않은 요청`,
  noBill: "아직 사용한 것이 없습니다.", pricesOf: (region, date) => `${region} ${date} 기준 가격`, month: "한 달", unpriced: "가격이 없는 항목",
  ago: (minutes) => `${minutes}분 전`, now: "지금", peak: (count) => `최대 ${count}`, peakIn: (count, seconds) => `${seconds}초에 최대 ${count}`,
  keysViews: "화면 전환", keysSearch: "필터", keysMove: "다음, 이전", keysInvoke: "이벤트 입력", keysSend: "호출, 보내기", keysHelp: "이 도움말",
  memoryUsed: (used, size) => `${size}MB 중 ${used}MB`,
};

// Words that the host sends, by its own names for them; where there is none they stay as they are.
const englishNames = { api: "API" };
const koreanNames = {
  function: "함수", api: "API", queue: "큐",
  invoke: "호출", asynchronous: "비동기", gateway: "API", "function-url": "함수 URL",
  requests: "건", "GB-s": "GB-초",
  "lambda.requests": "Lambda 요청", "lambda.duration.x86_64": "Lambda 실행 시간 (x86_64)", "lambda.duration.arm64": "Lambda 실행 시간 (arm64)",
  "lambda.ephemeral-storage": "Lambda 임시 스토리지 (512MB 초과분)", "lambda.streamed": "Lambda 스트리밍 응답 (6MB 초과분)",
  "api.rest.requests": "REST API 요청", "api.http.requests": "HTTP API 요청 (512KB 단위)", "transfer.out": "인터넷으로 나가는 데이터",
  "sqs.standard.requests": "SQS 요청, 표준 (64KB 단위)", "sqs.fifo.requests": "SQS 요청, FIFO (64KB 단위)",
  "sqs.fair.requests": "SQS 요청, 공정 대기열 추가 요금",
};

const stored = localStorage.getItem("martlet.language");
export const language = stored === "ko" || stored === "en" ? stored : navigator.language.startsWith("ko") ? "ko" : "en";
const words = language === "ko" ? korean : english;

export function t(name, ...values) {
  const word = words[name];
  return typeof word === "function" ? word(...values) : word;
}

/** A word of the host's in the reader's language. */
export const named = (name, word = name) => (language === "ko" ? koreanNames : englishNames)[name] ?? word;

export function switchLanguage() {
  localStorage.setItem("martlet.language", language === "ko" ? "en" : "ko");
  location.reload();
}

const plain = new Intl.NumberFormat(language);
export const number = (value) => plain.format(value);
const fine = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
/** What may be far less than one: the digits that say something. */
export const quantity = (value) => (Math.abs(value) < 1 ? fine : plain).format(value);

const units = language === "ko" ? { seconds: "초", minutes: "분", hours: "시간" } : { seconds: " s", minutes: " min", hours: " h" };

export function milliseconds(value) {
  if (value >= 60000) return `${plain.format(Math.round(value / 6000) / 10)}${units.minutes}`;
  if (value >= 1000) return `${plain.format(Math.round(value / 10) / 100)}${units.seconds}`;
  return `${plain.format(value >= 100 ? Math.round(value) : Math.round(value * 100) / 100)} ms`;
}

export function bytes(value) {
  if (value < 1024) return `${plain.format(value)} B`;
  if (value < 1048576) return `${plain.format(Math.round(value / 102.4) / 10)} KB`;
  return `${plain.format(Math.round(value / 104857.6) / 10)} MB`;
}

/** Dollars: two decimals, and of less than a cent so many digits that say something. */
export function money(value, digits = 3) {
  const amount = Number(value);
  if (amount === 0) return "$0";
  if (Math.abs(amount) >= 0.01) return new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(amount);
  const decimals = Math.min(18, digits - 1 - Math.floor(Math.log10(Math.abs(amount))));
  return `$${amount.toFixed(decimals).replace(/0+$/, "")}`;
}

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});
const full = new Intl.DateTimeFormat(language, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const short = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const time = (value) => clock.format(new Date(value));
export const shortTime = (value) => short.format(new Date(value));
export const dateTime = (value) => full.format(new Date(value));

export function age(value) {
  const seconds = value / 1000;
  if (seconds < 1) return `${Math.round(value)} ms`;
  if (seconds < 120) return `${Math.round(seconds)}${units.seconds}`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}${units.minutes}`;
  return `${Math.round(seconds / 3600)}${units.hours}`;
}
