import './components/index.js';
import { addReports, connectPage } from './components/page.js';

const harness = document.querySelector('unmocked-harness')!;
void connectPage(harness, location.search).then(() => addReports(harness));
