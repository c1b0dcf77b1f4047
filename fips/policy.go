package fips

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// BasePolicy is the name of the catalogue's own policy: FIPS 140-3 and SP
// 800-131A, with SP 800-52 for TLS.
const BasePolicy = "fips140-3"

// BuiltInPolicies lists the names of the policies that come with fipsweep.
func BuiltInPolicies() []string { return []string{BasePolicy, "cnsa2", "pqc"} }

// A Policy asks more than the catalogue does. It may rule on names that no
// rule speaks of (Add) and hold others to a worse status than the catalogue
// gives them (Tighten); it cannot better one. Accepting what a rule forbids is
// a waiver's job.
type Policy struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Version string   `json:"version,omitempty"`
	Sources []Source `json:"sources,omitempty"` // documents that only this policy cites
	Add     []Rule   `json:"add,omitempty"`
	Tighten []Demand `json:"tighten,omitempty"`
}

// A Demand is one cited statement of a policy: whatever all its words are true
// of is Status or worse while it holds. Status is a floor, so that what the
// catalogue holds worse stays so. No word of a demand asks for the presence of
// anything, and every size is one to fall short of: who does more never fails
// one.
type Demand struct {
	ID            string     `json:"id"`                       // "acme/rsa-3072": the policy's name and its own
	Kinds         []string   `json:"kind,omitempty"`           // as in Rule; empty for every kind
	Names         []string   `json:"name,omitempty"`           // registry names, or beginnings of such with a * behind; empty for every name
	Only          []string   `json:"only,omitempty"`           // likewise: the names that are left alone
	Role          string     `json:"role,omitempty"`           // as in Rule
	Algorithm     string     `json:"algorithm,omitempty"`      // of a key: "RSA" or "DSA"
	BelowBits     int        `json:"below_bits,omitempty"`     // keys of Algorithm that are shorter
	StrengthBelow int        `json:"strength_below,omitempty"` // classical security strength in bits, where the name settles it
	Quantum       bool       `json:"quantum_vulnerable,omitempty"`
	Status        Status     `json:"status"`
	From          Date       `json:"from,omitempty"`
	Until         Date       `json:"until,omitempty"`
	Cite          []Citation `json:"cite"`
	Because       string     `json:"because"`
	Remedy        string     `json:"remedy"`
	Confidence    string     `json:"confidence"`
	SourceRead    bool       `json:"source_read"`
	Draft         bool       `json:"draft,omitempty"` // a cited source is a draft
}

// A Base is what the catalogue alone says of a subject that a policy rules on.
type Base struct {
	Rule   string `json:"rule"` // "" where no rule speaks of it
	Status Status `json:"status"`
}

// Under returns the catalogue with policies on top: what NewJudge then judges
// by. The catalogue itself is left as it is.
func (c *Catalogue) Under(policies ...Policy) *Catalogue {
	under := *c
	under.Policies = append(slices.Clone(c.Policies), policies...)
	under.Sources = slices.Clone(c.Sources)
	for _, p := range policies {
		under.Sources = append(under.Sources, p.Sources...)
	}
	return &under
}

// Policy names what the catalogue judges by: its own policy, or those on top.
// A site's overlay is named beside the policy that it tightens.
func (c *Catalogue) Policy() string {
	var names []string
	own := true
	for _, p := range c.Policies {
		names = append(names, p.Name)
		own = own && !slices.Contains(BuiltInPolicies(), p.Name)
	}
	if own {
		names = slices.Insert(names, 0, BasePolicy)
	}
	return strings.Join(names, "+")
}

// holds tells whether the demand holds on the day; "" is before all days.
func (d *Demand) holds(day Date) bool {
	return d.From <= day && (d.Until == "" || day <= d.Until)
}

// covers tells whether the demand is about a rule's subject, whatever the day.
// The bits are those of the key that was seen.
func (d *Demand) covers(r *Rule, bits int) bool {
	strength, settled := r.strength()
	switch {
	case len(d.Kinds) > 0 && !slices.Contains(d.Kinds, r.Kind),
		d.Role != "" && d.Role != r.Role && (r.Role != "" || d.Role != roleSeen(r.Kind)),
		d.Quantum && !r.Quantum,
		d.StrengthBelow > 0 && (!settled || strength >= d.StrengthBelow),
		d.BelowBits > 0 && (bits >= d.BelowBits || !r.sizedKey(d.Algorithm)),
		len(d.Names) > 0 && !lists(d.Names, r),
		len(d.Only) > 0 && lists(d.Only, r):
		return false
	}
	return len(d.Names) > 0 || !r.signal()
}

