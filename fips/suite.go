package fips

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// The kind and use of a suite's ruling. Few suites have a rule of their own:
// a suite is its parts.
const (
	suiteKind = "tls-cipher-suite"
	ruleKind  = "tls-cipher-suite-rule" // of what is said of many suites
	suiteUse  = "TLS cipher suite"
)

// A component is one part of a suite and the rules about it.
type component struct {
	Subject
	rules []*Rule
}

// suite rules on what an observation calls a suite: a name, or 0xABCD for a
// code point that has none.
func (j *Judge) suite(name string) Ruling {
	subject := Subject{suiteKind, name}
	if r, ok := j.memo.ruling(subject, ClassTLSCipher); ok {
		return r
	}
	if s, ok := iana.SuiteByName(name); ok {
		return j.memo.keep(j.worst(subject, j.components(s), j.ownRules(s.Code)))
	}
	if rules := j.rules.Named("ssl2-cipher-kind", name); len(rules) > 0 {
		return j.ruling(rules, subject, ClassTLSCipher)
	}
	for _, s := range iana.Signals() {
		if s.Name == name {
			return j.ruling(j.ownRules(s.Code), subject, ClassTLSCipher)
		}
	}
	digits, ok := strings.CutPrefix(name, "0x")
	code, err := strconv.ParseUint(digits, 16, 16)
	if !ok || err != nil {
		return j.unclassified(nil, subject, ClassTLSCipher)
	}
	if s, ok := iana.SuiteByCode(uint16(code)); ok {
		return j.worst(subject, j.components(s), j.ownRules(s.Code))
	}
	return j.ruling(j.ownRules(uint16(code)), subject, ClassTLSCipher)
}

// ownRules is what the catalogue says of a suite by its code point, apart from
// its parts.
func (j *Judge) ownRules(code uint16) []*Rule {
	return append(j.rules.CodePoint(suiteKind, uint32(code)), j.rules.CodePoint(ruleKind, uint32(code))...)
}

// components takes a suite apart. An authentication by a certificate (RSA,
// ECDSA) is not among its parts: the certificate that was shown is judged. Nor
// does a suite tell which prime DHE takes: it is judged as on a listed one, and
// the prime that the server sent apart (SP 800-56A Rev. 3 appendix D).
func (j *Judge) components(s iana.Suite) []component {
	var all []component
	add := func(kind, name string) {
		all = append(all, component{Subject{kind, name}, j.rules.Named(kind, name)})
	}
	if s.KeyExchange != "any" && s.KeyExchange != "NULL" { // the group's to say; TLS_NULL_WITH_NULL_NULL has none
		add("key-exchange", s.KeyExchange)
	}
	switch s.Authentication {
	case "DSS":
		add(ruleKind, "DSS-authentication")
	case "anon":
		add(ruleKind, "ANON")
	}
	if s.Export {
		add(ruleKind, "EXPORT")
	}
	add("cipher", s.Cipher)
	if s.MAC != "AEAD" {
		add("mac", s.MAC)
	}
	if s.PRF == "" { // the version's own, judged with the version
		return all
	}
	for _, kdf := range []string{"TLS13-HKDF-" + s.PRF, "TLS13-HKDF-" + strings.ReplaceAll(s.PRF, "-", "")} {
		if s.TLS13 && len(j.rules.Named("kdf-prf", kdf)) > 0 {
			add("kdf-prf", kdf)
			return all
		}
	}
	add("hash", s.PRF)
	return all
}

// A heldPart is a component on one day.
type heldPart struct {
	Part
	rule *Rule
	now  Standing
}

// hold rules on the components on a day, worst first. What a rule says of the
// code point itself goes before the parts, unless a policy holds a part, or the
// suite by its name, to worse.
func (j *Judge) hold(s Subject, components []component, own []*Rule, day Date) []heldPart {
	var parts []heldPart
	for _, c := range components {
		part := heldPart{Part: Part{Kind: c.Kind, Name: c.Name, Status: Unclassified}}
		for _, r := range forRole(c.rules, roleSeen(c.Kind)) {
			if now, ok := j.on(r, day, 0); ok && (part.rule == nil || now.Status > part.Status) {
				part = held(r, now)
			}
		}
		part.Kind, part.Name = c.Kind, c.Name
		parts = append(parts, part)
	}
	slices.SortStableFunc(parts, func(a, b heldPart) int { return int(b.Status) - int(a.Status) })
	for _, r := range own {
		if now, ok := j.on(r, day, 0); ok {
			parts = slices.Insert(parts, 0, held(r, now))
		}
	}
	for i, p := range parts {
		if p.now.By != nil && p.Status > parts[0].Status {
			parts = slices.Insert(slices.Delete(parts, i, i+1), 0, p)
		}
	}
	return j.holdName(s, parts, day)
}

