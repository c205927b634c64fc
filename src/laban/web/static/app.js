// Small comforts. Every page works without them.

const root = document.documentElement;
const YEAR = 365 * 24 * 3600;

function dark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The theme button changes the page in place; without this script it is a link that reloads. */
function themeButton(button) {
  const name = () => {
    const text = dark() ? button.dataset.light : button.dataset.dark;
    button.setAttribute("aria-label", text);
    button.title = text;
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    root.dataset.theme = dark() ? "light" : "dark";
    document.cookie = `laban_theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
    name();
    document.dispatchEvent(new CustomEvent("laban:theme"));
  });
  button.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      button.click();
    }
  });
  name();
}

/** Lists to choose from act at once; their buttons are for pages without scripts. */
function autoForm(form) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => {
    for (const field of form.elements) field.disabled = field.name !== "" && field.value === "";
    form.requestSubmit();
  });
}

/** A form answers while one types, in the part of the page that it names; the address and the languages follow. */
function liveForm(form, part) {
  let turn = 0;
  form.addEventListener("input", async () => {
    const mine = ++turn;
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    if (mine !== turn) return;
    const address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) address.searchParams.set(name, value);
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector(part);
    if (!answer.ok || !found || mine !== turn) return;
    document.querySelector(part).replaceWith(found);
    document.querySelector(".langs").replaceWith(page.querySelector(".langs"));
    for (const button of found.querySelectorAll("[data-copy]")) copyButton(button);
    history.replaceState(null, "", address);
  });
}

/** A button copies the text before it. Where the clipboard is closed to pages without https, a selection is copied. */
function copyButton(button) {
  const text = button.previousElementSibling;
  const name = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      done = document.execCommand("copy");
    }
    button.textContent = done ? button.dataset.done : button.dataset.failed;
    setTimeout(() => { button.textContent = name; }, done ? 2000 : 6000);
  });
}

for (const button of document.querySelectorAll("[data-copy]")) copyButton(button);
for (const form of document.querySelectorAll("#search")) liveForm(form, "#hits");
for (const form of document.querySelectorAll("#own-form")) liveForm(form, "#preview");
for (const form of document.querySelectorAll("form[data-live]")) liveForm(form, form.dataset.live);
for (const button of document.querySelectorAll("#theme")) themeButton(button);
for (const form of document.querySelectorAll("form[data-auto]")) autoForm(form);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("laban:theme"));
});
if (document.querySelector("[data-chart]")) {
  const { drawCharts } = await import("./chart.js");
  drawCharts();
}
