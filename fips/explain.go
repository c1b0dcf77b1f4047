package fips

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// An Explanation is what the catalogue says of one name in one use, on the
// judge's date.
type Explanation struct {
	Name        string       `json:"name"`              // as it was asked
	Rule        string       `json:"rule,omitempty"`    // the rule's id; of a suite that of its worst part
	Subject     string       `json:"subject,omitempty"` // the name by which the rule or the registry knows it
	Kind        string       `json:"kind"`
	Status      Status       `json:"status"`
	Use         string       `json:"use"`
	From        Date         `json:"from"`        // first day of Status; "" for always
	Until       Date         `json:"until"`       // last day of Status; "" for open
	Transitions []Transition `json:"transitions"` // what follows Until, in order
	Parts       []Part       `json:"parts,omitempty"`
	Because     string       `json:"because"`
	Remedy      string       `json:"remedy"`
	Cite        []Citation   `json:"cite"`
	Confidence  string       `json:"confidence"`
	SourceRead  bool         `json:"source_read"`
	Draft       bool         `json:"draft,omitempty"` // Status rests on a draft
	Contested   string       `json:"contested,omitempty"`
	Question    string       `json:"open_question,omitempty"`
	Quantum     bool         `json:"quantum_vulnerable,omitempty"`
	Policy      string       `json:"policy,omitempty"`   // what the judge rules by
	Base        *Base        `json:"base,omitempty"`     // where a policy on top of the catalogue decides: what the catalogue says
	Evidence    []EvidenceOf `json:"evidence,omitempty"` // of a control: what bears on it
}

// EvidenceOf is a class of evidence that bears on a control, and the kinds of
// rules that give it; none where no rule does.
type EvidenceOf struct {
	Class Class    `json:"class"`
	Rules []string `json:"rules,omitempty"`
}

// suggestions is how many names are offered for one that is unknown.
const suggestions = 5

// Explain says what is known of a name: an algorithm, a suite, a key and its
// size, a protocol version, an object identifier, a rule's id or the subject of
// a finding. There is one
// explanation for each kind and use. For a name that nobody knows there are
// none, and the names that it resembles.
func (j *Judge) Explain(name string) ([]Explanation, []string) {
	asked := strings.TrimSpace(name)
	var found []Explanation
	if s, ok := suiteOf(asked); ok {
		found = append(found, j.explanation(name, j.suite(s.Name)))
		for _, r := range j.standing(j.atCode(asked)) {
			found = append(found, j.explainRule(name, r, 0))
		}
		return found, nil
	}
	rules, bits := j.rulesFor(asked)
	rules = append(rules, j.besideScheme(asked)...)
	for _, r := range j.standing(rules) {
		found = append(found, j.explainRule(name, r, bits))
	}
	if r, seen := j.unruledSeen(asked); len(found) == 0 && seen {
		return []Explanation{j.explanation(name, r)}, nil
	}
	if len(found) == 0 {
		return nil, j.rules.Suggest(asked, suggestions)
	}
	return found, nil
}

// rulesFor finds the rules that a person may mean by a word, and the length of
// the key if it is one.
func (j *Judge) rulesFor(asked string) ([]*Rule, int) {
	for _, word := range []string{asked, strings.Join(strings.Fields(asked), "-")} {
		if rules := spelled(j.rules.Find(word), word); len(rules) > 0 {
			return append(rules, j.keysOf(word)...), 0
		}
	}
	if kind, name, ok := strings.Cut(asked, "/"); ok {
		if rules := j.rules.Named(strings.ToLower(kind), name); len(rules) > 0 {
			return rules, 0
		}
		for i := range j.rules.rules {
			if r := &j.rules.rules[i]; strings.EqualFold(r.ID, asked) {
				return []*Rule{r}, 0
			}
		}
	}
	for _, s := range iana.Signals() {
		if strings.EqualFold(s.Name, asked) {
			return j.ownRules(s.Code), 0
		}
	}
	if k, ok := keyOf(asked); ok {
		if rules := j.rulesOfKey(k); len(rules) > 0 {
			return rules, k.Bits
		}
	}
	if rules := j.seenRules(asked); len(rules) > 0 {
		return rules, 0
	}
	if rules := j.policyRules(asked); len(rules) > 0 {
		return rules, 0
	}
	for _, find := range []func(string) []*Rule{j.umbrella, j.atCode, j.looselyNamed} {
		if rules := find(asked); len(rules) > 0 {
			return rules, 0
		}
	}
	if rules := j.familyRules(asked); len(rules) > 1 && len(rules) <= suggestions {
		return rules, 0
	}
	return nil, 0
}

