// Copyright (c) 2026, the chi.edge contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";

const HOUR = 3600e3, DAY = 24 * HOUR, MINUTE = 60e3;
const STEPS = [1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * HOUR);
const NARROW = matchMedia("(max-width: 720px)");

const data = JSON.parse(document.getElementById("data").textContent);
const made = Date.parse(data.made);
const here = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const kindOf = (device) => device.machine_name || device.device_type || "";
const nameOf = (device) => device.name || device.id;

const state = { kind: "", days: NARROW.matches ? 1 : data.days, from: made, zone: "UTC" };

const $ = (id) => document.getElementById(id);

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// -- times -----------------------------------------------------------------------------------------------------------

function format(time, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: state.zone, ...options }).format(time);
}

const clock = (time) => format(time, { hour: "2-digit", minute: "2-digit" });
const day = (time) => format(time, { weekday: "short", day: "numeric", month: "short" });
const shortDay = (time) => format(time, { weekday: "short", day: "numeric" });
const moment = (time) => `${day(time)}, ${clock(time)}`;
const iso = (time) => new Date(time).toISOString().replace(/\.000Z$/, "Z");

function offset(time) {
  return state.zone === "UTC" ? 0 : -new Date(time).getTimezoneOffset() * MINUTE;
}

function length(span) {
  const minutes = Math.round(span / MINUTE);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "m"]];
  return parts.filter(([count]) => count).slice(0, 2).map(([count, unit]) => count + unit).join(" ") || "0m";
}

// -- slots -----------------------------------------------------------------------------------------------------------

// What each device is, from now to the end of time: leased by us, leased by others, free, or not for us.
function slotsOf(device) {
  const slots = [];
  let free = made;
  const gap = (start, end) => slots.push({ device, start, end, kind: device.next_free === null ? "closed" : "free" });
  for (const item of device.busy || []) {
    const start = Date.parse(item.start_date), end = Date.parse(item.end_date);
    if (start > free) gap(free, start);
    slots.push({ device, start, end, kind: item.ours ? "ours" : "theirs", lease: item });
    free = Math.max(free, end);
  }
  if (device.busy !== null) gap(free, null);
  return slots;
}

function titleOf(slot) {
  if (slot.kind === "ours") return slot.lease.lease_name;
  if (slot.kind === "theirs") return "leased";
  if (slot.kind === "closed") return "not leased out to us";
  return slot.end === null ? "free" : `free ${length(slot.end - slot.start)}`;
}

function spoken(slot) {
  const by = { ours: ", leased by us", theirs: " by others" }[slot.kind] || "";
  const until = slot.end === null ? "on" : `to ${moment(slot.end)}`;
  return `${nameOf(slot.device)}: ${titleOf(slot)}${by}, from ${moment(slot.start)} ${until} ${state.zone}`;
}

function summary(current) {
  if (!current) return "calendar not shown";
  if (current.kind === "closed") return "not leased out to us";
  return (current.kind === "free" ? "free" : "busy") + (current.end === null ? "" : ` for ${length(current.end - made)}`);
}

// -- the chart -------------------------------------------------------------------------------------------------------

function ticks(start, end, width) {
  const step = STEPS.find((step) => ((end - start) / step) * 64 <= width) || STEPS.at(-1);
  const first = Math.ceil((start + offset(start)) / step) * step - offset(start);
  const dayLabel = (step / (end - start)) * width > 96 ? day : shortDay;
  const found = [];
  for (let time = first; time < end; time += step) {
    const isDay = (time + offset(time)) % DAY === 0;
    const hasRoom = ((end - time) / (end - start)) * width > 48;
    found.push({ time, isDay, label: !hasRoom ? "" : isDay ? dayLabel(time) : clock(time) });
  }
  return found;
}

