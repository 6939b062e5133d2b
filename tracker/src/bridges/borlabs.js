// Borlabs Cookie, version 3 (BorlabsCookie.Consents) and 2. The events of one are the window's, of the other the
// document's: capturing at the window hears both.
;(() => {
  let { consent } = __NAME__
  let tell = (event) => {
    try {
      let tool = BorlabsCookie
      let given = tool.Consents
        ? tool.Consents.hasConsentForServiceGroup("statistics")
        : tool.checkCookieGroupConsent("statistics")
      // A tool that is still reading its own cookie looks like a no: without an event only a yes counts.
      if (given || event) consent(given)
    } catch {} // it is not there yet
  }
  ;["after-init", "consent-saved"].map((name) => addEventListener("borlabs-cookie-" + name, tell, true))
  tell()
  // Version 2 has no event for what was answered before, and has read it by then.
  addEventListener("load", () => tell(!window.BorlabsCookie?.Consents))
})()
