package certstore

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"regexp"

	"github.com/fipsweep/fipsweep/scanner"
)

// wireGuardKey is a key in a configuration of WireGuard (wg(8)) or of
// systemd-networkd (systemd.netdev(5)): 32 bytes of X25519, or shared.
var wireGuardKey = regexp.MustCompile(`(?im)^[ \t]*(PrivateKey|PublicKey|PresharedKey)[ \t]*=[ \t]*([A-Za-z0-9+/]{43}=)[ \t]*(?:#.*)?\r?$`)

var wireGuardSection = regexp.MustCompile(`(?im)^[ \t]*\[(?:Interface|Peer|WireGuard|WireGuardPeer)\]`)

func isWireGuard(prefix []byte, _ string) bool {
	return (bytes.Contains(prefix, []byte("PrivateKey")) || bytes.Contains(prefix, []byte("PublicKey"))) &&
		wireGuardSection.Match(prefix) && wireGuardKey.Match(prefix)
}

func (c *content) wireGuard(data []byte) {
	c.format("WireGuard")
	for _, m := range wireGuardKey.FindAllSubmatch(data, maxItems+1) {
		key, err := base64.StdEncoding.DecodeString(string(m[2]))
		if err != nil {
			continue // not in base64's own form
		}
		switch bytes.ToLower(m[1])[1] {
		case 'r':
			if m[1][2]|0x20 == 'e' { // PresharedKey
				c.add(scanner.Item{Kind: scanner.ItemSecretKey, Key: &scanner.Key{Algorithm: "secret", Bits: 8 * len(key)}, Protection: inTheClear()})
				continue
			}
			private, err := ecdh.X25519().NewPrivateKey(key)
			if err != nil { // the module that we run on has no such curve: it is a key all the same
				c.add(x25519Key())
				continue
			}
			c.bareKey(spkiOf(webKeyTypes["X25519"], nil, private.PublicKey().Bytes()), "", true)
		default:
			c.bareKey(spkiOf(webKeyTypes["X25519"], nil, key), "", false)
		}
	}
}

// ageKey is a secret key of age, in Bech32; it may stand behind a comment with
// its public half.
var ageKey = regexp.MustCompile(`(?m)^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]{50,}\r?$`)

func isAge(prefix []byte, _ string) bool {
	return bytes.Contains(prefix, []byte("AGE-SECRET-KEY-")) && ageKey.Match(prefix)
}

// age tells keys on X25519; of those with ML-KEM besides no more than that they
// are there.
func (c *content) age(data []byte) {
	for _, m := range ageKey.FindAllSubmatch(data, maxItems+1) {
		if len(m[1]) > 0 {
			c.unread("age hybrid key")
			continue
		}
		c.format("age")
		c.add(x25519Key())
	}
}

// x25519Key is a private key of which the public half is not known.
func x25519Key() scanner.Item {
	return scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: "X25519", OID: "1.3.101.110", Bits: 255}, Protection: inTheClear()}
}