// Family lists the names that begin with a word and go on after a hyphen, in the
// order of the catalogue, each once.
func (j *Judge) Family(word string) []string {
	var names []string
	for _, r := range j.familyRules(word) {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// rulesOfKey finds the rules that a key may fall under, each once.
func (j *Judge) rulesOfKey(k scanner.Key) []*Rule {
	var rules []*Rule
	for _, one := range asKeys(k) {
		for _, group := range j.keyRules(one) {
			for _, r := range group {
				if !slices.Contains(rules, r) {
					rules = append(rules, r)
				}
			}
		}
	}
	if len(rules) == 0 {
		return nil
	}
	for _, r := range j.exponentRules(k) {
		if !slices.Contains(rules, r) {
			rules = append(rules, r)
		}
	}
	return rules
}

// policyRules finds what the policies themselves say: rules that they add, and
// demands by their ids.
func (j *Judge) policyRules(asked string) []*Rule {
	if j.added == nil {
		return nil
	}
	rules := spelled(j.added.Find(asked), asked)
	for p := range j.policies {
		for i := range j.policies[p].Tighten {
			if d := &j.policies[p].Tighten[i]; strings.EqualFold(d.ID, asked) {
				rules = append(rules, d.rule(Subject{strings.Join(d.Kinds, ", "), strings.Join(d.Names, ", ")}, d.String()))
			}
		}
	}
	return rules
}

// spelled leaves out what a looser comparison has found too much. SSH names
// that differ from the word by case are other names (RFC 4250 section 4.6.1);
// a key exchange covers the suites that are known to have it, and no word that
// merely begins like them.
func spelled(rules []*Rule, word string) []*Rule {
	var exact, folded []*Rule
	for _, r := range rules {
		is := func(name string) bool { return name == word }
		like := func(name string) bool { return strings.EqualFold(name, word) }
		names := append([]string{r.ID, r.Name}, r.Aliases...)
		switch {
		case r.Kind == "key-exchange" && !slices.ContainsFunc(names, like):
		case strings.HasPrefix(r.Kind, "ssh-") && !slices.ContainsFunc(names, is) && slices.ContainsFunc(names, like):
			folded = append(folded, r)
		default:
			exact = append(exact, r)
		}
	}
	if len(exact) == 0 {
		return folded
	}
	return exact
}

// standing leaves out the rules that do not hold on the day where another one
// of the same name does.
func (j *Judge) standing(rules []*Rule) []*Rule {
	holds := map[string]bool{}
	for _, r := range rules {
		if _, ok := r.On(j.asOf); ok {
			holds[r.Kind+"/"+r.Name] = true
		}
	}
	var list []*Rule
	for _, r := range rules {
		if _, ok := r.On(j.asOf); ok || !holds[r.Kind+"/"+r.Name] {
			list = append(list, r)
		}
	}
	return list
}

func (j *Judge) explainRule(name string, r *Rule, bits int) Explanation {
	subject := Subject{r.Kind, r.Name}
	now, ok := j.on(r, j.asOf, bits)
	ruling := applied(r, now, subject, "")
	if !ok {
		ruling = j.unclassified([]*Rule{r}, subject, "")
		ruling.Rule, ruling.Use, ruling.Cite = r.ID, r.Use, r.Cite
		ruling.From, ruling.Until = r.From, r.Until
	}
	if ok && (now.By != nil || j.adds(r)) {
		ruling = ruling.over(j.alone(r))
	}
	if now.By != nil && now.By.BelowBits > 0 && bits == 0 {
		ruling.Because += fmt.Sprintf(" This is for keys below %d bits.", now.By.BelowBits)
	}
	if bits > 0 {
		ruling.Because += onlyWhen(r)
	}
	e := j.explanation(name, ruling)
	e.Question = r.Question
	e.Transitions = j.later(r, j.asOf, bits)
	return e
}

func (j *Judge) explanation(name string, r Ruling) Explanation {
	e := Explanation{
		Name: name, Rule: r.Rule, Subject: r.Subject.Name, Kind: r.Subject.Kind,
		Status: r.Status, Use: r.Use, From: r.From, Until: r.Until, Transitions: []Transition{}, Parts: r.Parts,
		Because: r.Because, Remedy: r.Remedy, Cite: r.Cite, Confidence: r.Confidence, SourceRead: r.SourceRead,
		Draft: r.Draft, Contested: r.Contested, Quantum: r.Quantum,
		Policy: j.policy, Base: r.Base,
	}
	if r.Next != nil {
		e.Transitions = append(e.Transitions, *r.Next)
	}
	return e
}

var (
	sizedKey = regexp.MustCompile(`(?i)^(rsa|rsassa-pss|dsa)[ _-]?(\d{1,6})(?:(?:[ _-]+|, q of )(\d{1,4}))?$`)
	curveKey = regexp.MustCompile(`(?i)^(?:ec|ecc|ecdsa|ecdh)[ _-]+(\S+)$`)
)

// keyOf reads a key as people write it: "RSA 1024", "DSA-2048-256", "EC P-256",
// "ec secp256r1".
func keyOf(asked string) (scanner.Key, bool) {
	if m := sizedKey.FindStringSubmatch(asked); m != nil {
		bits, _ := strconv.Atoi(m[2])
		sub, _ := strconv.Atoi(m[3])
		return scanner.Key{Algorithm: strings.ToUpper(m[1]), Bits: bits, SubBits: sub}, true
	}
	if m := curveKey.FindStringSubmatch(asked); m != nil {
		return scanner.Key{Algorithm: "EC", Curve: m[1]}, true
	}
	return scanner.Key{}, false
}
