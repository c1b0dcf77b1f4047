package sshprobe

import (
	"crypto"
	"crypto/ecdh"
	"slices"
)

// A method is a key exchange whose first message we can make. One of curve,
// prime and kem is set, or none for group exchange; kem goes with a curve too.
type method struct {
	name  string
	hash  crypto.Hash
	curve ecdh.Curve
	prime string // iana's name of the group, generator 2
	kem   kem
}

func (m method) isGroupExchange() bool { return m.curve == nil && m.prime == "" && m.kem.public == 0 }

// methods are in the order in which they are tried: those that prove a host
// key, by their cost to the server; those that we can begin and not finish; and
// group exchange last, unless its prime is wanted.
func methods() []method {
	const sha1, sha224, sha256, sha384, sha512 = crypto.SHA1, crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512
	return []method{
		{name: "curve25519-sha256", hash: sha256, curve: ecdh.X25519()},
		{name: "curve25519-sha256@libssh.org", hash: sha256, curve: ecdh.X25519()},
		{name: "ecdh-sha2-nistp256", hash: sha256, curve: ecdh.P256()},
		{name: "mlkem768x25519-sha256", hash: sha256, curve: ecdh.X25519(), kem: mlkem768()},
		{name: "mlkem768nistp256-sha256", hash: sha256, curve: ecdh.P256(), kem: mlkem768()},
		{name: "ecdh-sha2-nistp384", hash: sha384, curve: ecdh.P384()},
		{name: "mlkem1024nistp384-sha384", hash: sha384, curve: ecdh.P384(), kem: mlkem1024()},
		{name: "ecdh-sha2-nistp521", hash: sha512, curve: ecdh.P521()},
		{name: "diffie-hellman-group14-sha256", hash: sha256, prime: "MODP-2048"},
		{name: "diffie-hellman-group14-sha256@ssh.com", hash: sha256, prime: "MODP-2048"},
		{name: "diffie-hellman-group14-sha224@ssh.com", hash: sha224, prime: "MODP-2048"},
		{name: "diffie-hellman-group14-sha1", hash: sha1, prime: "MODP-2048"},
		{name: "diffie-hellman-group1-sha1", hash: sha1, prime: "MODP-1024"},
		{name: "diffie-hellman-group15-sha512", hash: sha512, prime: "MODP-3072"},
		{name: "diffie-hellman-group15-sha384@ssh.com", hash: sha384, prime: "MODP-3072"},
		{name: "diffie-hellman-group15-sha256@ssh.com", hash: sha256, prime: "MODP-3072"},
		{name: "diffie-hellman-group16-sha512", hash: sha512, prime: "MODP-4096"},
		{name: "diffie-hellman-group16-sha512@ssh.com", hash: sha512, prime: "MODP-4096"},
		{name: "diffie-hellman-group16-sha384@ssh.com", hash: sha384, prime: "MODP-4096"},
		{name: "diffie-hellman-group17-sha512", hash: sha512, prime: "MODP-6144"},
		{name: "diffie-hellman-group18-sha512", hash: sha512, prime: "MODP-8192"},
		{name: "diffie-hellman-group18-sha512@ssh.com", hash: sha512, prime: "MODP-8192"},
		{name: "sntrup761x25519-sha512", hash: sha512, curve: ecdh.X25519(), kem: opaque(1158)},
		{name: "sntrup761x25519-sha512@openssh.com", hash: sha512, curve: ecdh.X25519(), kem: opaque(1158)},
		{name: "sntrup4591761x25519-sha512@tinyssh.org", hash: sha512, curve: ecdh.X25519(), kem: opaque(1218)},
		{name: "curve448-sha512", hash: sha512, kem: opaque(56)},
		{name: "diffie-hellman-group-exchange-sha256", hash: sha256},
		{name: "diffie-hellman-group-exchange-sha1", hash: sha1},
		{name: "diffie-hellman-group-exchange-sha512@ssh.com", hash: sha512},
		{name: "diffie-hellman-group-exchange-sha384@ssh.com", hash: sha384},
		{name: "diffie-hellman-group-exchange-sha224@ssh.com", hash: sha224},
	}
}

// chooseMethod picks the first of methods that the server offers, or group
// exchange before all if its prime is wanted.
func chooseMethod(offered []string, wantGroup bool) (method, bool) {
	var chosen *method
	for _, m := range methods() {
		switch {
		case !slices.Contains(offered, m.name):
		case wantGroup && m.isGroupExchange():
			return m, true
		case chosen == nil:
			chosen = &m
		}
	}
	if chosen == nil {
		return method{}, false
	}
	return *chosen, true
}

func offersGroupExchange(offered []string) bool {
	m, ok := chooseMethod(offered, true)
	return ok && m.isGroupExchange()
}
