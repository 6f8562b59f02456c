import './components/index.js';
import { connectPage } from './components/page.js';

void connectPage(document.querySelector('unmocked-harness')!, location.search);
