package certstore

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// isJWK tells JSON that holds keys as RFC 7517 writes them, alone, in a set, or
// somewhere in the settings of a program.
func isJWK(prefix []byte, _ string) bool {
	trimmed := bytes.TrimSpace(prefix)
	return len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') &&
		(bytes.Contains(prefix, []byte(`"kty"`)) || bytes.Contains(prefix, []byte(`"x5c"`)))
}

// jwk reads the keys of a file, and holds no more of it than one key.
func (c *content) jwk(data []byte) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for d.More() {
		if _, err := c.webValue(d, 0, false); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			c.incomplete("JSON Web Keys", scanner.ReasonGarbage, scanner.Escape(err.Error()))
			return
		}
	}
}

// webValue reads the next value, which may be the certificates that are given for a
// key (RFC 7517 section 4.7), beside it or in the header of what it signed. It tells
// what is neither list nor map.
func (c *content) webValue(d *json.Decoder, depth int, chain bool) (any, error) {
	const deep = 32
	if depth > deep {
		var passed json.RawMessage
		return nil, d.Decode(&passed)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		for d.More() {
			one, err := c.webValue(d, depth+1, false)
			if err != nil {
				return nil, err
			}
			if text, ok := one.(string); ok && chain {
				c.webCertificate(text)
			}
		}
		_, err = d.Token()
		return nil, err
	case json.Delim('{'):
		return nil, c.webObject(d, depth)
	}
	return token, nil
}

// webCertificate reads one certificate of a chain.
func (c *content) webCertificate(text string) {
	if der, err := base64.StdEncoding.DecodeString(text); err == nil && len(der) > 0 {
		c.format("JSON Web Key")
		c.item(scanner.ItemCertificate, der)
	}
}

// webFields are the fields of a key that are read.
var webFields = []string{"kty", "kid", "alg", "crv", "n", "e", "x", "y", "d", "k", "pub", "priv"}

