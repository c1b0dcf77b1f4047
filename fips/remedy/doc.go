// Package remedy writes the configuration lines, by product and version, that
// would leave of an endpoint only what is approved or allowed under a policy
// and on a day, and says what no line mends: a key, a certificate, a library
// that is too old.
//
// It rules on nothing: a [fips.Judge] says what passes. What a product knows is
// tables here. Where a product has nothing that passes, the mildest that it
// has is left and told. It is pure: no I/O and no clock.
package remedy
