// Asks the device. What changes something goes with the token of the login, in a header.

const KEY = "packmate-token";
const PATIENCE_MS = 20_000;

export const token = () => sessionStorage.getItem(KEY);
export const forget = () => sessionStorage.removeItem(KEY);

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(path, { ...options, headers, signal, cache: "no-store" });
  if (answer.status === 401) forget();
  return answer;
}

export async function get(path) {
  const answer = await ask(path);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

// Returns [whether it was taken, what was answered].
export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(path, { method: "POST", body: JSON.stringify(body), headers });
  return [answer.ok, await answer.json()];
}

// Sends a file as it is, and tells how far it is. Returns as post does.
export function send(path, file, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${token()}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => tell(100 * loaded / total);
    request.onload = () => {
      if (request.status === 401) forget();
      resolve([request.status === 200, request.response ?? {}]);
    };
    request.onerror = reject;
    request.send(file);
  });
}

// Returns null, or why not.
export async function logIn(password) {
  const [ok, told] = await post("/api/login", { password });
  if (ok) sessionStorage.setItem(KEY, told.token);
  return ok ? null : told.error;
}

export async function logOut() {
  await post("/api/logout");
  forget();
}

export const file = async (path) => (await ask(path)).blob();
