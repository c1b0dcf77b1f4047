package fips

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// Assess rules on everything in the observation, on the judge's date. Of an
// endpoint that yielded nothing there is nothing to rule.
func (j *Judge) Assess(o scanner.Observation) Assessment {
	o.Endpoint.Links = o.Links() // by which waivers and the inventory may know it, read back or not
	a := Assessment{Observation: o, Rulings: j.rulings(o)}
	slices.SortStableFunc(a.Rulings, func(x, y Ruling) int { return int(y.Status) - int(x.Status) })
	a.Offer = j.offer(o, a.Rulings)
	for i := range a.Rulings {
		r := &a.Rulings[i]
		if r.Rule == j.anchor {
			continue
		}
		a.Worst = max(a.Worst, r.Status)
		if !r.Status.IsFinding() {
			break // nor is what follows, the worst being first
		}
		if a.Findings == nil {
			a.Findings = make([]Finding, 0, findings(a.Rulings))
		}
		a.Findings = append(a.Findings, Finding{ID: findingID(o.Endpoint, r), Sweep: o.Sweep, Endpoint: o.Endpoint, Ruling: *r})
	}
	a.Behind = j.behind(o)
	if _, lost := a.Gap(); lost && a.Worst.Grade() == Pass {
		a.Worst = Unobserved // what was seen passes, but nobody saw all that was asked for
	}
	if o.Host != nil && len(o.Incomplete) > 0 && a.Worst.Grade() == Pass {
		a.Worst = Unobserved // what a configuration names passes, but not all that it lets in is named
	}
	return a
}

// findings is how many of the rulings, worst first, may be findings.
func findings(rulings []Ruling) int {
	n := slices.IndexFunc(rulings, func(r Ruling) bool { return !r.Status.IsFinding() })
	if n < 0 {
		n = len(rulings)
	}
	return n
}

func (j *Judge) rulings(o scanner.Observation) []Ruling {
	d := j.docket
	if o.TLS != nil {
		j.tls(d, o.TLS, o.Endpoint.Name)
	}
	if o.SSH != nil {
		j.ssh(d, o.SSH)
	}
	if o.Store != nil {
		j.store(d, o.Store)
		for _, h := range o.Store.Machines {
			j.machine(d, h, h.Path+" ")
		}
	}
	if o.Host != nil {
		j.machine(d, o.Host, "")
	}
	if o.Plain != nil {
		j.plain(d, o.Plain)
	}
	return d.take()
}

// plain rules on a port that answers without TLS. RDP, and a protocol that
// nobody understood, may still encrypt in a way of their own.
func (j *Judge) plain(d *docket, p *scanner.Plain) {
	unknown := j.unclassified(nil, Subject{"protocol-version", "unknown"}, ClassCleartext)
	switch p.Protocol {
	case "", "unknown":
		unknown.Because = "The port answers in a protocol that was not recognised, and neither in TLS nor in SSH."
		unknown.Remedy = "Find out what listens there and whether it encrypts, then require TLS or close the port."
		d.add(unknown)
	case "rdp":
		j.ownCiphers(d, p.OwnCiphers, p.Protocol)
		if len(p.OwnCiphers) == 0 {
			unknown.Because = "The port has RDP's own security in place of TLS, and with which cipher was not learned."
			unknown.Remedy = "Set the security layer of the RDP server to TLS."
			d.add(unknown, p.Protocol)
		}
	default:
		d.add(j.named("protocol-version", "cleartext", ClassCleartext), p.Protocol)
	}
}

// ownCiphers rules on what a protocol encrypts with where TLS is left out.
func (j *Judge) ownCiphers(d *docket, ciphers []string, protocol string) {
	for _, c := range ciphers {
		r := j.named("cipher", c, ClassTLSCipher)
		r.Because += " The port takes it without TLS, in the protocol's own security."
		if protocol == "rdp" {
			r.Remedy = "Set the security layer of the RDP server to TLS, which leaves no choice to the client."
		}
		d.add(r, protocol)
	}
}

// findingID depends on the endpoint, the catalogue's rule and the subject only,
// so that a finding keeps its name from sweep to sweep and from policy to
// policy.
func findingID(e scanner.Endpoint, r *Ruling) string {
	text := make([]byte, 0, 256)
	for _, s := range []string{e.ID, r.ownRule(), r.Subject.Kind, r.Subject.Name, r.Use, r.Certificate} {
		text = append(append(text, s...), 0)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// ownRule is the catalogue's rule about the subject, whichever policy decides.
func (r *Ruling) ownRule() string {
	if r.Base != nil {
		return r.Base.Rule
	}
	return r.Rule
}

// ownStatus is what the catalogue alone says of the subject.
func (r *Ruling) ownStatus() Status {
	if r.Base != nil {
		return r.Base.Status
	}
	return r.Status
}
