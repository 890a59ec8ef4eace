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

/** fetch, where a refusal by the network is a Failure `unreachable`; an abort stays an abort. */
export async function request(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("unreachable");
  }
  if (!response.ok) throw await Failure.from(response);
  return response;
}
