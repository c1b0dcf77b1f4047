package sshprobe

import (
	"crypto"
	"crypto/ecdh"
	"crypto/fips140"
	"crypto/rand"
	_ "crypto/sha1"   // exchange hashes and signatures of old servers
	_ "crypto/sha256" // those of today
	_ "crypto/sha512"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// A method is a key exchange whose first message we can make. One of curve,
// prime and neither (group exchange) is set.
type method struct {
	name  string
	hash  crypto.Hash
	curve ecdh.Curve
	prime string // iana's name of the group, generator 2
}

func (m method) isGroupExchange() bool { return m.curve == nil && m.prime == "" }

// methods are in the order of cost to the server, group exchange last. A
// hybrid with ML-KEM would be one more kind of share here.
func methods() []method {
	const sha1, sha256, sha384, sha512 = crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512
	return []method{
		{name: "curve25519-sha256", hash: sha256, curve: ecdh.X25519()},
		{name: "curve25519-sha256@libssh.org", hash: sha256, curve: ecdh.X25519()},
		{name: "ecdh-sha2-nistp256", hash: sha256, curve: ecdh.P256()},
		{name: "ecdh-sha2-nistp384", hash: sha384, curve: ecdh.P384()},
		{name: "ecdh-sha2-nistp521", hash: sha512, curve: ecdh.P521()},
		{name: "diffie-hellman-group14-sha256", hash: sha256, prime: "MODP-2048"},
		{name: "diffie-hellman-group14-sha1", hash: sha1, prime: "MODP-2048"},
		{name: "diffie-hellman-group1-sha1", hash: sha1, prime: "MODP-1024"},
		{name: "diffie-hellman-group15-sha512", hash: sha512, prime: "MODP-3072"},
		{name: "diffie-hellman-group16-sha512", hash: sha512, prime: "MODP-4096"},
		{name: "diffie-hellman-group17-sha512", hash: sha512, prime: "MODP-6144"},
		{name: "diffie-hellman-group18-sha512", hash: sha512, prime: "MODP-8192"},
		{name: "diffie-hellman-group-exchange-sha256", hash: sha256},
		{name: "diffie-hellman-group-exchange-sha1", hash: sha1},
	}
}

// chooseMethod picks the cheapest of what the server offers, or group exchange
// before all if its prime is wanted.
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

// groupRequest asks for the smallest prime that the server would ever hand
// out, since that is the one to judge it by (RFC 4419 section 3 allows 1024).
var groupRequest = sshwire.GroupRequest{Min: 1024, Preferred: 1024, Max: maxPrimeBits}

// Bounds on primes that we compute with. Others are told and left alone.
const (
	minPrimeBits = 512
	maxPrimeBits = 8192
)

var errUncomputable = errors.New("cannot be computed")

// An answer is what one key exchange brought.
type answer struct {
	group *sshwire.Group // as sent in group exchange
	key   []byte         // the host key blob
	// proven means that the key's signature over this exchange is good.
	proven bool
}

// A share is our half of a key exchange.
type share struct {
	public []byte // encoded as in the message and in the exchange hash
	// secret computes the shared secret; nil if the other half is no good.
	secret func(theirs []byte) *big.Int
}

// exchange takes the conversation from the server's KEXINIT to its host key.
func (t *talk) exchange(m method, hostKeyAlgorithm string) (answer, error) {
	var a answer
	kexinit := t.propose(m, hostKeyAlgorithm)
	if m.isGroupExchange() {
		return t.exchangeByGroup(m, kexinit)
	}
	var ours share
	var err error
	fips140.WithoutEnforcement(func() { // a question, and not what protects anything
		if m.curve != nil {
			ours, err = curveShare(m.curve)
		} else {
			prime, _ := iana.PrimeByName(m.prime)
			ours = primeShare(new(big.Int).SetBytes(prime.Value), big.NewInt(2))
		}
	})
	if err != nil {
		return a, fmt.Errorf("share for %s: %w", m.name, errUncomputable)
	}
	if err := t.send(kexinit, sshwire.KexPublic(sshwire.MsgKexInit, ours.public)); err != nil {
		return a, err
	}
	return t.finish(m, ours, nil, sshwire.MsgKexReply, a)
}

// exchangeByGroup is the exchange of RFC 4419, in which the server picks the
// group.
func (t *talk) exchangeByGroup(m method, kexinit []byte) (answer, error) {
	var a answer
	if err := t.send(kexinit, groupRequest.Payload()); err != nil {
		return a, err
	}
	t.doing = "waiting for a group"
	payload, err := t.receive(sshwire.MsgKexGroup)
	if err != nil {
		return a, err
	}
	group, err := sshwire.ParseGroup(payload)
	if err != nil {
		return a, err
	}
	a.group = &group
	// math/big takes a modulus of zero for none and would fill the memory.
	if n := group.P.BitLen(); n < minPrimeBits || n > maxPrimeBits {
		return a, fmt.Errorf("prime of %d bits: %w", n, errUncomputable)
	}
	if group.G.Cmp(big.NewInt(2)) < 0 || group.G.Cmp(group.P) >= 0 {
		return a, fmt.Errorf("generator outside the group: %w", errUncomputable)
	}
	ours := primeShare(group.P, group.G)
	if err := t.send(sshwire.KexPublic(sshwire.MsgKexGroupInit, ours.public)); err != nil {
		return a, err
	}
	extra := sshwire.AppendMpint(groupRequest.Encoded(), group.P)
	extra = sshwire.AppendMpint(extra, group.G)
	return t.finish(m, ours, extra, sshwire.MsgKexGroupReply, a)
}

// finish reads the reply, which carries the host key before any secret is
// needed, and sees whether the server holds that key.
func (t *talk) finish(m method, ours share, extra []byte, number byte, a answer) (answer, error) {
	t.doing = "waiting for the host key"
	payload, err := t.receive(number)
	if err != nil {
		return a, err
	}
	reply, err := sshwire.ParseKexReply(payload, number)
	if err != nil {
		return a, err
	}
	t.leave()
	a.key = reply.HostKey
	fips140.WithoutEnforcement(func() {
		if secret := ours.secret(reply.Public); secret != nil {
			a.proven = proves(reply, t.exchangeHash(m.hash, reply, ours, extra, secret))
		}
	})
	return a, nil
}

// exchangeHash is H of RFC 4253 section 8, RFC 5656 section 4 and, with extra,
// RFC 4419 section 3.
func (t *talk) exchangeHash(hash crypto.Hash, reply sshwire.KexReply, ours share, extra []byte, secret *big.Int) []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(ourLine), t.theirs.Line, t.ourKexinit, t.theirKexinit, reply.HostKey} {
		b = sshwire.AppendString(b, part)
	}
	b = append(b, extra...)
	b = append(b, ours.public...)
	b = sshwire.AppendString(b, reply.Public)
	b = sshwire.AppendMpint(b, secret)
	h := hash.New()
	h.Write(b)
	return h.Sum(nil)
}

