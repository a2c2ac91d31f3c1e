/// What makes the tasks of a report searchable. Texts go into the page as text alone.
enum ReportScript {
  static let text = #"""
    "use strict";
    const data = JSON.parse(document.getElementById("data").textContent);
    const ID = 0, ROUND = 1, CLASS = 2, TASK = 3, PAIRS = 4, NEAR = 5, NEAREST = 6, SHOWN = 7, AUTHOR = 8,
      ANSWERER = 9, REVIEW = 10;
    const PAGE = 50, CLIP = 2000;
    const field = name => document.getElementById(name);
    const places = new Map(data.tasks.map((task, place) => [task[ID], place]));
    const searched = [];
    let found = [], page = 0;

    // Marks that turn the direction of writing round, or cannot be seen, are shown by name.
    const hidden = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
    function fill(element, text) {
      let plain = "";
      for (const sign of text) {
        if (!hidden.test(sign)) { plain += sign; continue; }
        if (plain) element.append(plain);
        plain = "";
        const mark = document.createElement("span");
        mark.className = "mark";
        mark.textContent = "U+" + sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
        element.append(mark);
      }
      if (plain) element.append(plain);
      return element;
    }
    function make(name, className, text) {
      const element = document.createElement(name);
      if (className) element.className = className;
      return text === undefined ? element : fill(element, text);
    }
    function said(text) {
      const element = make("p", "said");
      element.dir = "auto";
      if (text.length <= CLIP) return fill(element, text);
      fill(element, text.slice(0, CLIP) + " ");
      const more = make("button", "", "all " + text.length.toLocaleString("en") + " characters");
      more.type = "button";
      more.addEventListener("click", () => { element.replaceChildren(); fill(element, text); });
      element.append(more);
      return element;
    }
    function kind(task) {
      return task[CLASS] ? "classification" : task[PAIRS][0] ? "input" : "no input";
    }
    function words(place) {
      const task = data.tasks[place];
      return searched[place] ??= (task[ID] + "\n" + task[TASK] + "\n" + task[PAIRS].join("\n")).toLowerCase();
    }
    function link(id) {
      const line = make("p", "said");
      line.dir = "auto";
      const place = places.get(id);
      if (place !== undefined) {
        const button = make("button", "", id);
        button.type = "button";
        button.addEventListener("click", () => { field("query").value = id; choose(); open(0); });
        line.append(button, " ");
        return fill(line, data.tasks[place][TASK]);
      }
      return fill(line, id + (data.seeds[id] ? "  " + data.seeds[id] : ""));
    }
    function body(task) {
      const element = make("div", "body");
      const part = (title, ...nodes) => element.append(make("h3", "", title), ...nodes);
      for (let i = 0; i < task[PAIRS].length; i += 2) {
        if (task[PAIRS][i]) part("Input", said(task[PAIRS][i]));
        part("Output", said(task[PAIRS][i + 1]));
      }
      if (task[NEAREST]) part("Nearest kept before, ROUGE-L F " + task[NEAR].toFixed(2), link(task[NEAREST]));
      if (task[SHOWN].length) part("Grown from", ...task[SHOWN].map(link));
      const names = [task[AUTHOR], task[ANSWERER]].map(place => data.models[place] ?? "unknown");
      part("Written by", make("p", "said", names[0] === names[1] ? names[0] : names[0] + ", answered by " + names[1]));
      if (task[REVIEW]) part("Review", make("p", "said", task[REVIEW]));
      return element;
    }
    function entry(place) {
      const task = data.tasks[place], element = make("details"), summary = make("summary");
      const text = task[TASK].length > 300 ? task[TASK].slice(0, 300) + "…" : task[TASK];
      const title = make("span", "said", text);
      title.dir = "auto";
      summary.append(title, make("span", "about", task[ID] + " · round " + task[ROUND] + " · " + kind(task)
        + (task[NEAR] === null ? "" : " · nearest " + task[NEAR].toFixed(2))));
      element.append(summary);
      element.addEventListener("toggle", () => {
        if (!element.open || element.children.length > 1) return;
        const content = body(task);
        if (task[TASK].length > 300) content.prepend(said(task[TASK]));
        element.append(content);
      });
      const item = make("li");
      item.append(element);
      return item;
    }
    function open(index) {
      const element = field("list").children[index]?.firstChild;
      if (!element) return;
      element.open = true;
      element.firstChild.focus();
    }
    function show() {
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      page = Math.min(Math.max(0, page), pages - 1);
      field("list").replaceChildren(...found.slice(page * PAGE, (page + 1) * PAGE).map(entry));
      field("found").textContent = found.length.toLocaleString("en") + " of "
        + data.tasks.length.toLocaleString("en") + " tasks";
      field("page").textContent = "page " + (page + 1) + " of " + pages.toLocaleString("en");
      field("before").disabled = page === 0;
      field("after").disabled = page === pages - 1;
    }
    function choose() {
      const parts = field("query").value.toLowerCase().split(/\s+/).filter(part => part);
      const [wantedKind, round, model] = ["kind", "round", "model"].map(name => field(name).value);
      found = [];
      data.tasks.forEach((task, place) => {
        if (wantedKind && kind(task) !== wantedKind) return;
        if (round && String(task[ROUND]) !== round) return;
        if (model && String(task[AUTHOR]) !== model && String(task[ANSWERER]) !== model) return;
        if (parts.every(part => words(place).includes(part))) found.push(place);
      });
      const order = field("order").value;
      const size = place => data.tasks[place][PAIRS].reduce((sum, text, i) => sum + (i % 2 ? text.length : 0), 0);
      if (order === "near") found.sort((a, b) => (data.tasks[b][NEAR] ?? 0) - (data.tasks[a][NEAR] ?? 0) || a - b);
      if (order === "long") found.sort((a, b) => size(b) - size(a) || a - b);
      page = 0;
      show();
    }
    function option(list, value, text) {
      const element = make("option", "", text);
      element.value = value;
      field(list).append(element);
    }
    [...new Set(data.tasks.map(task => task[ROUND]))].forEach(round => option("round", String(round), String(round)));
    data.models.forEach((name, place) => option("model", String(place), name));
    field("filter").addEventListener("submit", event => event.preventDefault());
    let wait = 0;
    field("query").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(choose, 150); });
    for (const name of ["kind", "round", "model", "order"]) field(name).addEventListener("change", choose);
    const turn = step => { page += step; show(); field("tasks").scrollIntoView(); };
    field("before").addEventListener("click", () => turn(-1));
    field("after").addEventListener("click", () => turn(1));
    choose();
    """#
}
