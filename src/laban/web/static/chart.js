// Charts start as pictures drawn on the server and become interactive when the chart script has come.
// Vega runs on its expression interpreter (ast: true), because the page forbids making code from text, and draws on a
// canvas. Reading a value is ours: the nearest week to the pointer or, by arrow keys, week by week.

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

function element(name, className, parent) {
  const made = document.createElement(name);
  made.className = className;
  parent.append(made);
  return made;
}

/** The events that the chart marks, as {day, title}. */
function eventsIn(layers) {
  return (layers ?? []).flatMap((layer) => [
    ...(layer.data?.values ?? []).filter((row) => row.title && row.day),
    ...eventsIn(layer.layer),
  ]);
}

/** Reads values off a drawn chart: a line and a dot at one week, and a box that says its numbers. */
class Reading {
  constructor(figure, place, spec) {
    this.figure = figure;
    this.place = place;
    this.rows = spec.data.values.filter((row) => row.value !== null);
    this.events = eventsIn(spec.layer);
    this.guide = element("div", "guide", place);
    this.dot = element("div", "guide-dot", place);
    this.tip = element("div", "tip", place);
    this.tip.setAttribute("role", "status");
    this.hide();
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-label", spec.description);
    place.addEventListener("pointermove", (event) => this.near(event.clientX));
    place.addEventListener("pointerdown", (event) => this.near(event.clientX));
    place.addEventListener("pointerleave", () => this.hide());
    place.addEventListener("blur", () => this.hide());
    place.addEventListener("keydown", (event) => this.key(event));
  }

  /** Where a row stands, in pixels of the chart's own box. */
  at(row) {
    const [left, top] = this.view.origin();
    return [left + this.view.scale("x")(Date.parse(row.day)), top + this.view.scale("y")(row.value)];
  }

  near(clientX) {
    if (!this.view || !this.rows.length) return;
    const x = clientX - this.place.querySelector("canvas").getBoundingClientRect().left;
    const distance = (row) => Math.abs(this.at(row)[0] - x);
    this.show(this.rows.reduce((best, row, index) => (distance(row) < distance(this.rows[best]) ? index : best), 0));
  }

  key(event) {
    const last = this.rows.length - 1;
    const here = this.index ?? last + 1;
    const targets = {
      ArrowLeft: here - 1,
      ArrowRight: here + 1,
      PageUp: here - 13,
      PageDown: here + 13,
      Home: 0,
      End: last,
    };
    if (event.key === "Escape") this.hide();
    if (!(event.key in targets) || !this.view || last < 0) return;
    event.preventDefault();
    this.show(Math.max(0, Math.min(last, targets[event.key])));
  }

  show(index) {
    this.index = index;
    const row = this.rows[index];
    const [x, y] = this.at(row);
    const canvas = this.place.querySelector("canvas");
    const [left, top] = [canvas.offsetLeft + x, canvas.offsetTop + y];
    this.guide.style.left = `${left}px`;
    this.dot.style.left = `${left}px`;
    this.dot.style.top = `${top}px`;
    this.write(row);
    this.guide.hidden = this.dot.hidden = this.tip.hidden = false;
    const room = this.place.clientWidth - this.tip.offsetWidth;
    const beside = left + 14 > room ? left - 14 - this.tip.offsetWidth : left + 14;
    this.tip.style.left = `${Math.max(0, Math.min(room, beside))}px`;
  }

  write(row) {
    const words = this.figure.dataset;
    const until = Date.parse(row.day) + 7 * 86400000;
    const happened = this.events.filter((event) => event.day >= row.day && Date.parse(event.day) < until);
    const title = document.createElement("p");
    title.textContent = row.period;
    const list = document.createElement("dl");
    for (const [name, text] of [[words.now, row.value_text], [words.before, row.baseline === null ? "" : row.baseline_text]]) {
      if (!text) continue;
      element("dt", "", list).textContent = name;
      element("dd", "", list).textContent = text;
    }
    this.tip.replaceChildren(title, list);
    if (row.partial) element("p", "tip-note", this.tip).textContent = words.partial;
    for (const event of happened) element("p", "tip-note", this.tip).textContent = event.title;
  }

  hide() {
    this.index = undefined;
    this.guide.hidden = this.dot.hidden = this.tip.hidden = true;
  }
}

/** Without the names of events: on a phone they would lie upon each other, and the box says them anyway. */
function withoutNames(spec) {
  if (!spec.layer) return spec;
  const layer = spec.layer.filter((inner) => inner.mark?.type !== "text").map(withoutNames);
  return { ...spec, layer };
}

async function draw(chart, spec, dark, reading) {
  reading.hide();
  const fitting = chart.clientWidth < 560 ? withoutNames(spec) : spec;
  const drawn = await window.vegaEmbed(chart, isDark() ? coloured(fitting, dark) : fitting, {
    mode: "vega-lite",
    ast: true,
    renderer: "canvas",
    actions: false,
    defaultStyle: false,
    tooltip: false,
  });
  const before = reading.view;
  reading.view = drawn.view;
  before?.finalize();
}

async function enliven(figure) {
  const { spec, dark } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  delete spec.$schema; // names the version it was written for; the script carries a newer one that reads it
  const place = figure.querySelector(".chart-live");
  const chart = element("div", "chart-canvas", place);
  try {
    await script(figure.dataset.script);
    figure.classList.add("live");
    const reading = new Reading(figure, place, spec);
    await draw(chart, spec, dark, reading);
    figure.classList.add("ready");
    document.addEventListener("laban:theme", () => draw(chart, spec, dark, reading));
  } catch {
    figure.classList.remove("live"); // the picture stays
  }
}

export function drawCharts() {
  for (const figure of document.querySelectorAll("[data-chart]")) enliven(figure);
}