// webObject reads a map, which is a key or has such in it.
func (c *content) webObject(d *json.Decoder, depth int) error {
	var o object
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		value, err := c.webValue(d, depth+1, name == "x5c")
		if err != nil {
			return err
		}
		if name, ok := name.(string); ok && slices.Contains(webFields, name) {
			if o == nil {
				o = object{}
			}
			o[name] = value
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if o.text("kty") != "" {
		c.webKey(o)
	}
	return nil
}

// webKey reads one key.
func (c *content) webKey(o object) {
	c.format("JSON Web Key")
	private := o.text("d") != "" || o.text("priv") != ""
	for _, name := range webNeeds[o.text("kty")] {
		if len(bytesOf(o, name)) == 0 { // no digest: all such would be one key
			c.add(scanner.Item{Kind: webKind(o.text("kty"), private), Alias: scanner.Escape(o.text("kid")), Problem: "its " + name + " is missing or no base64 for URLs"})
			return
		}
	}
	if o.text("kty") == "oct" {
		secret := bytesOf(o, "k")
		c.add(scanner.Item{Kind: scanner.ItemSecretKey, Alias: scanner.Escape(o.text("kid")), Protection: inTheClear(),
			Key: &scanner.Key{Algorithm: secretFor(o.text("alg")), Bits: 8 * len(secret)}})
		return
	}
	spki := webSPKI(o)
	if spki == nil {
		c.incomplete("JSON Web Key", scanner.ReasonUncomputable, scanner.Escape("this version does not read a key of type "+o.text("kty")+" "+o.text("crv")))
		return
	}
	c.bareKey(spki, scanner.Escape(o.text("kid")), private)
}

// webNeeds are the fields without which there is no key, by its type.
var webNeeds = map[string][]string{"RSA": {"n", "e"}, "EC": {"x", "y"}, "OKP": {"x"}, "AKP": {"pub"}, "oct": {"k"}}

func webKind(kty string, private bool) string {
	switch {
	case kty == "oct":
		return scanner.ItemSecretKey
	case private:
		return scanner.ItemPrivateKey
	}
	return scanner.ItemPublicKey
}

// bareKey adds a key by its public half. A private one beside it is in the
// clear.
func (c *content) bareKey(spki []byte, alias string, private bool) {
	key, err := pkix.PublicKey(spki)
	item := scanner.Item{Kind: scanner.ItemPublicKey, SHA256: key.SPKISHA256, Alias: alias, Problem: text(err)}
	if err == nil {
		key.Weak = append(key.Weak, c.known.Of(spki)...)
		item.Key = &key
	}
	if private {
		item.Kind, item.Protection = scanner.ItemPrivateKey, inTheClear()
	}
	c.add(item)
}

func inTheClear() *scanner.Protection { return &scanner.Protection{Scheme: "none"} }

// secretFor names what a secret is for by the algorithm that it is kept for
// (RFC 7518 sections 3.1, 4.1 and 5.1).
func secretFor(alg string) string {
	switch {
	case strings.HasPrefix(alg, "HS"):
		return "HMAC"
	case strings.HasPrefix(alg, "A"):
		return "AES"
	}
	return "secret"
}

// webCurves are the curves of RFC 7518 section 6.2.1.1 and RFC 8812.
var webCurves = map[string]asn1.ObjectIdentifier{
	"P-256": {1, 2, 840, 10045, 3, 1, 7}, "P-384": {1, 3, 132, 0, 34}, "P-521": {1, 3, 132, 0, 35}, "secp256k1": {1, 3, 132, 0, 10},
}

// webKeyTypes are those of RFC 8037 by curve and of RFC 9964 by algorithm, whose
// public key is one string of bytes.
var webKeyTypes = map[string]asn1.ObjectIdentifier{
	"X25519": {1, 3, 101, 110}, "X448": {1, 3, 101, 111}, "Ed25519": {1, 3, 101, 112}, "Ed448": {1, 3, 101, 113},
	"ML-DSA-44": {2, 16, 840, 1, 101, 3, 4, 3, 17}, "ML-DSA-65": {2, 16, 840, 1, 101, 3, 4, 3, 18}, "ML-DSA-87": {2, 16, 840, 1, 101, 3, 4, 3, 19},
}

// webSPKI writes the public half of a key as X.509 has it, so that it has the
// digest of the same key elsewhere; nil for a type that is not known.
func webSPKI(o object) []byte {
	switch o.text("kty") {
	case "RSA":
		pkcs1, err := asn1.Marshal(struct{ N, E *big.Int }{new(big.Int).SetBytes(bytesOf(o, "n")), new(big.Int).SetBytes(bytesOf(o, "e"))})
		if err != nil {
			return nil
		}
		return spkiOf(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.NullRawValue, pkcs1)
	case "EC":
		curve, ok := webCurves[o.text("crv")]
		if !ok {
			return nil
		}
		return spkiOf(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, curve, slices.Concat([]byte{4}, bytesOf(o, "x"), bytesOf(o, "y")))
	case "OKP":
		return spkiOf(webKeyTypes[o.text("crv")], nil, bytesOf(o, "x"))
	case "AKP":
		return spkiOf(webKeyTypes[o.text("alg")], nil, bytesOf(o, "pub"))
	}
	return nil
}

// spkiOf writes a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
func spkiOf(algorithm asn1.ObjectIdentifier, parameters any, key []byte) []byte {
	type identifier struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	id := identifier{Algorithm: algorithm}
	if parameters != nil {
		der, err := asn1.Marshal(parameters)
		if err != nil {
			return nil
		}
		id.Parameters = asn1.RawValue{FullBytes: der}
	}
	der, err := asn1.Marshal(struct {
		Algorithm identifier
		Key       asn1.BitString
	}{id, asn1.BitString{Bytes: key, BitLength: 8 * len(key)}})
	if err != nil {
		return nil // no such algorithm
	}
	return der
}

// bytesOf decodes a field, in base64 for URLs without padding (RFC 7515 section
// 2); none where it is something else.
func bytesOf(o object, name string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(o.text(name), "="))
	if err != nil {
		return nil
	}
	return data
}
