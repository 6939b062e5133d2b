(()=>{let{consent:t}=trailhouse,e=e=>{try{let s=cmplz_has_consent("statistics");(s||e)&&t(s)}catch{}};["status_change","fire_categories"].map(t=>document.addEventListener("cmplz_"+t,e)),e()})();
