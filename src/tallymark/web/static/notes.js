// Small comforts only. Every task works without this file.
(function () {
  "use strict";
  var bar = document.getElementById("bar");
  var fit = bar ? bar.dataset.fit : "";
  var target = bar ? bar.dataset.exit : "about:blank";
  var open = bar ? bar.dataset.open === "yes" : false;
  var form = document.querySelector("form[data-keep]"), dirty = false;
  var IDLE = 300000, SAVE = 3000;

  function post(path, fields) {
    var body = new URLSearchParams(fields);
    body.set("fit", fit);
    return fetch(path, { method: "POST", body: body, keepalive: true, redirect: "manual", credentials: "same-origin" });
  }

  // Exit: the page goes dark first, then the diary is locked, then another page takes this one's place.
  function leave(event) {
    if (event) event.preventDefault();
    dirty = false;
    document.documentElement.hidden = true;
    document.title = "";
    try { post("/lock", {}).catch(function () {}); } catch (e) { /* the next line still leaves */ }
    location.replace(target);
  }
  addEventListener("pageshow", function (e) { if (e.persisted) location.replace("/"); });
  var link = document.getElementById("leave");
  if (link) link.addEventListener("click", leave);

  // Shift pressed three times alone does the same.
  var presses = 0, alone = false, timer = 0;
  addEventListener("keydown", function (e) { alone = e.key === "Shift" && !e.repeat; if (e.key !== "Shift") presses = 0; });
  addEventListener("keyup", function (e) {
    if (e.key !== "Shift" || !alone) return;
    presses += 1;
    clearTimeout(timer);
    timer = setTimeout(function () { presses = 0; }, 5000);
    if (presses === 3) leave();
  });

  // What is typed unseen can be shown.
  document.querySelectorAll("input[type=password]").forEach(function (box) {
    var line = document.createElement("div"), tick = document.createElement("input"), label = document.createElement("label");
    line.className = "choice";
    tick.type = "checkbox";
    tick.id = box.id + "-shown";
    tick.autocomplete = "off";
    label.htmlFor = tick.id;
    label.textContent = "Show what I type";
    tick.addEventListener("change", function () { box.type = tick.checked ? "text" : "password"; });
    if (box.form) box.form.addEventListener("submit", function () { box.type = "password"; });
    line.append(tick, label);
    box.after(line);
  });

  // What is typed is kept every three seconds.
  function keep() {
    if (!form || !dirty) return;
    dirty = false;
    var fields = new URLSearchParams(new FormData(form));
    fields.set("keep", "yes");
    post(form.getAttribute("action"), fields).catch(function () { dirty = true; });
  }
  if (form) {
    form.addEventListener("input", function () { dirty = true; });
    setInterval(keep, SAVE);
    addEventListener("pagehide", keep);
  }

  // After five minutes without a sign of life the page gives way to the locked one.
  var seen = Date.now();
  ["keydown", "pointerdown", "scroll"].forEach(function (name) { addEventListener(name, function () { seen = Date.now(); }, { passive: true }); });
  if (open) setInterval(function () { if (Date.now() - seen > IDLE) { keep(); location.replace("/"); } }, 1000);
})();
