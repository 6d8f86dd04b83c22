import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/note.css';
import { mount } from 'svelte';
import App from './App.svelte';

/** The window is drawn once, in its own letters; a font that does not come is not waited for. */
async function fontsReady(): Promise<void> {
  const wanted = ['400 14px "Inter Variable"', '400 17px "Source Serif 4 Variable"'];
  await Promise.race([
    Promise.allSettled(wanted.map((font) => document.fonts.load(font))),
    new Promise((resolve) => setTimeout(resolve, 500)),
  ]);
}

const target = document.getElementById('app');
if (target) void fontsReady().then(() => mount(App, { target }));
