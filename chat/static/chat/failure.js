// What went wrong with a request, in the API's own terms: a code, a detail, when to come back.

export class Failure extends Error {
  constructor(code, detail = "", { status = 0, retryAfter = null } = {}) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Of a response that isn't 2xx, whatever its body is. */
  static async from(response) {
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    const body = await response.json().catch(() => null);
    return new Failure(body?.code ?? `http_${response.status}`, body?.detail ?? "", {
      status: response.status,
      retryAfter: Number.isNaN(seconds) ? null : seconds,
    });
  }
}

// The pass that lets ask ends by itself; while the session lives, another is to be had for it.
const RENEW = "/login/renew/";

/** fetch, once more with a new pass where the one before has ended. */
async function admitted(address, options) {
  const response = await fetch(address, options);
  if (response.status !== 401) return response;
  return (await renew(options.signal)) ? fetch(address, options) : response;
}

/** Whether there is a new pass now. */
export async function renew(signal) {
  return (await fetch(RENEW, { method: "POST", signal })).ok;
}

/** fetch, where a refusal by the network is a Failure `unreachable`; an abort stays an abort. */
export async function request(address, options = {}) {
  let response;
  try {
    response = await admitted(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("unreachable");
  }
  if (!response.ok) throw await Failure.from(response);
  return response;
}
