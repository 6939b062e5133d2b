// Cookiebot: https://www.cookiebot.com/en/developer/. It tells at each page load what was answered before.
;(() => {
  let { consent } = __NAME__
  let tell = (event) => {
    try {
      let given = Cookiebot.consent.statistics
      // A tool that is still reading its own cookie looks like a no: without an event only a yes counts.
      if (given || event) consent(given)
    } catch {} // it is not there yet
  }
  ;["OnConsentReady", "OnAccept", "OnDecline"].map((name) => addEventListener("Cookiebot" + name, tell))
  tell()
})()
