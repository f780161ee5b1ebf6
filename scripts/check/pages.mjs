// Walks through the pages as a reviewer does: sign in, gallery, photos, board, notices, minutes, sign out. At every stop and width it
// fails on console errors (breaches of the pages' own policy are such), failed requests, scripts and styles inside the
// page, sideways scrolling, pictures that do not load, fields without a label, targets too small for a finger, and
// pages without a language or a title.
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const { FIELDPROOF_URL: base, FIELDPROOF_EVIDENCE: evidence, FIELDPROOF_CHROMIUM: executablePath } = process.env;
const { FIELDPROOF_REVIEWER: login, FIELDPROOF_REVIEWER_PASSWORD: password } = process.env;
const folder = process.argv[2];
const faults = [];
let stops = 0;

// What a person would stumble over, found inside the page.
function stumbles() {
  const found = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const guilty = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
    found.push(`scrolls sideways by ${wide} px (${guilty.slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className}`).join(", ")})`);
  }
  if (!document.documentElement.lang) found.push("has no language");
  if (!document.title.trim()) found.push("has no title");
  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0) found.push(`picture does not load: ${image.currentSrc || image.src}`);
    if (!image.hasAttribute("alt")) found.push(`picture without alt: ${image.src}`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=submit]), select, textarea")) {
    if (!field.labels?.length && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby")) found.push(`field without a label: ${field.name}`);
  }
  if (document.querySelector("script, style, [style]")) found.push("holds a script or a style of its own");
  // WCAG 2.5.5 asks for 44 px; links within a sentence or a row of facts are exempt.
  for (const target of document.querySelectorAll("a[href], button, summary")) {
    const { width, height } = target.getBoundingClientRect();
    const apart = !target.closest("p, dd, h2, td") && getComputedStyle(target).position !== "absolute";
    if (apart && height > 0 && (height < 43.5 || width < 43.5)) found.push(`target of ${Math.round(width)} by ${Math.round(height)} px: ${target.textContent.trim().slice(0, 40)}`);
  }
  return found;
}

async function stop(page, name, width, look = "") {
  await page.waitForLoadState("networkidle");
  // Pictures further down load when they come into view.
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      window.scrollTo(0, y);
      await new Promise((done) => setTimeout(done, 60));
    }
    window.scrollTo(0, 0);
  });
  await page.waitForLoadState("networkidle");
  for (const fault of await page.evaluate(stumbles)) faults.push(`${name} at ${width} px: ${fault}`);
  await page.screenshot({ path: `${folder}/${name}-${width}${look}.png`, fullPage: true });
  stops += 1;
}

// The conclusion notices in each language, one of them on screen and as it is printed; the last language stays.
async function notices(page, width, look, languages) {
  for (const lang of languages) {
    await page.goto(`${base}/review/notices?lang=${lang}`);
    await stop(page, `notices-${lang}`, width, look);
    const card = page.locator("a[href^='/review/notices/']").first();
    if ((await card.count()) === 0) {
      faults.push(`the notices at ${width} px in ${lang} show none`);
      continue;
    }
    await Promise.all([page.waitForURL((url) => /^\/review\/notices\/[0-9a-f-]{36}$/.test(url.pathname)), card.click()]);
    await stop(page, `notice-${lang}`, width, look);
    const spoken = await page.locator("nav.tools").getAttribute("lang");
    if (spoken !== lang) faults.push(`the notice at ${width} px speaks ${spoken} around the paper, not ${lang}`);
    await page.emulateMedia({ media: "print" });
    await stop(page, `notice-printed-${lang}`, width, look);
    if (await page.locator("nav.tools").isVisible()) faults.push(`the printed notice at ${width} px shows what is no part of the paper`);
    for (const words of ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Nơi nhận:", "TB-SNV"]) {
      if (!(await page.locator("main.sheet").innerText()).includes(words)) faults.push(`the printed notice at ${width} px lacks "${words}"`);
    }
    await page.pdf({ path: `${folder}/notice-${lang}-${width}${look}.pdf`, preferCSSPageSize: true });
    await page.emulateMedia({ media: null });
  }
}

// The minutes of a visit, on screen and as they are printed.
async function minutes(page, width, look) {
  await page.goto(`${base}${evidence}/minutes`);
  await stop(page, "minutes", width, look);
  await page.emulateMedia({ media: "print" });
  await stop(page, "minutes-printed", width, look);
  if (await page.locator("nav.tools").isVisible()) faults.push(`the printed minutes at ${width} px show what is no part of the paper`);
  for (const words of ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BIÊN BẢN KIỂM TRA ĐỘT XUẤT"]) {
    if (!(await page.locator("main.sheet").innerText()).includes(words)) faults.push(`the printed minutes at ${width} px lack "${words}"`);
  }
  await page.pdf({ path: `${folder}/minutes-${width}${look}.pdf`, preferCSSPageSize: true });
  await page.emulateMedia({ media: null });
}

async function walk(browser, width, height, locale, colorScheme = "light") {
  const look = colorScheme === "dark" ? "-dark" : "";
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme, deviceScaleFactor: 1 });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => message.type() === "error" && faults.push(`${page.url()} at ${width} px, console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${page.url()} at ${width} px, script: ${error.message}`));
  page.on("response", (answer) => answer.status() >= 400 && faults.push(`${page.url()} at ${width} px: ${answer.status()} for ${answer.url()}`));

  // A stranger who asks for evidence is sent to sign in, and afterwards to what was asked for.
  await page.goto(base + evidence);
  if (!new URL(page.url()).pathname.startsWith("/login")) faults.push(`${evidence} is shown to a stranger (at ${page.url()})`);
  const language = await page.evaluate(() => document.documentElement.lang);
  if (language !== locale.slice(0, 2)) faults.push(`the sign-in page speaks ${language} to a browser that asks for ${locale}`);
  await stop(page, `login-${locale.slice(0, 2)}`, width, look);
  await page.locator("input[type=text], input[type=email], input:not([type])").first().fill(login);
  await page.locator("input[type=password]").fill(password);
  await page.locator("form:has(input[type=password]) [type=submit], form:has(input[type=password]) button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  if (page.url() !== base + evidence) {
    faults.push(`after signing in at ${width} px the page is ${page.url()}, not ${evidence}`);
    await page.goto(base + evidence);
  }
  await stop(page, "gallery", width, look);
  const pictures = await page.locator("img").count();
  if (pictures < 3) faults.push(`the gallery at ${width} px shows ${pictures} pictures`);

  const photos = await page.locator("a[href*='/review/photos/']").evaluateAll((links) => [...new Set(links.map((link) => link.href))]);
  if (photos.length === 0) faults.push(`the gallery at ${width} px links to no photo`);
  for (const [i, href] of photos.slice(0, 3).entries()) {
    await page.goto(href);
    await stop(page, `photo-${i + 1}`, width, look);
    if ((await page.locator("svg").count()) === 0) faults.push(`${href} at ${width} px has no sketch of the place`);
  }

  // From photo to photo, back to the visit, and by the board to it again: every way a link shows.
  const next = page.locator("a[rel=next]");
  if (photos.length > 3 && (await next.count()) > 0) {
    await next.first().click();
    await page.waitForURL((url) => url.pathname.startsWith("/review/photos/") && !photos.slice(2, 3).includes(url.href));
  }
  await page.locator("nav a[href^='/review/visits/']").first().click();
  await page.waitForURL((url) => url.pathname === evidence);
  await page.goto(`${base}/review`);
  await stop(page, "board", width, look);
  for (const [words, name, found] of [["không có xã này", "board-nothing", 0], ["song thua", "board-found", 1]]) {
    await page.locator("form[role=search] input[type=search]").fill(words);
    await Promise.all([page.waitForURL((url) => url.searchParams.get("q") === words), page.locator("form[role=search] button").click()]);
    await stop(page, name, width, look);
    const seen = await page.locator(`a[href='${evidence}']`).count();
    if (seen !== found) faults.push(`the board at ${width} px shows the visit ${seen} times for "${words}"`);
  }
  const card = page.locator(`a[href='${evidence}']`);
  if ((await card.count()) !== 1) faults.push(`the board at ${width} px shows the visit ${await card.count()} times`);
  else await Promise.all([page.waitForURL((url) => url.pathname === evidence), card.click()]);

  const other = locale.startsWith("vi") ? "en" : "vi";
  await notices(page, width, look, [other, locale.slice(0, 2)]);
  await minutes(page, width, look);
  await page.goto(base + evidence);
  await Promise.all([page.waitForURL((url) => url.searchParams.get("lang") === other), page.locator(`a[hreflang=${other}]`).click()]);
  await page.goto(`${base}/review`);
  const kept = await page.evaluate(() => document.documentElement.lang);
  if (kept !== other) faults.push(`the board at ${width} px speaks ${kept} after ${other} was chosen`);

  await Promise.all([page.waitForURL((url) => url.pathname === "/login"), page.locator("form[action='/logout'] button").click()]);
  await page.goto(`${base}/review`);
  if (new URL(page.url()).pathname !== "/login") faults.push(`the board at ${width} px is shown after signing out`);
  await context.close();
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  await walk(browser, 390, 844, "vi-VN");
  await walk(browser, 1280, 900, "en-GB");
  await walk(browser, 1280, 900, "vi-VN", "dark");
} finally {
  await browser.close();
}
for (const fault of [...new Set(faults)]) console.error(`pages: ${fault}`);
console.log(`pages: ${stops} stops, ${faults.length} faults, screenshots in ${folder}`);
process.exit(faults.length ? 1 : 0);
