package cyclonedx

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// found is a protocol, a certificate, a key or another item as it was met in
// one place.
type found struct {
	ref        string
	context    string // where at the endpoint or in the file
	verdicts   []*verdict
	state      keyState
	algorithms []mention // that it rests on
	depends    []string  // assets that it rests on
	component  func() component
}

// A keyState is a state of SP 800-57 Part 1, section 7, so far as it shows.
// Of what several places tell the greater holds.
type keyState uint8

const (
	stateUnknown keyState = iota
	stateDeactivated
	statePreActivation
	stateActive
	stateCompromised
)

func (s keyState) String() string {
	return [...]string{"", "deactivated", "pre-activation", "active", "compromised"}[s]
}

// dated is the state by the dates of a certificate, on the day of judging.
func (x *inventory) dated(from, until time.Time) keyState {
	switch {
	case from.IsZero() && until.IsZero():
		return stateUnknown
	case !until.IsZero() && until.Before(x.day):
		return stateDeactivated
	case !from.Before(x.day.AddDate(0, 0, 1)):
		return statePreActivation
	}
	return stateActive
}

func certificateRef(sha256 string) string { return "certificate/" + sha256 }
func publicRef(spki string) string        { return "key/public/" + spki }

// privateRef tells apart a key that is kept in several ways.
func privateRef(spki string, p *scanner.Protection) string {
	if p == nil || p.Scheme == "none" {
		return "key/private/" + spki
	}
	return fmt.Sprintf("key/private/%s/%.16s", spki, scanner.Digest([]byte(fmt.Sprint(*p))))
}

// walk yields all assets of an observation, those first on which others rest.
func (x *inventory) walk(o scanner.Observation, i index, yield func(found)) {
	for _, s := range x.speaks(o) {
		yield(x.spoken(s, i))
	}
	if o.TLS != nil {
		for _, c := range o.TLS.Chains {
			for n := range c.Certificates {
				x.certificate(&c.Certificates[n], fmt.Sprintf("%s chain, certificate %d", c.Version, n), i, yield)
			}
		}
	}
	if o.SSH != nil {
		for _, h := range o.SSH.HostKeys {
			x.hostKey(h, "host key", i, yield)
			if c := h.Certificate; c != nil {
				x.hostKey(c.CA, "signer of a host certificate", i, yield)
				yield(x.sshCertificate(h, c, i))
			}
		}
	}
	if o.Store != nil {
		for n := range o.Store.Items {
			x.item(o, n, i, yield)
		}
	}
}

// certificate yields the key of a certificate, and the certificate.
func (x *inventory) certificate(c *scanner.Certificate, context string, i index, yield func(found)) {
	state := x.dated(c.NotBefore, c.NotAfter)
	f := found{ref: certificateRef(c.SHA256), context: context, verdicts: i.about(x, c.SHA256, everything), state: state}
	if c.SignatureAlgorithm != "" || c.SignatureOID != "" {
		f.algorithms = []mention{x.signature(c.SHA256, c.SignatureAlgorithm, c.SignatureOID, c.PSS, i)}
	}
	if c.Key.SPKISHA256 != "" {
		key := x.publicKey(c.Key, c.Key.SPKISHA256, c.SHA256, context, i)
		key.state = max(key.state, state)
		yield(key)
		f.depends = []string{key.ref}
	}
	f.component = func() component { return x.certificateComponent(c, f, state) }
	yield(f)
}

// signature is the algorithm of a signature. Of RSASSA-PSS the name does not
// tell the hash, so it is added.
func (x *inventory) signature(digest, name, oid string, pss *scanner.PSS, i index) mention {
	subject := cmp.Or(name, oid)
	m := mention{Subject: fips.Subject{Kind: kindSignature, Name: subject}, oid: oid}
	if pss != nil {
		m.Name += "-" + pss.Hash
		if pss.Defaults {
			m.Name = subject + "-SHA-1"
		}
	}
	m.verdicts = i.about(x, digest, func(r *fips.Ruling) bool { return r.Class == fips.ClassCertSignature && r.Subject.Name == subject })
	return m
}

// publicKey is a key that rulings name by the digest.
func (x *inventory) publicKey(k scanner.Key, id, digest, context string, i index) found {
	f := found{ref: publicRef(id), context: context, verdicts: i.about(x, digest, ofKey), algorithms: []mention{x.keyMention(k, digest, i)}}
	if len(k.Weak) > 0 {
		f.state = stateCompromised
	}
	f.component = func() component { return x.keyComponent(f, k, id) }
	return f
}

// keyMention is the algorithm of a key, by the name that it was ruled on as.
func (x *inventory) keyMention(k scanner.Key, digest string, i index) mention {
	m := mention{Subject: fips.Subject{Kind: kindPublicKey, Name: reports.KeyName(k)}, key: &k}
	name := func(r *fips.Ruling) bool { return r.Subject.Kind == kindPublicKey && r.Class != fips.ClassWeakKey }
	for _, r := range i.digests[digest] {
		if name(r) {
			m.Name = r.Subject.Name
		}
	}
	m.verdicts = i.about(x, digest, func(r *fips.Ruling) bool { return name(r) && r.Subject.Name == m.Name })
	return m
}

func (x *inventory) hostKey(h scanner.HostKey, context string, i index, yield func(found)) {
	k := scanner.Key{Algorithm: keyOfSSH(h.Type), Bits: h.Bits, Curve: h.Curve, SPKISHA256: h.SPKI, Weak: h.Weak}
	f := x.publicKey(k, cmp.Or(h.SPKI, h.SHA256), h.SHA256, context, i)
	if h.Proven {
		f.state = max(f.state, stateActive) // it signed
	}
	yield(f)
}

// keyOfSSH is the algorithm of a key by the name of its type in SSH.
func keyOfSSH(kind string) string {
	switch {
	case kind == "ssh-rsa":
		return "RSA"
	case kind == "ssh-dss":
		return "DSA"
	case kind == "ssh-ed25519":
		return "Ed25519"
	case kind == "ssh-ed448":
		return "Ed448"
	case strings.HasPrefix(kind, "ecdsa-sha2-"):
		return "EC"
	}
	return kind
}

// sshCertificate is a host key's certificate, which rests on the key that it
// certifies and on its signer's.
func (x *inventory) sshCertificate(h scanner.HostKey, c *scanner.SSHCertificate, i index) found {
	var from, until time.Time
	if c.ValidAfter != nil {
		from = *c.ValidAfter
	}
	if c.ValidBefore != nil {
		until = *c.ValidBefore
	}
	f := found{ref: certificateRef(c.SHA256), context: "host certificate", verdicts: i.about(x, c.SHA256, everything), state: x.dated(from, until),
		algorithms: named("ssh-hostkey", c.Signature), depends: []string{publicRef(cmp.Or(h.SPKI, h.SHA256)), publicRef(cmp.Or(c.CA.SPKI, c.CA.SHA256))}}
	f.component = func() component {
		p := &certificate{Serial: c.Serial, Subject: strings.Join(c.Principals, ", "), NotBefore: stamp(from), NotAfter: stamp(until), Format: "OpenSSH"}
		p.State, p.Related = x.lifecycle(f.state), x.relations(f)
		return component{Type: typeCrypto, Name: cmp.Or(c.ID, "host certificate"), Hashes: []hash{sha256Of(c.SHA256)},
			Crypto: &crypto{Type: "certificate", Certificate: p}}
	}
	return f
}
