package fips

import (
	"slices"
	"time"
)

// A Waiver is the operator's dated acceptance of findings: of a rule or of an
// algorithm in a scope, or of one finding by its id. It marks findings and
// never deletes one.
type Waiver struct {
	ID        string    `json:"id"`
	Rule      string    `json:"rule,omitempty"`      // exactly one of Rule, Algorithm and Finding is set
	Algorithm string    `json:"algorithm,omitempty"` // the subject's registry name
	Finding   string    `json:"finding,omitempty"`
	Scope     []Pattern `json:"scope,omitempty"` // an endpoint that fits one of them; empty only for a finding, which has its endpoint
	Reason    string    `json:"reason"`
	Ticket    string    `json:"ticket,omitempty"`
	Approver  string    `json:"approver"`
	From      Date      `json:"from"`    // first day on which it holds
	Expires   Date      `json:"expires"` // last day on which it holds
}

// A WaiverMark is what a finding carries of the waiver that takes it out of
// the counts.
type WaiverMark struct {
	ID       string `json:"id"`
	Reason   string `json:"reason"`
	Ticket   string `json:"ticket,omitempty"`
	Approver string `json:"approver"`
	Expires  Date   `json:"expires"`
}

// Bounds of a waiver's life, in days.
const (
	MaxWaiverDays  = 400 // longest from From to Expires, and from the day on which the waiver is read
	SoonWaiverDays = 30  // before Expires, from when on it is said to expire soon
)

// A WaiverState is what a waiver comes to on a day.
type WaiverState string

// The states. One that expires soon still holds.
const (
	WaiverHolds   WaiverState = "holds"
	WaiverSoon    WaiverState = "expires-soon"
	WaiverExpired WaiverState = "expired"
	WaiverFuture  WaiverState = "not-yet"
)

// On is the waiver's state on the day.
func (w *Waiver) On(day Date) WaiverState {
	switch {
	case day < w.From:
		return WaiverFuture
	case day > w.Expires:
		return WaiverExpired
	case daysLater(day, SoonWaiverDays) >= w.Expires:
		return WaiverSoon
	}
	return WaiverHolds
}

// daysLater is n days after the day; the day itself where it is none.
func daysLater(day Date, n int) Date {
	t, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return day
	}
	return DateOf(t.AddDate(0, 0, n))
}

// covers tells whether the waiver is about the finding, whatever the day.
func (w *Waiver) covers(f *Finding) bool {
	switch {
	case w.Finding != "":
		if w.Finding != f.ID {
			return false
		}
	case w.Rule != "":
		if w.Rule != f.Rule {
			return false
		}
	case w.Algorithm == "" || w.Algorithm != f.Subject.Name:
		return false
	}
	fits := func(p Pattern) bool { return p.Fits(f.Endpoint) }
	return len(w.Scope) == 0 && w.Finding != "" || slices.ContainsFunc(w.Scope, fits)
}

// Waivers is a set of waivers, in the order of their files. A nil set waives
// nothing. It is never written to once made.
type Waivers struct {
	all   []Waiver
	about map[string][]int // by the finding, rule or algorithm that they name
}

// NewWaivers makes a set.
func NewWaivers(all []Waiver) *Waivers {
	ws := &Waivers{all: all, about: map[string][]int{}}
	for i, w := range all {
		key := "f\x00" + w.Finding
		switch {
		case w.Finding != "":
		case w.Rule != "":
			key = "r\x00" + w.Rule
		default:
			key = "a\x00" + w.Algorithm
		}
		ws.about[key] = append(ws.about[key], i)
	}
	return ws
}

// All is every waiver of the set.
func (ws *Waivers) All() []Waiver {
	if ws == nil {
		return nil
	}
	return ws.all
}

// About lists the waivers that are about the finding, whatever the day, by
// their places in All.
func (ws *Waivers) About(f *Finding) []int {
	if ws == nil {
		return nil
	}
	var list []int
	for _, key := range [...]string{"f\x00" + f.ID, "r\x00" + f.Rule, "a\x00" + f.Subject.Name} {
		for _, i := range ws.about[key] {
			if ws.all[i].covers(f) {
				list = append(list, i)
			}
		}
	}
	slices.Sort(list)
	return list
}

// Mark marks the finding with the first waiver about it that holds on the day,
// and tells whether there is one.
func (ws *Waivers) Mark(f *Finding, day Date) bool {
	for _, i := range ws.About(f) {
		w := &ws.all[i]
		if s := w.On(day); s != WaiverHolds && s != WaiverSoon {
			continue
		}
		f.Waiver = &WaiverMark{ID: w.ID, Reason: w.Reason, Ticket: w.Ticket, Approver: w.Approver, Expires: w.Expires}
		return true
	}
	return false
}

// Waive marks the findings that waivers take out on the day, and judges the
// endpoint by what is left.
func (ws *Waivers) Waive(a *Assessment, day Date) {
	if ws == nil || len(ws.all) == 0 || len(a.Findings) == 0 {
		return
	}
	left := Unobserved
	for i := range a.Findings {
		f := &a.Findings[i]
		if ws.Mark(f, day) {
			a.Waived = max(a.Waived, f.Status)
			a.Behind = a.Behind || f.hides(a.Observation)
		} else {
			left = max(left, f.Status)
		}
	}
	if a.Waived == Unobserved {
		return
	}
	for _, r := range a.Rulings {
		if !r.Status.IsFinding() {
			left = max(left, r.Status)
		}
	}
	a.Worst = left
}
