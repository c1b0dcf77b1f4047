package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// changes gathers findings under the changes that close them.
type changes struct {
	controls *control.Table
	byKey    map[string]*change
	order    []*change
	rows     int
	profiles int
	leftOut  int
	sets     map[string]*need // by the ids of the changes in it
	beyond   int              // failing endpoints whose set was not kept

	failing map[int]bool  // of the endpoint that is added: changes that it needs
	touched map[*Row]bool // and rows that it is counted in already
}

type change struct {
	Change
	id       int
	rows     map[rowKey]*Row
	last     int // the assessment that was counted last
	lastFail int
	reach    *reach // of findings about several endpoints together
}

type rowKey struct {
	rule, kind, name, use string
	status                fips.Status
}

// A need is the failing endpoints that all need the same set of changes.
type need struct {
	ids       []int
	endpoints int
}

func newChanges(t *control.Table) *changes {
	return &changes{controls: t, byKey: map[string]*change{}, sets: map[string]*need{}, failing: map[int]bool{}, touched: map[*Row]bool{}}
}

// add puts an endpoint's findings into their changes; n numbers the assessment.
func (c *changes) add(a fips.Assessment, n int) {
	var names []string
	var profileDone bool
	clear(c.failing)
	clear(c.touched)
	for _, f := range a.Findings {
		ar := areaOf(f.Class)
		if ar == areaTLS && !profileDone {
			names, profileDone = profile(a.Findings), true
		}
		ch := c.of(ar, names, f.Ruling)
		ch.Findings++
		if ch.last != n {
			ch.last = n
			ch.Endpoints++
		}
		if f.Status.Grade() == fips.Fail {
			c.failing[ch.id] = true
			if ch.lastFail != n {
				ch.lastFail = n
				ch.Failing++
			}
		}
		c.row(ch, f, a.Observation.Endpoint, c.touched)
	}
	c.need(c.failing)
}

// of finds or begins the change that closes a ruling.
func (c *changes) of(a area, names []string, r fips.Ruling) *change {
	key := string(a) + "\x00"
	switch a {
	case areaTLS:
		key += strings.Join(names, "\x00")
		if c.byKey[key] == nil && c.profiles >= maxProfiles {
			key, names = string(a)+"\x00", nil
		}
	case areaSSH:
	default:
		key += r.Remedy
	}
	ch := c.byKey[key]
	if ch == nil {
		ch = &change{id: len(c.order), rows: map[rowKey]*Row{}}
		ch.Title = title(a, names, r)
		c.byKey[key] = ch
		c.order = append(c.order, ch)
		if a == areaTLS {
			c.profiles++
		}
	}
	ch.Status = max(ch.Status, r.Status)
	if r.Remedy != "" && len(ch.Remedies) < maxRemedies && !slices.Contains(ch.Remedies, r.Remedy) {
		ch.Remedies = append(ch.Remedies, r.Remedy)
	}
	return ch
}

// row counts a finding in its row; touched holds the rows that this endpoint
// is already counted in.
func (c *changes) row(ch *change, f fips.Finding, e scanner.Endpoint, touched map[*Row]bool) {
	key := rowKey{f.Rule, f.Subject.Kind, clip(f.Subject.Name, maxText), f.Use, f.Status}
	row := ch.rows[key]
	if row == nil {
		if c.rows >= maxRows {
			c.leftOut++
			return
		}
		c.rows++
		row = newRow(key, f)
		ch.rows[key] = row
	}
	if of := c.controls.Of(f.Class, f.Endpoint); len(of) > len(row.Controls) {
		row.Controls = of // of an endpoint all that they are of a file, and more
	}
	row.Findings++
	if len(f.Endpoints) == 0 { // else each of them has its own
		row.tag(f.Tags)
	}
	row.Because = shared(row.Because, f.Because)
	if !touched[row] {
		touched[row] = true
		row.Places.add(e, maxPlaces)
	}
}

