// Package scanner says what was seen. It owns the nouns of a sweep — target,
// endpoint, observation, evidence, reason — and the small interfaces that
// carry them from an operator's words to a stream of observations.
//
// It never judges: whether an algorithm is approved is package fips's to say.
// It does no I/O, reads no clock and starts no goroutine.
package scanner
