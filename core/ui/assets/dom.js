// Shared by every component: put in front of its own script.
function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text; // never innerHTML: texts of a collection are hostile
  return node;
}

