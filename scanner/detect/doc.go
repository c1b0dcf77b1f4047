// Package detect finds out what speaks on a port from what it says, in one
// connection where that can be, and hands the endpoint and the connection on
// to whoever knows the protocol.
//
// On ports where servers speak first it listens; elsewhere it writes the TLS
// probe's own first question at once, so that a TLS server, which most are,
// costs no connection more. It knows protocols by their first bytes only, and
// never judges.
package detect
