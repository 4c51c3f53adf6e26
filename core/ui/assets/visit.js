// Lets the browser remember which visit it is, until it is closed. The value is random and made by the server.
export default function ({ data }) {
  document.cookie = data.cookie;
}
