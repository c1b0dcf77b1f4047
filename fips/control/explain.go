package control

import (
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// Kind is that of an explanation of a control.
const Kind = "control"

// Explain says what the controls of an identifier ask, and which evidence
// bears on them. A control has no status by itself: a report gives it one.
func (t *Table) Explain(name string) []fips.Explanation {
	var found []fips.Explanation
	for _, f := range t.Frameworks {
		for _, c := range f.Controls {
			if strings.EqualFold(c.ID, strings.TrimSpace(name)) {
				found = append(found, c.explain(f, name))
			}
		}
	}
	return found
}

func (c Control) explain(f Framework, name string) fips.Explanation {
	e := fips.Explanation{Name: name, Subject: c.ID, Kind: Kind, Use: f.Name, Transitions: []fips.Transition{},
		Because: strings.TrimSuffix(c.Asks, ".") + ".", Remedy: "Mend the findings that a report lists under it.",
		Cite: []fips.Citation{{Document: f.Name, Section: c.ID}}, Confidence: c.Confidence}
	if !strings.HasSuffix(f.Name, f.Edition) {
		e.Cite[0].Document += " " + f.Edition
	}
	if c.Cannot != "" {
		e.Because += " What no sweep shows of it: " + strings.TrimSuffix(c.Cannot, ".") + "."
	}
	if !c.Shown {
		e.Because += " Reports do not tell of it."
	}
	for _, class := range c.Classes {
		e.Evidence = append(e.Evidence, fips.EvidenceOf{Class: class, Rules: class.RuleKinds()})
	}
	return e
}
