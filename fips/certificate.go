package fips

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A place is where a certificate was seen, which decides what is asked of it.
type place struct {
	served  bool   // by a TLS endpoint; else it lies in a file
	issuer  bool   // in a chain, above the leaf
	name    string // the server name that was asked for; "" for none
	trusted bool   // the chain leads to an anchor on the day
	role    string // in a file: what it is for, and by what that was told; "" where nobody asked
	roleBy  string
	where   string
}

// unreadKind and unreadName are what a certificate is called that no parser
// takes: what it says its name is may be wrong, and its digest is told besides.
const unreadKind, unreadName = "certificate", "not parsed"

// certificate rules on one certificate by itself.
func (j *Judge) certificate(d *docket, c *scanner.Certificate, p place) {
	if c.Problem != "" {
		r := j.unclassified(nil, Subject{unreadKind, unreadName}, ClassCertInventory)
		r.Because = fmt.Sprintf("No parser takes this certificate (%s); what could be read of it is ruled on besides.", c.Problem)
		r.Remedy = "Re-issue it as RFC 5280 asks, or remove it."
		empty := c.SignatureOID == "" && c.SignatureAlgorithm == "" && c.Key.Algorithm == ""
		if empty {
			r.Because = "No parser could read this certificate, so nothing of it was ruled on."
		}
		if d.addOf(c.SHA256, r, p.where); empty {
			return
		}
	}
	if anchor(c, p) && !p.served {
		defer j.heldByOthers(d, len(d.rulings))
	}
	j.certificateSignature(d, c, p)
	j.key(d, c.Key, ClassCertKey, c.SHA256, p.where)
	j.validity(d, c, p)
	if c.Version < 3 && !p.issuer && !anchor(c, p) {
		j.property(d, c, "x509-v1", ClassCertChain, p, "")
	}
	if !c.SelfSigned && shortSerial(c.Serial) {
		j.property(d, c, "serial-short-or-negative", ClassCertSignature, p, "")
	}
	if p.served && !p.issuer {
		j.leaf(d, c, p)
	}
}

// heldByOthers words the remedies of what was found since about a root in a
// file: most such belong to somebody else, so that nobody here can renew them.
// What a policy asks, or a rule about anchors, stays in its own words.
func (j *Judge) heldByOthers(d *docket, since int) {
	for i := range d.rulings[since:] {
		r := &d.rulings[since+i]
		if r.Status.IsFinding() && r.Rule != "" && r.Rule != j.anchor && r.Base == nil {
			r.Remedy = "Take it out of the store, or if the CA is yours: " + lowered(r.Remedy)
		}
	}
}

// lowered is a sentence as it goes on behind a colon.
func lowered(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]|0x20) + s[1:]
	}
	return s
}

// property rules by the name of a rule about certificates; detail says what
// was seen of this one.
func (j *Judge) property(d *docket, c *scanner.Certificate, name string, class Class, p place, detail string) {
	r := j.named(propertyKind, name, class)
	if detail != "" {
		r.Because += " " + detail
	}
	d.addOf(c.SHA256, r, p.where)
}

// anchor tells whether the certificate stands as a trust anchor: a root above
// the leaf of a chain, or one in a file that is there to be trusted. Version 1
// has no basic constraints by which a root could say that it is one.
func anchor(c *scanner.Certificate, p place) bool {
	if p.role != "" {
		return p.role == scanner.RoleAnchor
	}
	return c.Role() == scanner.RoleAnchor && (p.issuer || !p.served)
}

func (j *Judge) certificateSignature(d *docket, c *scanner.Certificate, p place) {
	r := j.signature(c.SignatureOID, c.SignatureAlgorithm, c.PSS)
	switch {
	case !sha1Signature(c):
	case anchor(c, p):
		subject := r.Subject
		r = j.named(propertyKind, anchorName, ClassCertSignature)
		if r.Rule != "" {
			r.Subject = subject
		}
	case c.Role() == scanner.RoleAnchor && notAnchor[p.roleBy] != "":
		r.Because += " It looks like a root, whose signature over itself would be no finding; " + notAnchor[p.roleBy]
	}
	d.addOf(c.SHA256, r, p.where)
}

// notAnchor says why what looks like a root is held for what a server shows.
var notAnchor = map[string]string{
	scanner.RoleByKey:     "it is held for what a server shows, since its private key lies beside it.",
	scanner.RoleBySecret:  "it is held for what a server shows, since a kubernetes.io/tls Secret hands it to one.",
	scanner.RoleByNames:   "it is held for what a server shows, since it names hosts.",
	scanner.RoleByUsage:   "it is held for what a server shows, since its usages are those of a server.",
	scanner.RoleByNothing: "nothing in the file says whether it is a root or what a server shows, so that the stricter reading holds.",
}

func sha1Signature(c *scanner.Certificate) bool {
	if c.PSS != nil {
		return c.PSS.Defaults || hashName(c.PSS.Hash) == "SHA-1"
	}
	switch c.SignatureOID {
	case "1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.10045.4.1", "1.2.840.10040.4.3", "1.3.14.3.2.27":
		return true
	}
	return strings.Contains(strings.ToLower(c.SignatureAlgorithm), "sha1")
}

// validity compares the dates with the day of judging. A certificate is valid
// on the days of both its dates (RFC 5280 section 4.1.2.5).
func (j *Judge) validity(d *docket, c *scanner.Certificate, p place) {
	if !c.NotAfter.IsZero() && c.NotAfter.Before(j.day) {
		j.property(d, c, "expired", ClassCertValidity, p, "It ended on "+string(DateOf(c.NotAfter))+".")
	}
	if !c.NotBefore.IsZero() && !c.NotBefore.Before(j.day.AddDate(0, 0, 1)) {
		j.property(d, c, "not-yet-valid", ClassCertValidity, p, "It begins on "+string(DateOf(c.NotBefore))+".")
	}
}

// issued rules on what an issuer and the certificate that it signed show
// together.
func (j *Judge) issued(d *docket, c, issuer *scanner.Certificate, where string) {
	p := place{where: where}
	if !issuer.CA && !issuer.SelfSigned {
		j.property(d, issuer, "ca-without-ca-bit", ClassCertChain, p, "")
	}
	if c.SelfSigned {
		return
	}
	if has, by := j.strength(c.Key), j.strength(issuer.Key); has > 0 && by > 0 && by < has && j.falls(issuer.Key) {
		detail := fmt.Sprintf("The issuer's key gives %d bits of strength, the subject's %d.", by, has)
		j.property(d, c, "signature-weaker-than-key", ClassCertSignature, p, detail)
	}
}

// falls tells whether a key is by itself a finding on the day. One that is
// none, such as one of 112 bits until that is deprecated, may sign a stronger
// one: what the catalogue cites asks of each that it be enough for the day, and
// not that strengths grow towards the root.
func (j *Judge) falls(k scanner.Key) bool {
	d := newDocket()
	j.key(d, k, ClassCertKey, "")
	return slices.ContainsFunc(d.rulings, func(r Ruling) bool { return r.Status.IsFinding() })
}

// strength is the bits of classical strength that the catalogue gives for a
// key; 0 where it gives none.
func (j *Judge) strength(k scanner.Key) int {
	for _, rules := range j.keyRules(k) {
		if s := rules[0].Strength; s != nil {
			return *s
		}
	}
	return 0
}
