// Charts start as pictures drawn on the server and become interactive when the chart script has come.
// Vega runs on its expression interpreter (ast: true): the page forbids making code from text. It draws on a canvas
// and tooltips are ours, because the ones it brings would put styles into the page.

/** Loads the chart script once; it may take some seconds the very first time. */
let loading;
function script(address) {
  loading ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
  return loading;
}

/** The specification in the colours of the dark theme: each colour of the light one has its partner in `dark`. */
function coloured(value, partners) {
  if (typeof value === "string") return partners[value] ?? value;
  if (Array.isArray(value)) return value.map((inner) => coloured(inner, partners));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner, partners)]));
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const tip = document.createElement("div");
tip.className = "tip";
tip.setAttribute("role", "status");
tip.hidden = true;

function showTip(handler, event, item, value) {
  if (value === null || value === undefined || value === "") {
    tip.hidden = true;
    return;
  }
  const list = document.createElement("dl");
  const pairs = typeof value === "object" ? Object.entries(value) : [["", value]];
  for (const [name, text] of pairs) {
    if (text === null || text === undefined || text === "") continue;
    const term = document.createElement("dt");
    const number = document.createElement("dd");
    term.textContent = name;
    number.textContent = String(text);
    list.append(term, number);
  }
  tip.replaceChildren(list);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - 16 - box.width : event.clientX + 16;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, Math.min(event.clientY + 16, innerHeight - box.height - 8))}px`;
}

async function draw(figure, state) {
  const { spec, dark } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  delete spec.$schema; // names the version it was written for; the script carries a newer one that reads it
  const place = figure.querySelector(".chart-live");
  figure.classList.add("live");
  const drawn = await window.vegaEmbed(place, isDark() ? coloured(spec, dark) : spec, {
    mode: "vega-lite",
    ast: true,
    renderer: "canvas",
    actions: false,
    defaultStyle: false,
    tooltip: showTip,
  });
  state.view?.finalize();
  state.view = drawn.view;
}

async function enliven(figure) {
  const state = {};
  try {
    await script(figure.dataset.script);
    await draw(figure, state);
  } catch {
    figure.classList.remove("live"); // the picture stays
    return;
  }
  document.addEventListener("laban:theme", () => draw(figure, state));
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
}

export function drawCharts() {
  document.body.append(tip);
  for (const figure of document.querySelectorAll("[data-chart]")) enliven(figure);
}
