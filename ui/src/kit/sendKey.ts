// Ctrl/Cmd+Enter sends the form that is open, wherever the focus is: a click on the map takes it away.
import { onBeforeUnmount, onMounted } from "vue";

export function useSendKey(send: () => void): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    send();
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
