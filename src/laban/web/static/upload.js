// Dropping files: each is sent on its own, with its progress, and answered with what became of it.

const form = document.querySelector("#drop");
const input = form.querySelector("#files");
const list = document.querySelector("#sent");
const words = form.dataset;
const waiting = [];
let busy = false;

function line(name) {
  const item = document.createElement("li");
  item.className = "card pad sending";
  const title = document.createElement("p");
  const file = document.createElement("strong");
  file.className = "filename";
  file.textContent = name;
  const state = document.createElement("span");
  state.className = "quietly";
  title.append(file, " ", state);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(title, bar);
  list.prepend(item);
  return { item, state, bar };
}

function finish(row, text) {
  row.bar.remove();
  row.state.textContent = text;
  row.state.className = "bad";
}

/** Sends one file; the answer is a piece of this page, made on the server. */
function send(file, row) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const address = new URL(form.action);
    address.searchParams.set("part", "1");
    request.open("POST", address);
    request.upload.onprogress = (event) => {
      row.state.textContent = words.sending;
      if (event.lengthComputable) row.bar.value = event.loaded / event.total;
    };
    request.upload.onload = () => {
      row.state.textContent = words.reading;
      row.bar.removeAttribute("value");
    };
    request.onload = () => {
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const made = request.status === 200 ? answer.querySelectorAll("li.outcome") : [];
      if (made.length) row.item.replaceWith(...made);
      else finish(row, answer.querySelector("main .lead")?.textContent ?? words.failed);
      resolve();
    };
    request.onerror = () => {
      finish(row, words.failed);
      resolve();
    };
    const body = new FormData();
    body.append("files", file, file.name);
    request.send(body);
  });
}

/** Brings the list of imports and the state of the sources up to date. */
async function refresh() {
  const answer = await fetch(location.pathname + location.search);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const state = page.querySelector("#state");
  if (answer.ok && state) document.querySelector("#state").replaceWith(state);
}

async function work() {
  if (busy) return;
  busy = true;
  while (waiting.length) {
    const [file, row] = waiting.shift();
    await send(file, row);
  }
  busy = false;
  await refresh();
}

function take(files) {
  for (const file of files) {
    const row = line(file.name);
    if (file.size > Number(words.limit)) {
      finish(row, words.tooLarge);
      continue;
    }
    row.state.textContent = words.waiting;
    waiting.push([file, row]);
  }
  work();
}

/** All files in what was dropped, those in folders too. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  const visit = async (entry) => {
    if (entry.isFile) {
      found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inner of some) await visit(inner);
    }
  };
  for (const entry of entries) await visit(entry);
  return found.filter((file) => !file.name.startsWith("."));
}

let depth = 0;
document.addEventListener("dragenter", (event) => {
  event.preventDefault();
  depth += 1;
  form.classList.add("over");
});
document.addEventListener("dragleave", () => {
  depth -= 1;
  if (depth <= 0) form.classList.remove("over");
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  depth = 0;
  form.classList.remove("over");
  take(await dropped(event.dataTransfer));
});
form.querySelector("#choose").addEventListener("click", () => input.click());
input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});
form.classList.add("ready"); // last: what is shown now answers
form.querySelector("#choose").disabled = false;
