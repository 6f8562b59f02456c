import './components/index.js';
import { connectPage } from './components/page.js';

connectPage(document.querySelector('unmocked-harness')!, location.search);
