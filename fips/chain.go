package fips

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// chain rules on the certificates that an endpoint showed.
func (j *Judge) chain(d *docket, c scanner.Chain) {
	for i := range c.Certificates {
		p := place{served: true, issuer: i > 0, where: chainPlace(c, i)}
		if i == 0 {
			p.name, p.trusted = c.Name, j.trusted(c) != nil
		}
		j.certificate(d, &c.Certificates[i], p)
	}
	if len(c.Certificates) == 0 {
		return
	}
	path := wayUp(c)
	for n := 1; n < len(path); n++ {
		j.issued(d, &c.Certificates[path[n-1]], &c.Certificates[path[n]], chainPlace(c, path[n]))
	}
	if c.Path != nil {
		j.order(d, c)
	}
	j.trust(d, c)
}

// chainPlace is where a certificate stands.
func chainPlace(c scanner.Chain, i int) string {
	if i == 0 {
		return c.Version + " leaf"
	}
	return fmt.Sprintf("%s issuer %d", c.Version, i)
}

// wayUp is the path from the leaf as it was found, or, in an observation of a
// version that did not look for one, as the names say.
func wayUp(c scanner.Chain) []int {
	if c.Path != nil {
		if slices.ContainsFunc(c.Path, func(i int) bool { return i < 0 || i >= len(c.Certificates) }) {
			return nil
		}
		return c.Path
	}
	path := []int{0}
	for i := 1; i < len(c.Certificates) && c.Certificates[i-1].Issuer == c.Certificates[i].Subject; i++ {
		path = append(path, i)
	}
	return path
}

// order rules on how the certificates stand: each is to certify the one before
// it, directly (RFC 5246 section 7.4.2; RFC 8446 section 4.4.2 asks clients to
// bear other orders).
func (j *Judge) order(d *docket, c scanner.Chain) {
	leaf, where := &c.Certificates[0], place{where: chainPlace(c, 0)}
	var unneeded []string
	for i := range c.Certificates {
		if !slices.Contains(c.Path, i) {
			unneeded = append(unneeded, fmt.Sprint(i))
		}
	}
	if !slices.IsSorted(c.Path) {
		j.property(d, leaf, "chain-out-of-order", ClassCertChain, where, fmt.Sprintf("From the leaf up they stand at %v, counted from 0.", c.Path))
	}
	if len(unneeded) > 0 {
		j.property(d, leaf, "chain-unneeded-certificates", ClassCertChain, where, "Unneeded are those at "+strings.Join(unneeded, ", ")+", counted from 0.")
	}
}

// trusted is the trust by which the chain leads to an anchor on the day; nil
// where it does by none.
func (j *Judge) trusted(c scanner.Chain) *scanner.Trust {
	for i := range c.Trust {
		t := &c.Trust[i]
		if t.Trusted != nil && *t.Trusted && t.From != nil && t.Until != nil && t.From.Before(j.day.AddDate(0, 0, 1)) && !t.Until.Before(j.day) {
			return t
		}
	}
	return nil
}

// trust rules on whether the chain leads to an anchor of those that the
// observation was made with; one is enough. Where there were none, or the
// signatures could not be computed, nobody knows. A leaf that signed itself has
// a rule of its own, and so has one whose time is over.
func (j *Judge) trust(d *docket, c scanner.Chain) {
	leaf, where := &c.Certificates[0], place{where: chainPlace(c, 0)}
	if t := j.trusted(c); t != nil {
		j.property(d, leaf, "trusted-chain", ClassCertChain, where, fmt.Sprintf("It does by %s, from %s to %s.", anchorsText(t.Anchors), DateOf(*t.From), DateOf(*t.Until)))
		return
	}
	unknown := len(c.Trust) == 0 || slices.ContainsFunc(c.Trust, func(t scanner.Trust) bool { return t.Trusted == nil })
	if unknown || leaf.SelfSigned || j.outOfTime(leaf) {
		return
	}
	var why []string
	for _, t := range c.Trust {
		text := fmt.Sprintf("By %s: %s.", anchorsText(t.Anchors), strings.ReplaceAll(cmp.Or(t.Reason, "not on this day"), "-", " "))
		if t.From != nil && t.Until != nil {
			text = fmt.Sprintf("By %s it is trusted from %s to %s only.", anchorsText(t.Anchors), DateOf(*t.From), DateOf(*t.Until))
		}
		why = append(why, text)
	}
	if path := wayUp(c); len(path) > 0 {
		if top := c.Certificates[path[len(path)-1]]; !top.SelfSigned {
			why = append(why, fmt.Sprintf("The certificate of %q was not shown.", top.Issuer))
		}
	}
	why = append(why, "An authority of your own is named by --trust.")
	j.property(d, leaf, "untrusted-chain", ClassCertChain, where, strings.Join(why, " "))
}

func anchorsText(name string) string {
	if name == scanner.AnchorsSystem {
		return "the trust store of the scanning machine"
	}
	return name
}

// outOfTime tells whether the day is not within a certificate's validity.
func (j *Judge) outOfTime(c *scanner.Certificate) bool {
	return c.NotAfter.Before(j.day) || !c.NotBefore.Before(j.day.AddDate(0, 0, 1))
}
