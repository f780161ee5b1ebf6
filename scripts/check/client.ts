// What a third party's program would write against the generated types. Only type-checked, never run.
import createClient from "openapi-fetch";
import type { paths } from "./generated/fieldproof";

const api = createClient<paths>({ baseUrl: "https://fieldproof.example", headers: { authorization: "Bearer …" } });

export async function whoAmI() {
  const { data, error } = await api.GET("/v1/me");
  if (error) throw new Error(error.code);
  return data;
}