func curveShare(curve ecdh.Curve) (share, error) {
	key, err := curve.GenerateKey(rand.Reader)
	if err != nil {
		return share{}, err
	}
	return share{
		public: sshwire.AppendString(nil, key.PublicKey().Bytes()),
		secret: func(theirs []byte) *big.Int {
			point, err := curve.NewPublicKey(theirs)
			if err != nil {
				return nil
			}
			secret, err := key.ECDH(point)
			if err != nil {
				return nil
			}
			return new(big.Int).SetBytes(secret) // RFC 8731 section 3.1: X25519's too, big-endian
		},
	}, nil
}

// primeShare has an exponent of 256 bits: enough for the value to pass the
// server's checks, and nothing secret hangs on it.
func primeShare(p, g *big.Int) share {
	var exponent [32]byte
	rand.Read(exponent[:])
	x := new(big.Int).SetBytes(exponent[:])
	return share{
		public: sshwire.AppendMpint(nil, new(big.Int).Exp(g, x, p)),
		secret: func(theirs []byte) *big.Int {
			if len(theirs) > maxPrimeBits/8+1 {
				return nil
			}
			f := new(big.Int).SetBytes(theirs)
			if f.Cmp(big.NewInt(1)) <= 0 || f.Cmp(new(big.Int).Sub(p, big.NewInt(1))) >= 0 {
				return nil
			}
			return f.Exp(f, x, p)
		},
	}
}