func newRow(k rowKey, f fips.Finding) *Row {
	return &Row{ID: RowID(f), Rule: f.Rule, Subject: fips.Subject{Kind: k.kind, Name: k.name}, Use: f.Use, Status: f.Status,
		Because: f.Because, Remedy: f.Remedy, Cite: f.Cite, Confidence: f.Confidence, SourceRead: f.SourceRead,
		Draft: f.Draft, Contested: f.Contested, From: f.From, Until: f.Until, Next: f.Next}
}

// shared is the sentences that two reasons begin with alike: what a reason says
// of one certificate or server does not hold for the whole row.
func shared(a, b string) string {
	if a == b {
		return a
	}
	n := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '.' && i+1 < len(a) && a[i+1] == ' ' {
			n = i + 1
		}
	}
	if n == 0 {
		return a
	}
	return a[:n]
}

// RowID names the rows that a finding is counted in: one rule on one subject
// with one status, whatever change closes it.
func RowID(f fips.Finding) string {
	key := strings.Join([]string{f.Rule, f.Subject.Kind, clip(f.Subject.Name, maxText), f.Use, f.Status.String()}, "\x00")
	return "r-" + scanner.Digest([]byte(key))[:12]
}

// need counts a failing endpoint under the set of changes that repairs it.
func (c *changes) need(failing map[int]bool) {
	if len(failing) == 0 {
		return
	}
	ids := slices.Sorted(maps.Keys(failing))
	key := fmt.Sprint(ids)
	n := c.sets[key]
	if n == nil {
		if len(c.sets) >= maxSets {
			c.beyond++
			return
		}
		n = &need{ids: ids}
		c.sets[key] = n
	}
	n.endpoints++
}

// result puts the changes in the order in which they repair most: at each step
// the one that, with those before it, repairs the most endpoints; then the one
// that most failing endpoints wait for; then findings closed.
func (c *changes) result() []Change {
	needs := slices.SortedFunc(maps.Values(c.sets), func(a, b *need) int { return slices.Compare(a.ids, b.ids) })
	left := make([]map[int]bool, len(needs))
	for i, n := range needs {
		left[i] = map[int]bool{}
		for _, id := range n.ids {
			left[i][id] = true
		}
	}
	todo := slices.Clone(c.order)
	var done []Change
	for len(todo) > 0 {
		repairs, waits := gains(needs, left, len(c.order))
		next := slices.MinFunc(todo, func(a, b *change) int {
			return cmp.Or(cmp.Compare(repairs[b.id], repairs[a.id]), cmp.Compare(waits[b.id], waits[a.id]),
				cmp.Compare(b.Findings, a.Findings), strings.Compare(a.Title, b.Title))
		})
		todo = slices.DeleteFunc(todo, func(x *change) bool { return x == next })
		for i := range left {
			delete(left[i], next.id)
		}
		next.Repairs = repairs[next.id]
		next.ID = fmt.Sprintf("R%d", len(done)+1)
		next.Rows = next.sorted()
		done = append(done, next.Change)
	}
	if len(done) > 0 {
		done[len(done)-1].Repairs += c.beyond // whatever else they need, all changes repair them
	}
	return done
}

// gains says by the id of each of n changes how many endpoints it would repair
// now, and how many wait for it.
func gains(needs []*need, left []map[int]bool, n int) (repairs, waits []int) {
	repairs, waits = make([]int, n), make([]int, n)
	for i, l := range left {
		for id := range l {
			waits[id] += needs[i].endpoints
			if len(l) == 1 {
				repairs[id] += needs[i].endpoints
			}
		}
	}
	return repairs, waits
}

// sorted gives the rows worst first, then those on most endpoints.
func (ch *change) sorted() []Row {
	var rows []Row
	for _, r := range ch.rows {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Status, a.Status), cmp.Compare(b.Places.Count, a.Places.Count),
			strings.Compare(a.Subject.Kind, b.Subject.Kind), strings.Compare(a.Subject.Name, b.Subject.Name), strings.Compare(a.Use, b.Use), strings.Compare(a.Rule, b.Rule))
	})
	return rows
}