function draw() {
  const chart = $("chart");
  const hadFocus = chart.contains(document.activeElement);
  const start = Math.floor(state.from / HOUR) * HOUR, end = start + state.days * DAY;
  const at = (time) => `${(100 * (time - start)) / (end - start)}%`;
  const names = parseFloat(getComputedStyle(chart).getPropertyValue("--names"));
  const marks = ticks(start, end, chart.clientWidth - names);
  const now = Date.now();
  const nowline = () => (now >= start && now < end ? element("div", { class: "nowline", style: `left:${at(now)}` }) : null);

  const axis = element("div", { class: "axis", "aria-hidden": "true" }, nowline());
  for (const { time, isDay, label } of marks) {
    axis.append(element("div", { class: isDay ? "tick day" : "tick", style: `left:${at(time)}` }, label));
  }
  chart.replaceChildren(axis);

  const shown = data.devices.filter((device) => !state.kind || kindOf(device) === state.kind);
  for (const device of shown) {
    const lane = element("div", { class: "lane" });
    for (const { time, isDay } of marks) {
      lane.append(element("div", { class: isDay ? "grid day" : "grid", style: `left:${at(time)}` }));
    }
    for (const slot of slotsOf(device)) {
      if (slot.start >= end || (slot.end !== null && slot.end <= start)) continue;
      const left = Math.max(slot.start, start), right = Math.min(slot.end ?? end, end);
      const classes = ["slot", slot.kind];
      if (slot.start < start) classes.push("starts-before");
      if (slot.end === null || slot.end > end) classes.push("ends-after");
      const button = element("button", {
        type: "button",
        class: classes.join(" "),
        style: `left:${at(left)};width:${(100 * (right - left)) / (end - start)}%`,
        tabindex: -1,
        title: `${titleOf(slot)}, ${moment(slot.start)} ${slot.end === null ? "on" : "to " + moment(slot.end)}`,
        "aria-label": spoken(slot),
        "data-device": device.id,
        "data-start": iso(slot.start),
        "data-end": slot.end === null ? null : iso(slot.end),
        "data-lease": slot.lease?.lease_id,
      }, element("span", {}, titleOf(slot)));
      button.addEventListener("click", () => show(slot));
      lane.append(button);
    }
    lane.append(...[nowline()].filter(Boolean));
    const current = slotsOf(device).find((slot) => slot.start <= made && (slot.end === null || slot.end > made));
    const about = [summary(current), kindOf(device)].filter(Boolean).join(" · ");
    const who = element("div", { class: "who" }, element("b", {}, nameOf(device)), element("span", { title: about }, about));
    chart.append(element("div", { class: `row ${current?.kind || "closed"}`, role: "group", "aria-label": `${nameOf(device)}, ${about}` }, who, lane));
  }
  if (!shown.length) chart.append(element("p", { class: "empty" }, "There are no devices."));
  const first = chart.querySelector(".slot");
  if (first) first.tabIndex = 0;
  if (hadFocus && first) first.focus();

  for (const row of document.querySelectorAll("#table tbody tr")) row.hidden = !!state.kind && row.dataset.kind !== state.kind;
  $("earlier").disabled = state.from <= made;
  $("status").textContent = `${shown.length} devices, ${day(start)} to ${day(end)}`;
}

