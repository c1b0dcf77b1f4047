package sshprobe

import (
	"crypto"
	"crypto/fips140"
	_ "crypto/sha1"   // exchange hashes and signatures of old servers
	_ "crypto/sha256" // those of today
	_ "crypto/sha512"
	"errors"
	"fmt"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// Bounds on primes that we compute with. Others are told and left alone.
const (
	minPrimeBits = 512
	maxPrimeBits = 8192
)

var errUncomputable = errors.New("cannot be computed")

// An answer is what one key exchange brought.
type answer struct {
	group *sshwire.Group // as sent in group exchange
	old   *bool          // whether the server took a request of the old style; nil where not asked
	key   []byte         // the host key blob
	// proven means that the key's signature over this exchange is good.
	proven bool

	finished      bool   // we have the secret, and asked for extensions
	extensions    []byte // SSH_MSG_EXT_INFO; nil if the server sent none
	extensionsErr error
}

// exchange takes the conversation from the server's KEXINIT to its host key.
func (t *talk) exchange(m method, hostKeyAlgorithm string, ask groupQuestion) (answer, error) {
	kexinit := t.propose(m, hostKeyAlgorithm)
	if m.isGroupExchange() {
		return t.exchangeByGroup(m, kexinit, ask)
	}
	var ours share
	var err error
	fips140.WithoutEnforcement(func() { // a question, and not what protects anything
		ours, err = m.share()
	})
	if err != nil {
		return answer{}, fmt.Errorf("share for %s: %w", m.name, errUncomputable)
	}
	if err := t.send(kexinit, sshwire.KexPublic(sshwire.MsgKexInit, ours.public)); err != nil {
		return answer{}, err
	}
	return t.finish(m, ours, nil, sshwire.MsgKexReply, answer{})
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
	s := secrets{hash: m.hash}
	fips140.WithoutEnforcement(func() {
		if s.k = ours.secret(reply.Public); s.k != nil {
			s.h = t.exchangeHash(m.hash, reply, ours, extra, s.k)
			a.proven = proves(reply, s.h)
		}
	})
	if s.k != nil && t.extensions {
		a.finished = true
		a.extensions, a.extensionsErr = t.readExtensions(s)
	}
	return a, nil
}

// exchangeHash is H of RFC 4253 section 8, RFC 5656 section 4 and, with extra,
// RFC 4419 section 3.
func (t *talk) exchangeHash(hash crypto.Hash, reply sshwire.KexReply, ours share, extra []byte, secret []byte) []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(ourLine), t.theirs.Line, t.ourKexinit, t.theirKexinit, reply.HostKey} {
		b = sshwire.AppendString(b, part)
	}
	b = append(b, extra...)
	b = append(b, ours.public...)
	b = sshwire.AppendString(b, reply.Public)
	b = append(b, secret...)
	h := hash.New()
	h.Write(b)
	return h.Sum(nil)
}
