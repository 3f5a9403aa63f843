// The host must take the access token out of the address before the router reads it.
import '$lib/host';
import { app } from '$lib/app/status.svelte';

// Asked before the router has found out which screen to read: by the time that one stands, the answer is there.
app.start();
