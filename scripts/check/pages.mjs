// Walks through the pages as a reviewer does: sign in, gallery, photo, sign out. At every stop and width it fails on
// console errors, failed requests, sideways scrolling, pictures that do not load, fields without a label, and pages
// without a language or a title.
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
  return found;
}

async function stop(page, name, width) {
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
  await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  stops += 1;
}

async function walk(browser, width, height, locale) {
  const context = await browser.newContext({ viewport: { width, height }, locale, deviceScaleFactor: 1 });
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
  await stop(page, `login-${locale.slice(0, 2)}`, width);
  await page.locator("input[type=text], input[type=email], input:not([type])").first().fill(login);
  await page.locator("input[type=password]").fill(password);
  await page.locator("form:has(input[type=password]) [type=submit], form:has(input[type=password]) button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  if (page.url() !== base + evidence) {
    faults.push(`after signing in at ${width} px the page is ${page.url()}, not ${evidence}`);
    await page.goto(base + evidence);
  }
  await stop(page, "gallery", width);
  const pictures = await page.locator("img").count();
  if (pictures < 3) faults.push(`the gallery at ${width} px shows ${pictures} pictures`);

  const photos = await page.locator("a[href*='/review/photos/']").evaluateAll((links) => [...new Set(links.map((link) => link.href))]);
  if (photos.length === 0) faults.push(`the gallery at ${width} px links to no photo`);
  for (const [i, href] of photos.slice(0, 3).entries()) {
    await page.goto(href);
    await stop(page, `photo-${i + 1}`, width);
    if ((await page.locator("svg").count()) === 0) faults.push(`${href} at ${width} px has no sketch of the place`);
  }
  await context.close();
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  await walk(browser, 390, 844, "vi-VN");
  await walk(browser, 1280, 900, "en-GB");
} finally {
  await browser.close();
}
for (const fault of [...new Set(faults)]) console.error(`pages: ${fault}`);
console.log(`pages: ${stops} stops, ${faults.length} faults, screenshots in ${folder}`);
process.exit(faults.length ? 1 : 0);
