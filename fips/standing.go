package fips

import (
	"fmt"
	"strings"
	"time"
)

// A Standing is what a rule says on one day.
type Standing struct {
	Status Status
	From   Date        // first day of Status; "" for always
	Until  Date        // last day of Status; "" for open
	Turned *Transition // what brought Status about; nil for the rule's own
	Next   *Transition // what follows Until; nil where nothing does
	By     *Demand     // the policy's demand that brought Status about; nil for the rule's own
	Own    Status      // what the rule says without the demand
}

// On says what the rule says on the day, and false where it does not hold yet
// or no longer.
func (r *Rule) On(day Date) (Standing, bool) {
	if r.From != "" && day < r.From {
		return Standing{}, false
	}
	s := Standing{Status: r.Status, From: r.From, Until: r.Until, Own: r.Status}
	for i := range r.Transitions {
		t := &r.Transitions[i]
		if day < t.From {
			s.Next = t
			break
		}
		s = Standing{Status: t.Status, From: t.From, Turned: t, Own: t.Status}
		if i+1 < len(r.Transitions) {
			s.Until = dayBefore(r.Transitions[i+1].From)
		}
	}
	if s.Turned == nil && r.Until != "" && day > r.Until {
		return Standing{}, false
	}
	return s, true
}

// later are the transitions that the day has not reached.
func (r *Rule) later(day Date) []Transition {
	later := []Transition{}
	for _, t := range r.Transitions {
		if day < t.From {
			later = append(later, t)
		}
	}
	return later
}

// because gives the rule's reason on the day: once a transition holds, the
// rule's own words tell only why it was otherwise before. A policy's demand
// has a reason of its own.
func (r *Rule) because(s Standing) string {
	if s.By != nil {
		return s.By.Because
	}
	if s.Turned == nil {
		return r.Because
	}
	by := s.Turned.Cite.Document
	if s.Turned.Cite.Section != "" {
		by += ", " + s.Turned.Cite.Section
	}
	if s.Turned.Draft {
		by += ", a draft"
	}
	text := fmt.Sprintf("It is %s since %s (%s).", s.Status, s.From, by)
	if s.Turned.Note != "" {
		text += " " + s.Turned.Note
	}
	return fmt.Sprintf("%s Until %s it was %s: %s", text, dayBefore(r.Transitions[0].From), r.Status, r.Because)
}

// remedy gives the rule's remedy on the day. "No action" no longer holds once
// a transition has made of the subject a finding.
func (r *Rule) remedy(s Standing) string {
	if s.By != nil {
		return s.By.Remedy
	}
	rest, idle := strings.CutPrefix(r.Remedy, "No action")
	if s.Turned == nil || !idle || !s.Status.IsFinding() {
		return r.Remedy
	}
	if rest = strings.TrimLeft(rest, ".;, "); rest == "" {
		return "Replace it by an algorithm that is approved on this date."
	}
	return "Replace it: " + rest
}

// cite is the rule's citations, led by that of the transition that holds, or
// those of the policy's demand.
func (r *Rule) cite(s Standing) []Citation {
	if s.By != nil {
		return append([]Citation{}, s.By.Cite...)
	}
	if s.Turned == nil {
		return append([]Citation{}, r.Cite...)
	}
	return appendCitations([]Citation{s.Turned.Cite}, r.Cite...)
}

// appendCitations adds those that are not there yet.
func appendCitations(cites []Citation, more ...Citation) []Citation {
next:
	for _, c := range more {
		for _, have := range cites {
			if have.Document == c.Document && have.Section == c.Section {
				continue next
			}
		}
		cites = append(cites, c)
	}
	return cites
}

// dayBefore is the day before d; "" for a date that is none.
func dayBefore(d Date) Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return DateOf(t.AddDate(0, 0, -1))
}