// coversName tells whether the demand is about a name that no rule speaks of:
// what has no rule has no property either.
func (d *Demand) coversName(kind, name string) bool {
	if !slices.Contains(d.Kinds, kind) || d.Role != "" || d.Quantum || d.StrengthBelow > 0 || d.BelowBits > 0 {
		return false
	}
	among := func(list []string) bool {
		return slices.ContainsFunc(list, func(n string) bool { return spells(n, kind, name) })
	}
	return (len(d.Names) == 0 || among(d.Names)) && !among(d.Only)
}

// lists tells whether a list of names has a rule's subject, by any of its
// spellings.
func lists(names []string, r *Rule) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return n == r.ID || spells(n, r.Kind, r.Name) ||
			slices.ContainsFunc(r.Aliases, func(a string) bool { return spells(n, r.Kind, a) })
	})
}

// spells tells whether a name, or a beginning of one with a * behind, is that
// of a subject.
func spells(pattern, kind, name string) bool {
	pattern, name = fold(kind, pattern), fold(kind, name)
	beginning, open := strings.CutSuffix(pattern, "*")
	return pattern == name || open && strings.HasPrefix(name, beginning)
}

// strength is the security strength that a name settles. Where a key or a
// prime that is judged apart decides it, as with RSA signatures and key
// exchange in TLS 1.2, the catalogue's figure is only the least that it can be.
func (r *Rule) strength() (int, bool) {
	rsa := strings.Contains(strings.ToLower(r.Name), "rsa")
	switch {
	case r.Strength == nil, r.Kind == "key-exchange", r.Role == "listed-group", r.Role == "other-group",
		rsa && (r.Kind == "signature-scheme" || r.Kind == "ssh-hostkey" || r.Kind == "dnssec-algorithm"),
		r.Name == "DH-params-named-safe-prime":
		return 0, false
	}
	return *r.Strength, true
}

// sizedKey tells whether the rule is about the length of keys of an algorithm.
func (r *Rule) sizedKey(algorithm string) bool {
	if r.Kind == keyKind && r.Name == pssKeyName {
		return strings.EqualFold(algorithm, "RSA")
	}
	b := r.Bounds
	return r.Kind == keyKind && b != nil && strings.EqualFold(b.Algorithm, algorithm) &&
		b.Parity == "" && b.ExponentParity == "" && b.MinExponentBits == 0 && b.MaxExponentBits == 0
}

// signal tells whether the name stands for no cryptography, but is sent among
// the names of some: a list of algorithms does not speak of it.
func (r *Rule) signal() bool {
	return r.Name == "GREASE" || r.Name == "SCSV" || r.Kind == "ssh-kex" && strings.HasPrefix(r.Use, "negotiation signal")
}

// String says what the demand is about.
func (d *Demand) String() string {
	about := []string{"any " + strings.Join(d.Kinds, ", ")}
	if len(d.Kinds) == 0 {
		about[0] = "anything"
	}
	if len(d.Names) > 0 {
		about[0] = strings.Join(d.Kinds, ", ") + " " + strings.Join(d.Names, ", ")
	}
	if d.Quantum {
		about = append(about, "quantum-vulnerable")
	}
	if d.BelowBits > 0 {
		about = append(about, fmt.Sprintf("%s below %d bits", d.Algorithm, d.BelowBits))
	}
	if d.StrengthBelow > 0 {
		about = append(about, fmt.Sprintf("below %d bits of strength", d.StrengthBelow))
	}
	if d.Role != "" {
		about = append(about, "to "+d.Role)
	}
	if len(d.Only) > 0 {
		about = append(about, "but "+strings.Join(d.Only, ", "))
	}
	return strings.Join(about, ", ")
}

// Knows tells whether a name, or a beginning of one with a * behind, is that of
// any rule or TLS suite of the kinds; no kinds stand for all.
func (c *Catalogue) Knows(kinds []string, pattern string) bool {
	all := len(kinds) == 0
	for i := range c.Rules {
		if r := &c.Rules[i]; (all || slices.Contains(kinds, r.Kind)) && lists([]string{pattern}, r) {
			return true
		}
	}
	return (all || slices.Contains(kinds, suiteKind)) && slices.ContainsFunc(iana.SuiteNames(), func(n string) bool { return spells(pattern, suiteKind, n) })
}