// held is a part as a rule and its standing have it.
func held(r *Rule, now Standing) heldPart {
	p := heldPart{Part{r.Kind, r.Name, r.ID, now.Status}, r, now}
	if now.By != nil {
		p.Rule = now.By.ID
	}
	return p
}

// holdName puts before the parts what a policy asks of suites by their names,
// where that is worse.
func (j *Judge) holdName(s Subject, parts []heldPart, day Date) []heldPart {
	worst := Unobserved
	if len(parts) > 0 {
		worst = parts[0].Status
	}
	d := j.demandOn(day, worst, func(d *Demand) bool { return d.coversName(s.Kind, s.Name) })
	if d == nil {
		return parts
	}
	now := Standing{Status: d.Status, From: d.From, Until: d.Until, By: d, Turned: d.transition(d.From)}
	return slices.Insert(parts, 0, held(d.rule(s, suiteUse), now))
}

// worst is the ruling of a suite: that of its worst part, unless a rule speaks
// of the code point itself.
func (j *Judge) worst(s Subject, components []component, own []*Rule) Ruling {
	r := j.worstPart(s, components, own)
	if j.base == nil {
		return r
	}
	return r.over(j.base.worstPart(s, components, own))
}

func (j *Judge) worstPart(s Subject, components []component, own []*Rule) Ruling {
	parts := j.hold(s, components, own, j.asOf)
	r := j.unclassified(nil, s, ClassTLSCipher)
	r.Use = suiteUse
	if len(parts) == 0 {
		return r
	}
	first := parts[0]
	if first.rule == nil {
		r.Because = fmt.Sprintf("No rule of the catalogue speaks of its %s %s.", first.Kind, first.Name)
	} else {
		r = applied(first.rule, first.now, r.Subject, r.Class)
		r.Use = suiteUse
		r.Because, r.Until, r.Next = "", "", nil
	}
	for _, p := range parts {
		r.Parts = append(r.Parts, p.Part)
		if p.rule == nil || p.Status != first.Status {
			continue
		}
		r.Cite = appendCitations(r.Cite, p.rule.cite(p.now)...)
		r.From = min(r.From, p.now.From)
		r.Quantum = r.Quantum || p.rule.Quantum
		r.Draft = r.Draft && p.now.Turned != nil && p.now.Turned.Draft
	}
	if first.rule != nil {
		r.Because = suiteBecause(parts)
	}
	r.Until, r.Next = j.turn(s, components, own, first.Status)
	return r
}

// suiteBecause says which parts decide, each reason once: that of several parts
// after the names of all of them, and that of the suite as a whole after none.
func suiteBecause(parts []heldPart) string {
	var names, reasons []string
	of := map[string][]string{} // the parts that a reason is of; "" is the whole, which comes first
	for _, p := range parts {
		if p.Status != parts[0].Status || p.rule == nil {
			continue
		}
		part := ""
		if p.Kind != ruleKind && p.Kind != suiteKind {
			part = fmt.Sprintf("%s %s", p.Kind, p.Name)
			names = append(names, p.Name)
		}
		why := p.rule.because(p.now)
		if of[why] == nil {
			reasons = append(reasons, why)
		}
		of[why] = append(of[why], part)
	}
	if parts[0].Status == Approved {
		return fmt.Sprintf("%s Every part is approved: %s.", parts[0].rule.because(parts[0].now), strings.Join(names, ", "))
	}
	for i, why := range reasons {
		if parts := of[why]; parts[0] != "" {
			reasons[i] = fmt.Sprintf("%s: %s", strings.Join(parts, ", "), why)
		}
	}
	return strings.Join(reasons, " ")
}

// turn finds the day on which the suite's status changes, by whichever part
// changes it, and what then holds.
func (j *Judge) turn(s Subject, components []component, own []*Rule, status Status) (Date, *Transition) {
	var days []Date
	rules := slices.Clone(own)
	for _, c := range components {
		rules = append(rules, c.rules...)
	}
	for _, r := range rules {
		for _, t := range j.later(r, j.asOf, 0) {
			days = append(days, t.From)
		}
	}
	for _, p := range j.policies {
		for _, d := range p.Tighten {
			for _, day := range []Date{d.From, daysLater(d.Until, 1)} {
				if day > j.asOf && d.coversName(s.Kind, s.Name) {
					days = append(days, day)
				}
			}
		}
	}
	slices.Sort(days)
	for _, day := range days {
		first := j.hold(s, components, own, day)[0]
		if first.Status == status {
			continue
		}
		next := first.now.Turned
		if first.rule != nil && (next == nil || next.From != day) { // a demand has ended
			first.now.From = day
			next = first.now.begins(first.rule)
		}
		return dayBefore(day), next
	}
	return "", nil
}
