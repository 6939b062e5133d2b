// Complianz: https://complianz.io/developers-guide-for-third-party-integrations/
;(() => {
  let { consent } = __NAME__
  let tell = (event) => {
    try {
      let given = cmplz_has_consent("statistics")
      // A tool that is still reading its own cookie looks like a no: without an event only a yes counts.
      if (given || event) consent(given)
    } catch {} // it is not there yet
  }
  ;["status_change", "fire_categories"].map((name) => document.addEventListener("cmplz_" + name, tell))
  tell()
})()
