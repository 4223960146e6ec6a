// "Use my position": fills the typed coordinates with what the browser says, in WGS84, and says how accurate it is.
// Nothing is sent before the form is; without scripts, consent or a secure connection the coordinates are typed.
const DECIMALS = 6; // 0.1 m, finer than any receiver
const ROUGH = 100; // metres

function fill(words, figures) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => figures[name] ?? whole);
}

function begin(box) {
  const longitude = document.getElementById(box.dataset.longitude);
  const latitude = document.getElementById(box.dataset.latitude);
  const button = box.querySelector("button");
  const said = box.querySelector("[role=status]");
  if (!longitude || !latitude) return;
  longitude.closest(".mb-3").before(box);
  box.hidden = false;

  const say = (words, wrong = false) => {
    said.textContent = words;
    said.classList.toggle("field-error", wrong);
    button.disabled = false;
  };
  const taken = ({ coords }) => {
    longitude.value = coords.longitude.toFixed(DECIMALS);
    latitude.value = coords.latitude.toFixed(DECIMALS);
    const metres = Math.ceil(coords.accuracy);
    const words = metres > ROUGH ? box.dataset.rough : box.dataset.taken;
    say(fill(words, { longitude: longitude.value, latitude: latitude.value, metres }));
  };
  const failed = ({ code }) => {
    const words = { 1: box.dataset.refused, 3: box.dataset.late }[code] ?? box.dataset.unknown;
    say(words, true);
  };
  button.addEventListener("click", () => {
    if (!window.isSecureContext || !navigator.geolocation) return say(box.dataset.insecure, true);
    button.disabled = true;
    said.textContent = box.dataset.asking;
    said.classList.remove("field-error");
    navigator.geolocation.getCurrentPosition(taken, failed, {
      enableHighAccuracy: true,
      timeout: 20000,
      maximumAge: 0,
    });
  });
}

for (const box of document.querySelectorAll("[data-position]")) begin(box);