// One stop for the Tab key; arrows go on from there.
function move(event) {
  const from = event.target.closest(".slot");
  if (!from) return;
  const rows = [...document.querySelectorAll(".row")].map((row) => [...row.querySelectorAll(".slot")]).filter((row) => row.length);
  const y = rows.findIndex((row) => row.includes(from)), x = rows[y].indexOf(from);
  const middle = (slot) => slot.getBoundingClientRect().left + slot.getBoundingClientRect().width / 2;
  const nearest = (row) => row && row.reduce((best, slot) =>
    Math.abs(middle(slot) - middle(from)) < Math.abs(middle(best) - middle(from)) ? slot : best);
  const to = {
    ArrowRight: rows[y][x + 1], ArrowLeft: rows[y][x - 1], ArrowDown: nearest(rows[y + 1]), ArrowUp: nearest(rows[y - 1]),
    Home: rows[y][0], End: rows[y].at(-1),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

// -- one slot --------------------------------------------------------------------------------------------------------

function show(slot) {
  const device = slot.device;
  const stamp = (time) => element("time", { datetime: iso(time) }, `${moment(time)} ${state.zone}`);
  const facts = [["Device", nameOf(device)], ["Kind", [kindOf(device), device.vendor, device.model].filter(Boolean).join(", ")]];
  facts.push(["From", stamp(slot.start)], ["To", slot.end === null ? "open" : stamp(slot.end)]);
  if (slot.end !== null) facts.push(["Length", length(slot.end - slot.start)]);
  if (slot.lease) facts.push(["Lease", slot.lease.lease_id], ["Reservation", slot.lease.reservation_id]);
  $("details-title").textContent = { ours: slot.lease?.lease_name, theirs: "Leased by others", free: "Free" }[slot.kind] || "Not leased out to us";
  $("facts").replaceChildren(...facts.filter(([, value]) => value).flatMap(([key, value]) => [element("dt", {}, key), element("dd", {}, value)]));
  $("recipe").hidden = slot.kind !== "free";
  const lines = ["- name: Lease the device", "  chi.edge.lease:", "    name: my-lease", `    device: ${JSON.stringify(nameOf(device))}`];
  lines.push(slot.start <= made ? "    start: now" : `    start: "${iso(slot.start)}"`);
  const open = slot.end === null || slot.end - slot.start > DAY;
  lines.push(open ? "    duration: 1d" : `    end: "${iso(slot.end)}"`);
  $("recipe").querySelector("pre").textContent = lines.join("\n");
  $("details").showModal();
}

$("details").addEventListener("click", (event) => event.target === $("details") && $("details").close());

// -- the controls ----------------------------------------------------------------------------------------------------

function choices(group, key, options) {
  const buttons = options.map(([value, ...label]) => {
    const button = element("button", { type: "button", "data-value": value }, ...label);
    button.addEventListener("click", () => {
      state[key] = value;
      press();
      draw();
    });
    return button;
  });
  const press = () => buttons.forEach((button, index) => button.setAttribute("aria-pressed", options[index][0] === state[key]));
  $(group).replaceChildren(...buttons);
  press();
}

const counts = new Map();
for (const device of data.devices) counts.set(kindOf(device), (counts.get(kindOf(device)) || 0) + 1);
const kinds = [...counts].filter(([kind]) => kind).sort();
if (kinds.length > 1) {
  const badge = (count) => element("small", {}, ` ${count}`);
  choices("machines", "kind", [["", "All", badge(data.devices.length)], ...kinds.map(([kind, count]) => [kind, kind, badge(count)])]);
}
const spans = [...new Set([1, 3, 7, 30, data.days])].sort((a, b) => a - b);
choices("ranges", "days", spans.map((days) => [days, days === 1 ? "1 day" : `${days} days`]));
if (here !== "UTC") choices("zones", "zone", [["UTC", "UTC"], [here, here.split("/").at(-1).replace("_", " ")]]);
const shift = (days) => () => {
  state.from = days ? Math.max(made, state.from + days() * DAY) : made;
  draw();
};
$("earlier").addEventListener("click", shift(() => -state.days));
$("later").addEventListener("click", shift(() => state.days));
$("today").addEventListener("click", shift(null));
$("chart").addEventListener("keydown", move);
$("controls").hidden = false;

function age() {
  const old = Date.now() - made;
  $("age").textContent = old < 2 * MINUTE ? "" : `, ${length(old)} ago`;
  $("age").className = old > HOUR ? "stale" : "";
}

let redraw = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(redraw);
  redraw = requestAnimationFrame(draw);
});
setInterval(age, MINUTE);
age();
draw();
