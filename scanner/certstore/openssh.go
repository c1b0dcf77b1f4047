package certstore

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// openSSH adds a private key in OpenSSH's own format, whose public half and
// protection stand in the clear before the secret.
func (c *content) openSSH(b block) {
	item := scanner.Item{Kind: scanner.ItemPrivateKey}
	if b.problem != "" {
		item.Problem = b.label + ": " + b.problem
		c.add(item)
		return
	}
	c.sshPrivate(sshfile.ParsePrivateKey(b.data))
}

// ssh2 adds a public key of RFC 4716.
func (c *content) ssh2(b block) {
	key, err := sshfile.KeyOf(b.data)
	if b.problem == "" && err != nil {
		b.problem = err.Error()
	}
	if b.problem != "" {
		c.add(scanner.Item{Kind: scanner.ItemPublicKey, Problem: b.label + ": " + b.problem})
		return
	}
	c.sshKey(scanner.ItemPublicKey, sshfile.PublicKey{Key: key, Blob: b.data, Comment: scanner.Escape(strings.Trim(b.headers["Comment"], `"`))}, nil)
}

// putty adds a private key of PuTTY's, which says as much in the clear.
func (c *content) putty(data []byte) {
	c.format("PuTTY")
	c.sshPrivate(sshfile.ParsePuTTYKey(data))
}

func (c *content) sshPrivate(private sshfile.PrivateKey) {
	item := scanner.Item{Kind: scanner.ItemPrivateKey}
	item.Key, item.Protection, item.Problem = private.Key, private.Protection, private.Problem
	if item.Key != nil {
		c.weak(item.Key, private.Blob)
		item.SHA256 = item.Key.SPKISHA256
	}
	c.add(item)
}

// weak tells of a key that stood in a file of SSH's what package pkix looks
// for in any key.
func (c *content) weak(key *scanner.Key, blob []byte) {
	public, err := sshwire.ParsePublicKey(blob)
	if err != nil {
		return
	}
	spki := public.SPKI()
	if facts, err := pkix.PublicKey(spki); err == nil {
		key.Weak = append(facts.Weak, c.known.Of(spki)...)
	}
}
