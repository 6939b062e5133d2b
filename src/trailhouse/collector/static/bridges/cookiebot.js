(()=>{let{consent:t}=__NAME__,e=e=>{try{let n=Cookiebot.consent.statistics;(n||e)&&t(n)}catch{}};["OnConsentReady","OnAccept","OnDecline"].map(t=>addEventListener("Cookiebot"+t,e)),e()})();
