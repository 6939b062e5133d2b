(()=>{let{consent:t}=trailhouse,e=e=>{try{let n=Cookiebot.consent.statistics;(n||e)&&t(n)}catch{}};["OnConsentReady","OnAccept","OnDecline"].map(t=>addEventListener("Cookiebot"+t,e)),e()})();
