(()=>{let{consent:t}=__NAME__,e=e=>{try{let c=cmplz_has_consent("statistics");(c||e)&&t(c)}catch{}};["status_change","fire_categories"].map(t=>document.addEventListener("cmplz_"+t,e)),e()})();
