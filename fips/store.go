package fips

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// beyondOwner is the permission bits that let others than the owner read.
const beyondOwner = 0o044

// moduliFormat is a file of primes of which sshd picks one for each client:
// hundreds, of a few sizes, and told by size.
const moduliFormat = "moduli"

// store rules on what lies in a file.
func (j *Judge) store(d *docket, s *scanner.Store) {
	secret := false
	for i := range s.Items {
		item := &s.Items[i]
		if s.Format == moduliFormat && item.Prime != nil {
			d.add(j.prime(*item.Prime, ClassSSHKex), "group exchange")
			continue
		}
		j.item(d, item, itemPlace(item))
		secret = secret || item.Kind == scanner.ItemPrivateKey || item.Kind == scanner.ItemSecretKey
	}
	for _, p := range s.Protection {
		j.protection(d, p, "", cmp.Or(p.Member, s.Format))
	}
	if mode, err := strconv.ParseUint(s.Mode, 8, 32); err == nil && secret && mode&beyondOwner != 0 {
		d.add(j.named(protectionKind, "world-readable", ClassKeyAtRest), "mode "+s.Mode)
	}
}

// revokedMarker is before the keys of known_hosts that must not be taken.
const revokedMarker = "@revoked"

func (j *Judge) item(d *docket, item *scanner.Item, where string) {
	if c := item.Certificate; c != nil {
		j.certificate(d, c, place{where: where, role: item.Role, roleBy: item.RoleBy})
	}
	if r := item.Request; r != nil {
		d.addOf(item.SHA256, j.signature(r.SignatureOID, r.SignatureAlgorithm, r.PSS), where)
	}
	digest := item.SHA256
	if k := item.Key; k != nil {
		digest = cmp.Or(digest, k.SPKISHA256)
		switch {
		case item.Kind == scanner.ItemSecretKey:
			j.secretKey(d, *k, digest, where)
		case item.SSH != nil && item.SSH.Marker == revokedMarker: // listed so that nobody takes it
		case hidden(item) && len(j.keyRules(*k)) == 0: // unobserved, and not unknown
		case item.Kind == scanner.ItemKnownHost:
			j.key(d, *k, ClassSSHHostKey, digest, where)
		default:
			j.key(d, *k, ClassKeyStrength, digest, where)
		}
	}
	if item.SSHCertificate != nil {
		j.sshCertificate(d, item.SSHCertificate)
	}
	if item.Prime != nil {
		j.parameters(d, item, where)
	}
	if item.Protection != nil {
		j.protection(d, *item.Protection, digest, where)
		j.opened(d, *item.Protection, digest, where)
	}
}

// hidden tells whether a password hides all of a key but its algorithm, as it
// does in traditional PEM and in stores of Java's.
func hidden(item *scanner.Item) bool {
	k := item.Key
	return item.Kind == scanner.ItemPrivateKey && item.Protection != nil && item.SHA256 == "" && k.SPKISHA256 == "" && k.Bits == 0 && k.Curve == ""
}

// itemPlace is where in the file an item lies, as people would look for it. By
// its alias a store has a key and its certificates.
func itemPlace(item *scanner.Item) string {
	name := ""
	switch {
	case item.SSH != nil:
		name = fmt.Sprintf("line %d", item.SSH.Line)
	case item.Alias != "":
		name = item.Alias + ", " + strings.ReplaceAll(item.Kind, "-", " ")
	case item.Certificate != nil:
		name = item.Certificate.Subject
	case item.Request != nil:
		name = item.Request.Subject
	}
	if item.Member != "" && item.Alias != "" {
		return item.Member + ": " + name
	}
	return cmp.Or(item.Member, name, item.Kind)
}

// parameters rules on the group of a file of Diffie-Hellman parameters.
func (j *Judge) parameters(d *docket, item *scanner.Item, where string) {
	r := j.prime(*item.Prime, ClassKeyStrength)
	if r.Subject.Kind != "named-group" {
		r = j.ruling(j.rules.Named(keyKind, "DH-params-other"), r.Subject, ClassKeyStrength)
	}
	d.addOf(cmp.Or(item.SHA256, item.Prime.SHA256), r, where)
}

// shortSecret is the rule about symmetric keys that are too short.
const shortSecret = "symmetric-key-below-112"

// secretKey rules on a symmetric key by its length: all that is known of one
// is how many bits it has.
func (j *Judge) secretKey(d *docket, k scanner.Key, digest, where string) {
	s := Subject{keyKind, fmt.Sprintf("%s key of %d bits", cmp.Or(k.Algorithm, "secret"), k.Bits)}
	rules := j.rules.Named(keyKind, shortSecret)
	if len(rules) == 0 || !rules[0].Bounds.Holds(k.Bits) || k.Bits == 0 {
		d.addOf(digest, j.unclassified(nil, s, ClassKeyStrength), where) // lists of public keys do not speak of it
		return
	}
	d.addOf(digest, j.ruling(rules, s, ClassKeyStrength), where)
}
