// The host must take the access token out of the address before the router reads it.
import '$lib/host';
