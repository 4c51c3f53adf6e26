// Shared by every component: put in front of its own script.
function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text; // never innerHTML: texts of a collection are hostile
  return node;
}

// The terms of a query keep their colour and number from chip to bar; white text is readable on each.
const TERM_COLOURS = ['#0b7a70', '#b4500d', '#4353c9', '#b02a68', '#5d6b14', '#15719c', '#8a4d25', '#7040a8'];
function termColour(index) {
  return TERM_COLOURS[index % TERM_COLOURS.length];
}

