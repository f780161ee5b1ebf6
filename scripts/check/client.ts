// What a third party's program would write against the generated types. Only type-checked, never run.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/fieldproof";

type Schemas = components["schemas"];

const api = createClient<paths>({ baseUrl: "https://fieldproof.example", headers: { authorization: "Bearer …" } });

export async function whoAmI() {
  const { data, error } = await api.GET("/v1/me");
  if (error) throw new Error(error.code);
  return data;
}

// Sets of words are unions: a `switch` over one is whole without a default, or does not compile.
export function isAtTheOffice(verdict: Schemas["PlaceVerdict"]): boolean | null {
  switch (verdict) {
    case "inside":
      return true;
    case "outside":
      return false;
    case "cannot_tell":
      return null;
  }
}

export function next(problem: Schemas["Problem"]): "again" | "later" | "never" | "person" {
  const what: Record<Schemas["ClientAction"], "again" | "later" | "never" | "person"> = {
    retry: "later",
    fix: "again",
    drop: "never",
    ask: "person",
  };
  return what[problem.client_action];
}

export async function surprisesOnSite() {
  const query = { kind: ["surprise"], state: ["on_site", "recording_closed"] } satisfies {
    kind: Schemas["VisitKind"][];
    state: Schemas["VisitState"][];
  };
  const { data, error } = await api.GET("/v1/visits", { params: { query } });
  if (error) throw new Error(error.code);
  return data.items.filter((visit) => visit.state === "on_site" && visit.warnings.includes("non_working_day"));
}

export async function boardsInDoubt(owner: string) {
  const { data, error } = await api.GET("/v1/photos", {
    params: { query: { owner, subject: "notice_board", order: "-captured_at" } },
  });
  if (error) throw new Error(error.code);
  const doubtful = (check: Schemas["CheckView"]) => check.code === "blurred" && check.outcome !== "pass";
  return data.items.filter(
    (photo) =>
      photo.state === "ready" &&
      photo.origin === "camera" &&
      (photo.place.reasons.includes("coarse_position") || photo.examined?.checks.some(doubtful)),
  );
}

// What a phone takes along is typed to the last field: where the office is, and what is asked there.
export function within(area: Schemas["Shape"]): number {
  return area.type === "Point" ? area.radius_m : area.coordinates.flat().length;
}

export async function questions(visit: string) {
  const { data, error } = await api.GET("/v1/visits/{visit}/bundle", { params: { path: { visit } } });
  if (error) throw new Error(error.code);
  const metres = data.premises ? within(data.premises.area) : null;
  const items = data.templates.flatMap((template) => template.body.sections.flatMap((section) => section.items));
  const choices = items.flatMap((item) => (item.response.type === "choice" ? item.response.options : []));
  return { metres, codes: items.map((item) => item.code), credits: choices.map((option) => option.credit) };
}

// A word that is none of the set does not compile.
// @ts-expect-error
export const misspelt: Schemas["PhotoState"] = "reddy";
// @ts-expect-error
export const unknownRole: Schemas["NewGrant"] = { role: "boss" };
