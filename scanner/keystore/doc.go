// Package keystore opens what a password locks: private keys under PKCS#8's
// and OpenSSL's traditional encryption, and the stores of PKCS#12, JKS, JCEKS,
// BKS, UBER and BCFKS. Of OpenPGP keyrings it tells how secret keys are kept and
// opens none.
//
// Each is read in two steps. The first needs no password: what protects the
// content stands in the clear, and in most formats so do the certificates. The
// second tries the passwords in their order. A password that does not fit and
// a file that is damaged are told apart wherever the format lets them be.
//
// It does no I/O, reads no clock and starts no goroutine. It never judges. What
// it decrypts it reduces to facts itself: no private value and no password
// leaves it, not in a result, not in an error, not through a verb of package
// fmt.
//
// The old algorithms here (DES, RC2, RC4, Blowfish, CAST5, MD5, SHA-1, PKCS#12's key derivation)
// are for reading what others wrote. Nothing is ever encrypted.
package keystore
