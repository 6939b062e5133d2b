// The script on the pages of a tracked site. It is a guest there: small, quiet, and never in the way.
//
// - The page calls it by the name that its site chose, __NAME__; what this device remembers begins with that name.
// - Names in __CAPITALS__ are the site's settings: trailhouse/collector/tracker.py writes them in when it serves
//   the file, and says what each may be.
// - Every byte is downloaded by every visitor, and all of it must stay below 1,000 bytes under brotli. Hence `let`
//   throughout (one keyword compresses better than two), and code where others would have helpers.
// - Nothing may throw into the page. Where a statement relies on the `try` around it, a comment says so.

try {
  // ---- What this device remembers ------------------------------------------------------------------------------

  let storage = {}
  try {
    storage = localStorage || storage
  } catch {} // a sandboxed frame or blocked storage: remember for this page alone

  // Opening any page with #visits_ignore, or #NAME_ignore, leaves this browser out from then on, whatever the name is.
  if (/(__NAME__|visits)_ignore/.test(location)) storage.visits_ignore = true

  // ---- Sending -------------------------------------------------------------------------------------------------

  let on = (types, fn, capture) =>
    types.split(" ").map((type) =>
      addEventListener(
        type,
        (event) => {
          try {
            fn(event)
          } catch {}
        },
        capture,
      ),
    )

  let queue = window.__NAME__?.q // calls made before this script had loaded
  let endpoint = new URL(__ENDPOINT__, document.currentScript.src)

  // A string travels as text/plain, which needs no preflight; keepalive lets it outlive the page.
  let post = (body, retries) =>
    fetch(endpoint, { body, method: "POST", keepalive: true }).catch(
      () => retries && setTimeout(post, 3000, body, retries - 1),
    )

  let url // of the page that is shown
  let shown // its path, as far as routes are told apart
  let scrolled // how far down it was scrolled, in pixels
  let since // when the running stretch of attention began; false while nobody looks
  let engaged // milliseconds of attention that were not sent yet; `attend` sets it to 0 before its first use

  // `options`: props, revenue, interactive, u (another URL), callback; they go out under these names, and the
  // fields of the wire format (docs/tracker.md) may stand beside them.
  let send = (window.__NAME__ = (name, options) => {
    try {
      // Nobody has seen the page yet, and perhaps nobody will.
      if (document.prerendering) return on("prerenderingchange", () => send(name, options), true)
      if (name == "pageview") {
        attend()
        url = options?.u || location.href
        scrolled = 0
      }
      if (storage.visits_ignore != "true" && !__GPC__)
        post(
          JSON.stringify({
            d: __KEY__,
            n: name,
            h: __HASH__,
            t: document.title,
            r: document.referrer,
            w: innerWidth,
            // At the level recognised nothing stands before it, at the others "void delete": what is left is erased.
            c: __ID__(storage.__NAME___id),
            ...(name == 404 && { props: { path: location.pathname }, interactive: false }),
            ...options,
            u: options?.u || location.href,
          }),
          2,
        )
      // At once and in any case: the event outlives the page, so nobody needs to wait for it.
      options?.callback?.()
    } catch {}
  })

  // ---- Attention: how long a page was looked at, and how far down ----------------------------------------------

  // Closes the running stretch of attention, sends what has come together, and goes on while somebody looks.
  let attend = () => {
    let now = Date.now()
    if (since) engaged += now - since
    since = document.hasFocus() && !document.hidden && now
    if (engaged > __ENGAGED__)
      send("engagement", {
        u: url,
        e: engaged,
        sd: Math.min(__SCROLL__, (100 * (scrolled + innerHeight)) / document.documentElement.scrollHeight | 0),
      })
    engaged = 0
  }
  on("pagehide blur focus visibilitychange", attend)
  on("scroll", () => (scrolled = Math.max(scrolled, scrollY)))

  // ---- Clicks and forms that are events without a line of code on the page -------------------------------------

  on(
    "auxclick submit click",
    (event) => {
      if (event.button > 1) return // the right button only opens a menu
      let link = event.target.closest("a")
      let props = { url: link?.href }
      if (link?.host) {
        if (__FILES__.test(link.pathname)) send("File Download", { props })
        else if (__OUTBOUND__ && link.host != location.host) send("Outbound Link: Click", { props })
      }
      // A form is told when it is submitted, anything else when it is clicked. Throws where there is none: done.
      event.target
        .closest(event.type == "submit" ? "form" : ":not(form)[class*=-event-]")
        .className.replace(__CLASSES__, (_, key, value) => (props[key] = value.replaceAll("+", " ")))
      let { name, ...rest } = props
      if (name) send(name, { props: rest })
    },
    true, // also where the page stops the event
  )

  // ---- The person, only with consent ---------------------------------------------------------------------------

  Object.defineProperties(send, {
    consent: {
      value: (given) => {
        try {
          if (given && __RECOGNISED__) storage.__NAME___id ||= Math.random() + "" + Math.random()
          else delete storage.__NAME___id
        } catch {}
      },
    },
    // A function's own `name` is read-only: hence defineProperties.
    name: {
      value: (name, props) =>
        storage.__NAME___id && send("identify", { props: { ...props, name }, interactive: false }),
    },
  })

  // ---- Pageviews that come by themselves -----------------------------------------------------------------------

  let route = (event) => {
    let path = __PATH__
    // `persisted`: the back/forward cache shows the page again.
    if (path != shown || event?.persisted) {
      shown = path
      send("pageview")
    }
  }

  // A bridge to a consent tool stands here as well, so that the first pageview knows what was answered before.
  if (!__FIRST__) route()
  // <meta name="NAME" content="404">
  let mark = document.head.children.__NAME__
  if (mark) send(mark.content)
  queue?.map((args) => send(...args))

  if (!__MANUAL__) {
    on("pageshow popstate", route)
    // Last, because a frozen history may refuse.
    ;["pushState", "replaceState"].map((key) => {
      let original = history[key]
      history[key] = (...args) => route(original.apply(history, args))
    })
  }
} catch {}
