package fips

import (
	"fmt"
	"strings"
	"time"
)

// anchorName names the one rule that is kept among the rulings and makes no
// finding: a trust anchor is trusted by configuration, so nobody relies on the
// signature that it made over itself (RFC 5280 section 6.1).
const anchorName = "sha1-self-signed-trust-anchor"

// A Judge applies a catalogue's rules to observations on one date. It remembers
// what it ruled on names, so one goroutine at a time may ask it.
type Judge struct {
	asOf   Date
	day    time.Time // the first moment of asOf
	rules  *Index
	anchor string // ID of the rule anchorName
	memo   memo
	docket *docket // of the observation that is judged

	statuses *StatusTable // of what a TLS probe can offer; nil until it is asked for

	// Of policies on top of the catalogue; empty where there are none.
	policies []Policy
	policy   string            // the name of all together
	added    *Index            // their rules about names that the catalogue does not know
	raised   map[*Rule]*raised // the rules that they speak of
	base     *Judge            // who judges by the catalogue alone; nil for that judge
}

// NewJudge returns a judge who rules as on the day. A day on which the
// catalogue does not speak yet is an error.
func NewJudge(c *Catalogue, asOf Date) (*Judge, error) {
	day, err := time.Parse(time.DateOnly, string(asOf))
	if err != nil {
		return nil, fmt.Errorf("date %q: want YYYY-MM-DD, such as 2031-01-01", asOf)
	}
	if asOf < c.Since {
		return nil, fmt.Errorf("date %s: catalogue %s speaks from %s on; ask for that day or a later one", asOf, c.Version, c.Since)
	}
	j := &Judge{asOf: asOf, day: day, rules: NewIndex(c), policy: c.Policy(), memo: memo{}, docket: newDocket()}
	for _, r := range j.rules.Named("certificate-property", anchorName) {
		j.anchor = r.ID
	}
	if len(c.Policies) == 0 {
		return j, nil
	}
	base := *j
	base.memo, base.docket = memo{}, newDocket()
	j.base, j.policies = &base, c.Policies
	j.added = NewIndex(c.added())
	j.raised = raise(c, j.rules, j.added)
	return j, nil
}

// AsOf is the day on which the judge rules.
func (j *Judge) AsOf() Date { return j.asOf }

// Policy names what the judge rules by.
func (j *Judge) Policy() string { return j.policy }

// StatusOf is the status of a registry name of one kind where nothing else is
// known of it: of group exchange as on a prime that nobody saw.
func (j *Judge) StatusOf(kind, name string) Status {
	if kind == suiteKind {
		return j.suite(name).Status
	}
	return j.named(kind, name, "").Status
}

// named rules on a subject by the registry name under which it was seen.
func (j *Judge) named(kind, name string, class Class) Ruling {
	s := Subject{kind, name}
	if r, ok := j.memo.ruling(s, class); ok {
		return r
	}
	rules := j.rules.Named(kind, name)
	r := j.ruling(rules, s, class)
	if len(rules) == 0 {
		return r
	}
	return j.memo.keep(r)
}

// ruling applies to the subject the rules that its name has.
func (j *Judge) ruling(rules []*Rule, s Subject, class Class) Ruling {
	return j.rulingOf(rules, s, class, 0)
}

// rulingOf is ruling for a key of some length, and says beside what a policy
// asks what the catalogue does.
func (j *Judge) rulingOf(rules []*Rule, s Subject, class Class, bits int) Ruling {
	r := j.strictest(rules, s, class, bits)
	if j.base == nil {
		return r
	}
	base := j.base.strictest(rules, s, class, bits)
	if r.Rule == "" {
		r = j.unruled(r)
	}
	return r.over(base)
}

// strictest applies the rules of a name. Where they differ by use, and what
// was seen is not of one use alone, the strictest that holds on the day is
// taken, and the ruling says so.
func (j *Judge) strictest(rules []*Rule, s Subject, class Class, bits int) Ruling {
	var strictest *Rule
	var held Standing
	var milder []string
	for _, r := range forRole(rules, roleSeen(s.Kind)) {
		now, ok := j.on(r, j.asOf, bits)
		switch {
		case !ok:
		case strictest == nil:
			strictest, held = r, now
		case now.Status > held.Status:
			milder = append(milder, fmt.Sprintf("for %s it is %s", strictest.Use, held.Status))
			strictest, held = r, now
		case now.Status < held.Status:
			milder = append(milder, fmt.Sprintf("for %s it is %s", r.Use, now.Status))
		}
	}
	if strictest == nil {
		return j.unclassified(rules, s, class)
	}
	r := applied(strictest, held, s, class)
	if len(milder) > 0 {
		r.Because += fmt.Sprintf(" This is the stricter reading, for %s; %s.", strictest.Use, strings.Join(milder, "; "))
	}
	return r
}

// roleSeen is the use in which subjects of a kind are seen: whoever shows a
// key or an algorithm of signature signs with it, and whoever offers a cipher
// encrypts. The others have no role that one could see.
func roleSeen(kind string) string {
	switch kind {
	case keyKind, "signature-scheme", "ssh-hostkey", propertyKind, "dnssec-algorithm":
		return "sign"
	case "cipher":
		return "encrypt"
	}
	return ""
}

// forRole takes of the rules of one name those for a role: the role's own,
// else those that name none, else all.
func forRole(rules []*Rule, role string) []*Rule {
	var own, ordinary []*Rule
	for _, r := range rules {
		if r.Role == role {
			own = append(own, r)
		}
		if r.Role == "" {
			ordinary = append(ordinary, r)
		}
	}
	switch {
	case len(own) > 0:
		return own
	case len(ordinary) > 0:
		return ordinary
	}
	return rules
}

// applied is the ruling of one rule that stands so on the day.
func applied(r *Rule, now Standing, s Subject, class Class) Ruling {
	ruling := Ruling{
		Rule: r.ID, Subject: s, Use: r.Use, Class: class,
		Status: now.Status, From: now.From, Until: now.Until, Next: now.Next,
		Cite: r.cite(now), Because: r.because(now), Remedy: r.remedy(now),
		Confidence: r.Confidence, SourceRead: r.SourceRead,
		Draft:     now.Turned != nil && now.Turned.Draft,
		Contested: r.Contested, Quantum: r.Quantum,
	}
	if d := now.By; d != nil {
		ruling.Rule, ruling.Confidence, ruling.SourceRead, ruling.Contested = d.ID, d.Confidence, d.SourceRead, ""
	}
	return ruling
}

// unclassified is the ruling where no rule speaks on the day. It never passes:
// a name that nobody knows is not thereby harmless.
func (j *Judge) unclassified(rules []*Rule, s Subject, class Class) Ruling {
	because := fmt.Sprintf("No rule of the catalogue speaks of this %s.", s.Kind)
	for _, r := range rules {
		switch {
		case r.From > j.asOf:
			because = fmt.Sprintf("The rule %s speaks from %s on only.", r.ID, r.From)
		case r.Until != "" && r.Until < j.asOf:
			because = fmt.Sprintf("The rule %s spoke until %s only.", r.ID, r.Until)
		}
	}
	return Ruling{
		Subject: s, Class: class, Use: "any", Status: Unclassified, Cite: []Citation{}, Because: because,
		Remedy:     "Find out what it is and replace it by an approved algorithm, or rule on it in a site overlay.",
		Confidence: "low",
	}
}
