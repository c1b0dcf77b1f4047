package reports

import (
	"github.com/fipsweep/fipsweep/fips"
)

// siteLine is the part of the sweep line that says how far the sweep reached,
// what waivers took out, and what was expected.
type siteLine struct {
	Waived    waivedLine     `json:"waived"`
	Waivers   []waiverLine   `json:"waivers,omitempty"`
	Coverage  coverageLine   `json:"coverage"`
	Inventory *inventoryLine `json:"inventory,omitempty"`
}

// waivedLine is what is in no other count of the line.
type waivedLine struct {
	Endpoints int            `json:"endpoints"`
	Findings  map[string]int `json:"findings"` // by status
}

type waiverLine struct {
	ID       string           `json:"id"`
	State    fips.WaiverState `json:"state"`
	From     fips.Date        `json:"from"`
	Expires  fips.Date        `json:"expires"`
	Approver string           `json:"approver"`
	Ticket   string           `json:"ticket,omitempty"`
	Findings int              `json:"findings"` // that it is about
	Waived   int              `json:"waived"`   // of these, those that it takes out
	Idle     bool             `json:"idle"`
}

type coverageLine struct {
	ByKind  map[string]Reach `json:"by_kind"`
	Subnets []SubnetReach    `json:"subnets"`
	LeftOut int              `json:"subnets_left_out"`
	Left    *Reach           `json:"left_out,omitempty"`
}

type inventoryLine struct {
	Entries    int           `json:"entries"`
	Found      int           `json:"found"`
	NotFound   int           `json:"not_found"`
	Missing    []missingLine `json:"expected_not_found"`
	Unexpected int           `json:"unexpected"`
	Endpoints  []string      `json:"found_not_expected"` // the first of them, neighbours together
	Owners     []ownerLine   `json:"owners"`
}

type missingLine struct {
	Target string `json:"target"`
	fips.Tags
	Asked    int    `json:"asked"`
	Answered int    `json:"answered"`
	Why      string `json:"why"`
}

type ownerLine struct {
	Owner    string `json:"owner"` // "" for endpoints that no entry gives one
	Fail     int    `json:"fail"`
	Watch    int    `json:"watch"`
	Pass     int    `json:"pass"`
	Waived   int    `json:"waived"`
	NotSeen  int    `json:"not_seen"`
	Findings int    `json:"findings"`
}

func newSiteLine(r *Report) siteLine {
	s := siteLine{
		Waived:    waivedLine{Endpoints: r.Waived.Endpoints, Findings: map[string]int{}},
		Coverage:  coverageLine{ByKind: map[string]Reach{}, Subnets: orEmpty(r.Coverage.Subnets), LeftOut: r.Coverage.LeftOut},
		Inventory: newInventoryLine(r),
	}
	for status, n := range r.Waived.FindingsBy {
		s.Waived.Findings[status.String()] = n
	}
	for _, u := range r.Waivers {
		s.Waivers = append(s.Waivers, waiverLine{ID: u.ID, State: u.State, From: u.From, Expires: u.Expires, Approver: u.Approver, Ticket: u.Ticket,
			Findings: u.Findings, Waived: u.Marked, Idle: u.Idle()})
	}
	for k, reach := range r.Coverage.ByKind {
		if reach.Asked > 0 {
			s.Coverage.ByKind[Kind(k).String()] = reach
		}
	}
	if r.Coverage.Left.Asked > 0 {
		s.Coverage.Left = &r.Coverage.Left
	}
	return s
}

func newInventoryLine(r *Report) *inventoryLine {
	v := r.Inventory
	if v == nil {
		return nil
	}
	l := &inventoryLine{Entries: v.Entries, Found: v.Found, NotFound: v.MissingAll, Missing: []missingLine{},
		Unexpected: v.Unexpected.Count, Endpoints: orEmpty(r.Runs(v.Unexpected)), Owners: []ownerLine{}}
	for _, m := range v.Missing {
		l.Missing = append(l.Missing, missingLine{m.Target, m.Tags, m.Asked, m.Answered, m.Why()})
	}
	for _, o := range v.Owners {
		l.Owners = append(l.Owners, ownerLine(o))
	}
	return l
}
