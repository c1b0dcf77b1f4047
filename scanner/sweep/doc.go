// Package sweep runs a sweep on this machine. It owns every goroutine of it
// and every limit on it: how many endpoints and sockets at once, how many
// questions to one host, how many new connections a second, how long each may
// take; and it keeps a fault in one probe from ending the rest.
//
// It never looks at what was observed beyond whether a host answers, and never
// judges.
package sweep
