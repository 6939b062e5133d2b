// Google Consent Mode v2: gtag("consent", "update", { analytics_storage: "granted" }), which is an entry of
// `dataLayer`. A default is no answer of the visitor, so only updates count, and of earlier ones the last.
;(() => {
  try {
    let { consent } = __NAME__
    let answer = (entry) => entry?.[0] == "consent" && entry[1] == "update" && entry[2]?.analytics_storage
    let tell = (entries) => {
      try {
        let given = [...entries].map(answer).filter(Boolean).pop()
        if (given) consent(given == "granted")
      } catch {}
    }
    let layer = (window.dataLayer ||= [])
    tell(layer)
    let push = layer.push
    layer.push = (...entries) => {
      tell(entries)
      return push.apply(layer, entries)
    }
  } catch {} // a frozen dataLayer
})()
