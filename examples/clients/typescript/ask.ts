// Grade an answer by the typed client of openapi-fetch: node ask.js [address] [token]
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [address = "http://127.0.0.1:8000", token = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });

const { data, error } = await client.POST("/v1/grade", {
  body: {
    question: "Why does ice float?",
    references: ["Ice is less dense than water."],
    answer: "It is lighter than the water.",
    max_score: 2,
  },
});
if (error) throw new Error(error.detail);
console.log(`${data.label}, ${data.score} points, ${Math.round(100 * data.confidence)} % sure`);

const refused = await client.POST("/v1/sentiment", { body: { text: " " } });
console.log(refused.error?.errors?.map((fault) => `${fault.loc.join(".")}: ${fault.msg}`).join("; "));
