/* Behaviour of Meridian's pages. Works under script-src 'self'; its words come from #crm-texts. */
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, handler, options) => document.addEventListener(type, handler, options);

  /* --- words and announcements ------------------------------------------------------------- */
  const words = JSON.parse($("#crm-texts")?.textContent || "{}");
  const text = (key, values = {}) =>
    (words[key] || "").replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);

  function say(message) {
    const live = $("#live");
    if (!live || !message) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = message; }, 50);
  }

  function make(tag, cls, content = "") {
    const element = document.createElement(tag);
    element.className = cls;
    element.textContent = content;
    return element;
  }

  function button(cls, label, action) {
    const element = make("button", cls, label);
    element.type = "button";
    element.addEventListener("click", action);
    return element;
  }

  /* --- toasts: six seconds, longer under the pointer or the focus ---------------------------- */
  const TOAST_MS = 6000;

  function toast(message, undo = "", key = "") {
    const element = make("div", "toast-x");
    element.append(make("span", "", message));
    if (undo) {
      element.append(button("", text("undo"), () => {
        htmx.ajax("POST", undo, { swap: "none", values: { idempotency_key: key } });
        element.remove();
      }));
    }
    $(".toasts")?.append(element);
    arm(element);
  }

  function arm(element) {
    let timer = 0;
    const start = () => { timer = setTimeout(() => element.remove(), TOAST_MS); };
    const stop = () => clearTimeout(timer);
    element.addEventListener("mouseenter", stop);
    element.addEventListener("mouseleave", start);
    element.addEventListener("focusin", stop);
    element.addEventListener("focusout", start);
    say(element.firstElementChild.textContent);
    start();
  }

  /* --- dialogs ----------------------------------------------------------------------------- */
  const FIELDS = "select, textarea, input:not([type=hidden]):not([disabled])";
  const dirty = new WeakSet();
  const openers = new WeakMap();
  let lastUsed = null;

  const opened = [];
  const topDialog = () => opened.filter((dialog) => dialog.open).pop();

  function firstStop(dialog) {
    return $(".is-invalid", dialog) || $("[autofocus], [data-safe]", dialog)
      || $(FIELDS, dialog) || $("button, a[href]", dialog) || dialog;
  }

  function show(dialog, opener = lastUsed) {
    if (dialog.open) return;
    openers.set(dialog, { element: opener, id: opener?.id, row: opener?.closest("tr")?.id });
    dialog.showModal();
    opened.push(dialog);
  }

  function close(dialog) {
    dirty.delete(dialog);
    if (dialog.open) dialog.close();
    // until the next frame the browser sends keys to a field that is gone
    if (dialog.contains(document.activeElement)) document.activeElement.blur();
  }

  on("close", (event) => {
    const dialog = event.target;
    if (!dialog.matches("dialog")) return;
    opened.splice(0, opened.length, ...opened.filter((other) => other.open));
    const looked = $("[data-quicklook]", dialog) && $("tr.cur a[href]");
    if (dialog.matches(".drawer, .confirm")) dialog.replaceChildren();
    if (dialog.id === "nav-dialog") putNavigationBack();
    const opener = openers.get(dialog);
    if (!opener || topDialog()) return;
    if (looked) return void looked.focus();
    const again = opener.id ? document.getElementById(opener.id) : null;
    const row = opener.row ? $("a[href]", document.getElementById(opener.row) || document) : null;
    const target = opener.element?.isConnected ? opener.element : again || row || $("#main");
    target?.focus({ preventScroll: true });
  }, true);

  async function leave(dialog) {
    if (dirty.has(dialog) && !(await ask("leave", "discard", "keep"))) return;
    close(dialog);
  }

  /* One question with a safe answer that has the focus. */
  function ask(question, yes, no) {
    const dialog = $("#ask");
    $("#ask-text").textContent = text(question) || question;
    $("[data-answer=yes]", dialog).textContent = text(yes);
    $("[data-answer=no]", dialog).textContent = text(no);
    dialog.returnValue = "";
    show(dialog, document.activeElement);
    $("[data-answer=no]", dialog).focus();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  on("cancel", (event) => {
    if (event.target.matches("dialog")) {
      event.preventDefault();
      leave(event.target);
    }
  }, true);

  on("input", (event) => {
    const dialog = event.target.closest("dialog.drawer, dialog.confirm");
    if (dialog && event.target.closest("form")) dirty.add(dialog);
    event.target.closest("form[data-dirty-check]")?.setAttribute("data-dirty", "");
  });

  addEventListener("beforeunload", (event) => {
    const open = topDialog();
    if ($("form[data-dirty-check][data-dirty]") || (open && dirty.has(open))) event.preventDefault();
  });

  /* --- navigation in narrow windows: the same list, moved into a dialog ---------------------- */
  function openNavigation(opener) {
    const dialog = $("#nav-dialog");
    dialog.append($("#side"));
    show(dialog, opener);
    ($("[aria-current]", dialog) || firstStop(dialog)).focus();
  }

  function putNavigationBack() {
    const side = $("#nav-dialog #side");
    if (side) $(".main").before(side);
  }

  matchMedia("(min-width: 900px)").addEventListener("change", (query) => {
    const dialog = $("#nav-dialog");
    if (query.matches && dialog) close(dialog);
  });

  /* --- htmx: requests, answers, failures ----------------------------------------------------- */
  const submits = (form) =>
    $$("button:not([type=button]):not([type=reset]), input[type=submit]", form)
      .concat($$(`button[form="${CSS.escape(form.id || " ")}"]`));

  function lock(form) {
    const active = document.activeElement;
    const locked = submits(form).filter((element) => !element.disabled);
    locked.forEach((element) => { element.disabled = true; });
    return () => {
      locked.forEach((element) => { element.disabled = false; });
      if (locked.includes(active) && active.isConnected && document.activeElement === document.body) {
        active.focus();
      }
    };
  }

  const unlocks = new WeakMap();
  let running = 0;

  on("htmx:beforeRequest", (event) => {
    running += 1;
    $(".load")?.classList.add("on");
    const form = event.detail.elt;
    if (form.matches?.("form")) unlocks.set(event.detail.xhr, lock(form));
    $$(".trouble").forEach((element) => element.remove());
  });

  on("htmx:afterRequest", (event) => {
    running = Math.max(0, running - 1);
    if (!running) $(".load")?.classList.remove("on");
    unlocks.get(event.detail.xhr)?.();
    if (!event.detail.successful) return;
    event.detail.elt.removeAttribute("data-dirty");
    applySwitch(event.detail.elt);
  });

  /* What was typed is stored once the answer leads on: leaving for it needs no question. */
  on("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    const leadsOn = ["HX-Redirect", "HX-Location", "HX-Refresh"].some((name) => xhr.getResponseHeader(name));
    if (!leadsOn) return;
    elt.removeAttribute("data-dirty");
    dirty.delete(elt.closest("dialog"));
  });

  /* A whole page as the answer to a part of one: the session ended, or an error page came. */
  on("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (target === document.body || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    if (isOwnPart(event.detail)) return;
    event.detail.shouldSwap = false;
    const login = document.body.dataset.login;
    if (login && new URL(xhr.responseURL).pathname === login) return trouble(event.detail, "signed_out");
    const elsewhere = new URL(xhr.responseURL).pathname !== location.pathname;
    // a page that everything leads to, such as the choice of a password, would be loaded for ever
    if (xhr.status < 400) elsewhere && location.assign(xhr.responseURL);
    else if (!event.detail.isError) trouble(event.detail, `status_${xhr.status}`);
  });

  /* A part of the page that was asked for, picked out of the whole. */
  function isOwnPart({ requestConfig, xhr, pathInfo }) {
    const { pathname } = new URL(pathInfo.finalRequestPath, location.href);
    return requestConfig.elt.hasAttribute("hx-select") && xhr.status < 400 && new URL(xhr.responseURL).pathname === pathname;
  }

  on("htmx:afterSettle", (event) => {
    const dialog = event.target.closest("dialog");
    if (dialog?.matches(".drawer, .confirm") && dialog.innerHTML.trim()) {
      show(dialog);
      if (!$("[data-quicklook]", dialog) || !dialog.contains(document.activeElement)) {
        firstStop(dialog).focus();
      }
    }
    const whole = event.detail.target;
    if (whole?.matches?.(".drawer, .confirm") && !whole.innerHTML.trim()) close(whole);
    if (whole?.id === "pal-found") markOption(0);
    // below the list, where the window is narrow, it comes to the top
    if (whole?.id === "request") {
      const isBelow = whole.previousElementSibling?.offsetLeft === whole.offsetLeft;
      whole.scrollIntoView({ block: isBelow ? "start" : "nearest" });
    }
    say($("[data-announce]", event.target)?.textContent.trim());
    ready(event.target);
    // the button of a step is gone once it is taken: the keys go on in the part that shows it
    const asking = event.detail.requestConfig?.elt;
    if (asking?.matches("[data-refocus]") && document.activeElement === document.body) {
      document.getElementById(asking.dataset.refocus || whole?.id)?.focus({ preventScroll: true });
    }
  });

  on("htmx:responseError", (event) => trouble(event.detail, `status_${event.detail.xhr.status}`));
  on("htmx:sendError", (event) => trouble(event.detail, "offline"));
  on("htmx:timeout", (event) => trouble(event.detail, "offline"));

  on("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, "continue", "cancel").then((yes) => {
      if (yes) event.detail.issueRequest(true);
    });
  });

  /* Says what failed, keeps everything else as it was, and offers the same request again. */
  function trouble(detail, key) {
    $$(".trouble").forEach((element) => element.remove());
    const note = make("div", "note note-bad trouble");
    note.setAttribute("role", "alert");
    const reference = detail.xhr?.getResponseHeader?.("X-Request-ID");
    note.append(make("span", "", text(key) || text("failed")));
    if (reference) note.append(make("span", "num", text("reference", { id: reference })));
    note.append(troubleActions(detail, key, note));
    const dialog = topDialog();
    const host = (dialog && ($(".scroll", dialog) || dialog)) || $("main .head") || $("main");
    if (host?.matches(".head")) host.after(note);
    else host?.prepend(note);
    note.scrollIntoView({ block: "nearest" });
  }

  function troubleActions(detail, key, note) {
    const acts = make("span", "acts");
    if (key === "signed_out") {
      const link = make("a", "btn btn-plain btn-xs", text("sign_in"));
      link.href = document.body.dataset.login;
      link.target = "_blank";
      acts.append(link);
    }
    acts.append(
      button("btn btn-plain btn-xs", text("retry"), () => { note.remove(); retry(detail, key); }),
      button("btn btn-ghost btn-xs", text("dismiss"), () => note.remove()),
    );
    return acts;
  }

  async function retry({ elt, target, requestConfig }, key) {
    if (key === "signed_out" || key === "status_403") await renewToken();
    if (elt.matches("form")) return elt.requestSubmit();
    const { verb, path } = requestConfig;
    return htmx.ajax(verb, path, { source: elt, target });
  }

  /* After a new sign-in the token of this page is stale; what was typed must not be lost. */
  async function renewToken() {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const headers = page.body.getAttribute("hx-headers");
    const token = $("[name=csrfmiddlewaretoken]", page)?.value;
    if (headers) document.body.setAttribute("hx-headers", headers);
    if (token) $$("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  }

  /* HX-Trigger "crm:saved": text, or {message, undo, key}: where undoing is sent, and its form's key. */
  on("crm:saved", (event) => {
    $$("dialog.drawer[open], dialog.confirm[open]").forEach(close);
    const detail = event.detail || {};
    toast(detail.message || detail.value || text("saved"), detail.undo, detail.key);
  });

  on("crm:undone", () => toast(text("undone")));

  /* --- forms sent as whole pages ------------------------------------------------------------- */
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [data-download], [method=dialog]")) return;
    form.removeAttribute("data-dirty");
    setTimeout(() => unlocks.set(form, lock(form)));
  });

  addEventListener("pageshow", () => $$("form").forEach((form) => unlocks.get(form)?.()));

  /* --- theme and density: posted, shown at once ---------------------------------------------- */
  function applySwitch(form) {
    const name = form.dataset?.switch;
    if (!name) return;
    const field = form.elements[name];
    const root = document.documentElement;
    root.dataset[name === "theme" ? "bsTheme" : name] = field.value;
    const next = field.dataset.values.split(" ").find((value) => value !== field.value);
    $$(`form[data-switch=${name}] [name=${name}]`).forEach((twin) => { twin.value = next; });
  }

  /* --- revealed values ------------------------------------------------------------------------ */
  const revealed = new Map();

  function watch(element) {
    if (revealed.has(element)) return;
    const ms = Number(element.dataset.revealUntilSeconds) * 1000;
    revealed.set(element, performance.now() + ms);
    setTimeout(maskOverdue, ms + 20);
  }

  function mask(element) {
    revealed.delete(element);
    say(text("masked"));
    if (!element.isConnected) return;
    element.textContent = element.dataset.mask;
    element.removeAttribute("data-reveal-until-seconds");
    $$("[data-reveal-part]", element.parentElement).forEach((part) => part.remove());
  }

  function maskOverdue() {
    revealed.forEach((deadline, element) => {
      if (performance.now() >= deadline) mask(element);
    });
  }

  const maskAll = () => [...revealed.keys()].forEach(mask);

  on("visibilitychange", maskOverdue);
  addEventListener("pagehide", maskAll);

  /* Paper is white in both themes and shows no revealed value. */
  let screenTheme = "";
  addEventListener("beforeprint", () => {
    maskAll();
    screenTheme = document.documentElement.dataset.bsTheme;
    document.documentElement.dataset.bsTheme = "light";
  });
  addEventListener("afterprint", () => { document.documentElement.dataset.bsTheme = screenTheme; });

  /* --- copying ---------------------------------------------------------------------------------- */
  async function copy(trigger) {
    const source = trigger.dataset.copy ? $(trigger.dataset.copy) : trigger;
    const value = trigger.dataset.copyText || source.value || source.textContent.trim();
    try {
      await navigator.clipboard.writeText(value);
      toast(text("copied"));
    } catch {
      toast(text("copy_failed"));
    }
  }

  /* --- selecting rows ----------------------------------------------------------------------------- */
  const TICKS = "ticks";
  // more do not fit into an address
  const MOST_TICKS = 250;
  const boxesHere = () => $$("input[type=checkbox][name=sel]");
  const ticksElsewhere = () => $$(".bulk input[type=hidden][name=sel]");

  /* A list is the same on its next page and in another order, but not with another filter. */
  function listOfTicks() {
    const asked = new URLSearchParams($(".bulk input[name=list]").value);
    ["size", "sort", "columns"].forEach((name) => asked.delete(name));
    return `${location.pathname}?${asked}`;
  }

  function carryTicks() {
    if (!$(".bulk")) return;
    const here = boxesHere().filter((box) => box.checked);
    const keys = [...ticksElsewhere(), ...here].map((field) => field.value);
    if (keys.length) {
      sessionStorage.setItem(TICKS, JSON.stringify({ list: listOfTicks(), keys: keys.slice(0, MOST_TICKS), all: keys.length }));
    }
  }

  /* What was ticked on the page from which one leafs; it does not outlast that step. */
  function takeTicks() {
    const carried = JSON.parse(sessionStorage.getItem(TICKS) || "null");
    sessionStorage.removeItem(TICKS);
    if (!carried || !$(".bulk") || carried.list !== listOfTicks()) return;
    const here = new Map(boxesHere().map((box) => [box.value, box]));
    carried.keys.forEach((key) => {
      if (here.has(key)) here.get(key).checked = true;
      else $(".bulk").append(Object.assign(make("input", ""), { type: "hidden", name: "sel", value: key }));
    });
    if (carried.all > MOST_TICKS) toast(text("most_ticked", { count: MOST_TICKS }));
  }

  function clearTicks() {
    boxesHere().forEach((box) => { box.checked = false; });
    ticksElsewhere().forEach((field) => field.remove());
    syncBulk();
  }

  function syncBulk() {
    const bar = $(".bulk");
    if (!bar) return;
    const boxes = boxesHere();
    const ticked = boxes.filter((box) => box.checked).length;
    const chosen = ticked + ticksElsewhere().length;
    const whole = boxes.length > 0 && ticked === boxes.length;
    const all = $("input[name=all]");
    if (all) Object.assign(all, { checked: whole, indeterminate: ticked > 0 && !whole });
    if (bar.hidden === chosen > 0) say(text("selected", { count: chosen }));
    bar.hidden = chosen === 0;
    const count = $(".c", bar);
    const meant = whole && $("input[name=matching]", bar)?.value === "1";
    if (count && !meant) count.textContent = chosen;
    const matching = $("[data-all-matching]", bar);
    if (matching) matching.hidden = !whole || meant;
    if (!whole) setMatching(false);
  }

  function setMatching(value) {
    const field = $(".bulk input[name=matching]");
    if (!field || field.value === (value ? "1" : "")) return;
    field.value = value ? "1" : "";
    const count = $(".bulk .c");
    if (value && count) count.textContent = $("[data-all-matching]").dataset.allMatching;
    if (value) $("[data-all-matching]").hidden = true;
    if (value) say(text("all_matching"));
  }

  on("change", (event) => {
    const { name, checked } = event.target;
    if (name === "all") boxesHere().forEach((box) => { box.checked = checked; });
    if (name === "all" || name === "sel") syncBulk();
  });

  /* --- choosing a record by its number or the first letters of its name ------------------------------ */
  const candidates = (box) => $$("[role=option]", box);
  let lookupTimer = 0;
  let lookupTurn = 0;

  /* What the server offers for what is asked; null if it could not be reached. */
  async function offered(box, asked) {
    const answer = await fetch(box.dataset.lookup, {
      method: "POST",
      headers: { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) },
      // not in the address, as it may name a customer
      body: new URLSearchParams({ ...asked, action: box.dataset.action || "" }),
    }).catch(() => null);
    if (!answer?.ok || answer.redirected) return null;
    // parsed, not interpreted: a document made this way runs nothing
    return [...new DOMParser().parseFromString(await answer.text(), "text/html").body.children];
  }

  async function lookUp(box, typed) {
    lookupTurn += 1;
    const turn = lookupTurn;
    const found = await offered(box, { q: typed });
    if (turn !== lookupTurn || !box.isConnected) return;
    const list = $("[role=listbox]", box);
    list.replaceChildren(...(found || [make("li", "muted", text("offline"))]));
    openCandidates(box, true);
    markCandidate(box, candidates(box).length ? 0 : -1);
    say(text("results", { count: candidates(box).length }));
  }

  function openCandidates(box, open) {
    $("[role=listbox]", box).hidden = !open;
    const input = $("[role=combobox]", box);
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function markCandidate(box, index) {
    const input = $("[role=combobox]", box);
    candidates(box).forEach((item, place) => {
      item.id = `${input.id}_${place}`;
      item.setAttribute("aria-selected", String(place === index));
      if (place === index) item.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) input.setAttribute("aria-activedescendant", `${input.id}_${index}`);
  }

  function choose(item) {
    const box = item.closest("[data-lookup]");
    const field = $("input[type=hidden]", box);
    field.value = item.dataset.value;
    $("[role=combobox]", box).value = item.firstElementChild.textContent.trim();
    openCandidates(box, false);
    keepChoice(field);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* The entry of the history keeps the key that was chosen, and no name: on the way back the browser
     restores all fields but those that it must not remember. */
  function keepChoice(field) {
    if (field.closest("dialog")) return;
    const chosen = { ...history.state?.chosen, [field.name]: field.value };
    history.replaceState({ ...history.state, chosen }, "");
  }

  async function restoreChoice(box) {
    const field = $("input[type=hidden]", box);
    const key = history.state?.chosen?.[field.name];
    if (key === undefined || key === field.value) return;
    field.value = "";
    $("[role=combobox]", box).value = "";
    const [item] = key ? (await offered(box, { key })) || [] : [];
    if (item?.matches("[role=option]") && !$("[role=combobox]", box).value) {
      $("[role=listbox]", box).replaceChildren(item);
      choose(item);
    }
  }

  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    $$("[data-lookup]").forEach(restoreChoice);
  }

  /* The key did something in a list of candidates. */
  function candidateKey(event) {
    const box = event.target.closest("[data-lookup]");
    if (!box || $("[role=listbox]", box).hidden) return false;
    const all = candidates(box);
    const now = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) markCandidate(box, (now + step + all.length) % all.length);
    else if (event.key === "Enter" && all[now]) choose(all[now]);
    else if (event.key === "Escape") openCandidates(box, false);
    else return false;
    event.preventDefault();
    return true;
  }

  on("input", (event) => {
    const box = event.target.closest("[data-lookup]");
    if (!box) return;
    const field = $("input[type=hidden]", box);
    if (field.value) {
      field.value = "";
      keepChoice(field);
    }
    clearTimeout(lookupTimer);
    lookupTimer = setTimeout(() => lookUp(box, event.target.value), 200);
  });

  on("focusout", (event) => {
    const box = event.target.closest("[data-lookup]");
    if (box && !box.contains(event.relatedTarget)) setTimeout(() => openCandidates(box, false), 150);
  });

  /* --- command palette ----------------------------------------------------------------------------- */
  const palette = () => $("#palette");
  const options = () => $$("[role=option]", palette()).filter((option) => !option.hidden);

  function option(element, label, keys) {
    const item = make("div", "");
    item.setAttribute("role", "option");
    const symbol = $("svg", element)?.cloneNode(true);
    if (symbol) item.append(symbol);
    item.append(make("span", "", label));
    if (keys.length) {
      const end = make("span", "end");
      end.append(...keys.map((key) => make("kbd", "", key.toUpperCase())));
      item.append(end);
    }
    item.dataset.words = label.toLowerCase();
    item.runs = () => element.click();
    return item;
  }

  function group(title, elements, keysOf) {
    const known = new Set();
    const items = elements.flatMap((element) => {
      const label = element.getAttribute("aria-label") || element.textContent.trim();
      if (!label || known.has(label)) return [];
      known.add(label);
      return [option(element, label, keysOf(element))];
    });
    if (!items.length) return [];
    const heading = make("div", "g", title);
    heading.setAttribute("role", "presentation");
    return [heading, ...items];
  }

  function openPalette(opener) {
    const dialog = palette();
    if (!dialog || topDialog()) return;
    const actions = $$(".head .acts :is(a, button, .pop-i), main [data-command]");
    $("#pal-here").replaceChildren(
      ...group(text("actions"), actions.filter((element) => !element.closest("[hidden]") && !element.disabled),
        (element) => (element.dataset.key ? [element.dataset.key] : [])),
      ...group(text("pages"), $$("#side .nav-i"),
        (element) => (element.dataset.go ? ["g", element.dataset.go] : [])),
    );
    $("#pal-found").replaceChildren();
    const input = $("input", dialog);
    input.value = "";
    show(dialog, opener || document.activeElement);
    filterPalette("");
    input.focus();
  }

  function filterPalette(query) {
    const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
    $$("#pal-here [role=option]").forEach((item) => {
      item.hidden = !parts.every((part) => item.dataset.words.includes(part));
    });
    $$("#pal-here .g").forEach((heading) => {
      let item = heading.nextElementSibling;
      let used = false;
      for (; item && !item.matches(".g"); item = item.nextElementSibling) used = used || !item.hidden;
      heading.hidden = !used;
    });
    markOption(0);
  }

  function markOption(index) {
    const all = options();
    $$("[role=option][hidden]", palette()).forEach((item) => {
      item.removeAttribute("id");
      item.removeAttribute("aria-selected");
    });
    all.forEach((item, place) => {
      item.id = `pal-${place}`;
      item.setAttribute("aria-selected", String(place === index));
    });
    const input = $("input", palette());
    if (all[index]) input.setAttribute("aria-activedescendant", all[index].id);
    else input.removeAttribute("aria-activedescendant");
    all[index]?.scrollIntoView({ block: "nearest" });
    $(".none", palette()).hidden = all.length > 0;
    // the line that leads to all customers found is no result itself
    const count = all.filter((item) => !item.dataset.submit).length;
    if (input.value) say(count ? text("results", { count }) : text("no_result"));
  }

  function moveOption(step) {
    const all = options();
    if (!all.length) return;
    const now = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    markOption((now + step + all.length) % all.length);
  }

  function runOption(item) {
    if (!item) return;
    close(palette());
    if (item.runs) item.runs();
    else if (item.dataset.submit) $(item.dataset.submit).requestSubmit();
    else if (item.dataset.href) location.assign(item.dataset.href);
  }

  /* Enter before the hits have come means the first of them. */
  let answered = "";
  let enterWaits = false;
  const isAsking = () => Boolean($("input[hx-post]", palette())) && $("input", palette()).value !== answered;

  function enter() {
    const marked = options().find((item) => item.getAttribute("aria-selected") === "true");
    // a page or a step is known at once; a hit may still be that of what was typed before
    if (isAsking() && !marked?.closest("#pal-here")) enterWaits = true;
    else runOption(marked);
  }

  on("input", (event) => {
    if (!event.target.closest("#palette")) return;
    enterWaits = false;
    filterPalette(event.target.value);
  });

  on("htmx:afterRequest", (event) => {
    if (!event.target.matches("#palette input")) return;
    answered = event.target.value;
    if (!enterWaits) return;
    enterWaits = false;
    // the hits stand in the list when this turn is over
    setTimeout(() => { markOption(0); runOption(options()[0]); });
  });

  /* --- pointer ---------------------------------------------------------------------------------------- */
  const clicks = [
    ["[data-close]", (element) => leave(element.closest("dialog"))],
    ["[data-answer]", (element) => element.closest("dialog").close(element.dataset.answer)],
    ["[data-palette]", (element) => openPalette(element)],
    ["[data-menu]", (element) => openNavigation(element)],
    ["[data-shortcuts]", (element) => show($("#shortcuts"), element.closest("details")?.firstElementChild || element)],
    ["[data-copy], [data-copy-text]", (element) => copy(element)],
    ["[data-all-matching]", () => setMatching(true)],
    ["[data-clear]", () => clearTicks()],
    [".pager a", () => carryTicks()],
    ["[data-print]", () => print()],
    ["[data-sign-in]", (element) => fillSignIn(element)],
    ["#palette [role=option]", (element) => runOption(element)],
    ["[data-lookup] [role=option]", (element) => choose(element)],
    [".inbox tbody a", (element) => rows().forEach((row) => row.classList.toggle("cur", row.contains(element)))],
  ];

  on("click", (event) => {
    const target = event.target;
    lastUsed = target.closest("a, button, input, summary") || lastUsed;
    clicks.forEach(([selector, action]) => {
      const element = target.closest(selector);
      if (element) action(element);
    });
    if (target.matches("dialog") && !target.matches(".confirm, .ask") && outside(target, event)) leave(target);
    closeMenus(target);
  });

  /* a person of the demonstration bank, ready to sign in */
  function fillSignIn(element) {
    const form = $("form:has([name=login])");
    form.elements.login.value = element.dataset.signIn;
    form.elements.password.value = $("#demo-password").textContent;
    $("[type=submit]", form).focus();
  }

  function outside(dialog, event) {
    const box = dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right
      || event.clientY < box.top || event.clientY > box.bottom;
  }

  /* A menu closes when something in it was chosen or the pointer goes elsewhere. */
  function closeMenus(target) {
    $$("details.menu[open]").forEach((menu) => {
      const chosen = target.closest(".pop-i") && !target.closest("[data-stay]");
      if (!menu.contains(target) || chosen) menu.open = false;
    });
  }

  /* --- keyboard ----------------------------------------------------------------------------------------- */
  /* Single keys disturb those who speak to the computer: they can be switched off (WCAG 2.1.4). */
  const KEYS = "crm.single-keys";
  const keysWanted = () => document.body.dataset.keys !== "off" && localStorage.getItem(KEYS) !== "off";

  on("change", (event) => {
    if (event.target.matches("[data-single-keys]")) localStorage.setItem(KEYS, event.target.checked ? "on" : "off");
  });

  const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const ROWS = ":is(#list, #table) tbody tr, table[data-rows] tbody tr";
  const rows = () => $$(ROWS).filter((row) => $("a[href]", row));
  let current = -1;
  let goUntil = 0;

  function moveRow(step) {
    const all = rows();
    if (!all.length) return;
    const focused = all.findIndex((row) => row.contains(document.activeElement) || row.matches(".cur"));
    current = Math.min(all.length - 1, Math.max(0, focused + step));
    all.forEach((row, index) => row.classList.toggle("cur", index === current));
    const link = $(".t-name a[href], a[href]", all[current]);
    if (!topDialog()) link.focus();
    // beside a list the record follows
    if (all[current].closest(".inbox")) link.click();
    all[current].scrollIntoView({ block: "nearest" });
  }

  function currentRow() {
    return document.activeElement.closest(ROWS) || rows().find((row) => row.matches(".cur"));
  }

  function quickLook() {
    const trigger = $("[data-quick]", currentRow() || document.createElement("tr"));
    trigger?.click();
    return Boolean(trigger);
  }

  function selectRow() {
    const box = $("input[type=checkbox][name=sel]", currentRow() || document.createElement("tr"));
    box?.click();
    return Boolean(box);
  }

  const keys = {
    "/": () => ($("[data-listsearch]") ? $("[data-listsearch]").focus() : openPalette()),
    "?": () => show($("#shortcuts"), document.activeElement),
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: () => selectRow(),
    g: () => { goUntil = Date.now() + 1200; },
  };

  function paletteKey(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) moveOption(steps[event.key]);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  }

  function quickLookKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!step || typing(event.target)) return;
    event.preventDefault();
    moveRow(step);
    quickLook();
  }

  function commandKey(event) {
    const key = event.key.toLowerCase();
    if (key === "k") {
      event.preventDefault();
      openPalette();
    } else if (key === "enter") {
      const form = event.target.closest("form") || $("dialog[open] form") || $("form[data-dirty-check]");
      if (form && !form.closest("#palette")) {
        event.preventDefault();
        form.requestSubmit();
      }
    }
  }

  function singleKey(event) {
    if (Date.now() < goUntil) {
      goUntil = 0;
      const link = $(`#side [data-go="${CSS.escape(event.key)}"]`);
      if (link) link.click();
      return Boolean(link);
    }
    const marked = $$(`[data-key="${CSS.escape(event.key)}"]`).find((element) => element.offsetParent);
    if (marked) {
      htmx.process(marked); // a part that has just come may not have been looked through yet
      marked.click();
    } else if (keys[event.key]) keys[event.key]();
    else return event.key === " " && Boolean(currentRow()?.contains(event.target)) && !event.target.matches("button, input, summary") && quickLook();
    return true;
  }

  function escapeKey(event) {
    const menu = $("details.menu[open]");
    const dialog = topDialog();
    if (menu && (!dialog || dialog.contains(menu))) {
      menu.open = false;
      menu.firstElementChild.focus();
    } else if (dialog) leave(dialog);
    else return;
    event.preventDefault();
  }

  on("keydown", (event) => {
    if (event.isComposing || candidateKey(event)) return;
    const dialog = topDialog();
    if (event.key === "Escape") escapeKey(event);
    else if (event.ctrlKey || event.metaKey) commandKey(event);
    else if (dialog?.id === "palette") paletteKey(event);
    else if (dialog) { if ($("[data-quicklook]", dialog)) quickLookKey(event); }
    else if (!event.altKey && keysWanted() && !typing(event.target) && singleKey(event)) {
      event.preventDefault();
    }
  });

  /* --- tables: the header follows the page unless the table scrolls by itself ---------------------------- */
  const fits = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const region = target.closest(".tw");
    const table = region && $("table", region);
    if (table) region.classList.toggle("tw-fits", table.scrollWidth <= region.clientWidth + 1);
  }));

  /* The first wrong field; on a page before sign-in the first empty one. */
  function firstToFill() {
    return $(".gate .is-invalid, form[data-dirty-check] .is-invalid")
      || $$(".gate .card input.form-control:not([readonly])").find((field) => !field.value);
  }

  /* --- start, and after every swap ------------------------------------------------------------------------ */
  function ready(root) {
    const scope = root.isConnected ? root : document;
    $$("[data-reveal-until-seconds]", scope.parentElement || scope).forEach(watch);
    // where the tabs do not fit, the one that is open is seen
    $$(".tabs [aria-current]", scope).forEach((tab) => {
      const strip = tab.closest(".tabs");
      const beyond = tab.getBoundingClientRect().right - strip.getBoundingClientRect().right;
      if (beyond > 0) strip.scrollLeft += beyond;
    });
    $$(".tw > table", scope.parentElement || scope).forEach((table) => {
      fits.observe(table);
      fits.observe(table.parentElement);
    });
    syncBulk();
  }

  $("#side [aria-current]")?.scrollIntoView({ block: "nearest" });
  takeTicks();
  ready(document.body);
  $$("[data-toast]").forEach(arm);
  $$("[data-single-keys]").forEach((box) => { box.checked = keysWanted(); });
  firstToFill()?.focus();
})();
