package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
)

// A Side is one judging of a comparison: its report, and its assessments to be
// read again.
type Side struct {
	Report *Report
	Again  Assessments
}

// A Move is what became of a finding from one judging to the other.
type Move string

// The moves, in the order of reports.
const (
	MoveNew    Move = "new"
	MoveWorse  Move = "worse"
	MoveMilder Move = "milder"
	MoveGone   Move = "gone"
	MoveWaiver Move = "waiver" // the same status, and a waiver takes it out in one of both only

	// Between two sweeps a finding is gone with its endpoint; where that is
	// still there and was seen, it is mended, and where not, nobody knows.
	MoveMended     Move = "mended"
	MoveUnobserved Move = "unobserved"
)

// Moves lists the moves in the order of reports.
func Moves() []Move {
	return []Move{MoveNew, MoveWorse, MoveMilder, MoveMended, MoveUnobserved, MoveGone, MoveWaiver}
}

// A FindingChange is one finding that differs. Before and After are its status
// in both; where it is no finding in one, the status that the subject has
// there, Unobserved if nothing is ruled of it.
type FindingChange struct {
	Move    Move
	ID      string
	Before  fips.Status
	After   fips.Status
	Finding fips.Finding  // as it is after, else as it was
	Was     *fips.Finding // as it was, where another rule decides now; else nil
	Waived  [2]bool       // before and after
	Why     Why           // between two sweeps: what the move rests on
}

// A Comparison is what changes between two judgings of the same observations:
// counts, and bounded groups.
type Comparison struct {
	Before, After *Report
	Endpoints     int          // with something that changes
	Moves         map[Move]int // findings
	Same          int          // findings
	Groups        []MoveGroup
	LeftOut       int // changes in counts only, because groups are bounded
	Controls      []ControlChange
}

// A MoveGroup is the findings of one rule on one subject that move alike.
type MoveGroup struct {
	Move     Move
	Before   fips.Status
	After    fips.Status
	Rule     string
	Subject  fips.Subject
	Because  string
	Why      Why
	Findings int
	Places   Places
	last     int
}

// A ControlChange is a control whose state differs.
type ControlChange struct {
	Framework, ID string
	Before, After control.State
	Reason        string // of the state after
}

// maxGroups bounds the groups of a comparison.
const maxGroups = 5000

// ErrUnlike is wrapped where the two sides are not of the same observations.
var ErrUnlike = errors.New("the two sides do not hold the same observations in the same order")

// Compare reads both sides along each other, one assessment at a time: they
// are of the same observations in the same order. What differs is given to
// each, if that is not nil, as it is met.
func Compare(ctx context.Context, before, after Side, each func(FindingChange) error) (*Comparison, error) {
	c := &comparer{groups: map[groupKey]*MoveGroup{}, each: each,
		Comparison: Comparison{Before: before.Report, After: after.Report, Moves: map[Move]int{}}}
	next, stop := iter.Pull2(before.Again(ctx))
	defer stop()
	for a, err := range after.Again(ctx) {
		b, berr, ok := next()
		if err := errors.Join(berr, err, ctx.Err()); err != nil {
			return nil, fmt.Errorf("read the sweep again: %w", err)
		}
		if !ok || a.Observation.Endpoint.ID != b.Observation.Endpoint.ID {
			return nil, fmt.Errorf("at %s: %w", a.Observation.Endpoint, ErrUnlike)
		}
		if err := c.endpoint(b, a); err != nil {
			return nil, err
		}
	}
	if b, _, ok := next(); ok {
		return nil, fmt.Errorf("at %s: %w", b.Observation.Endpoint, ErrUnlike)
	}
	if err := c.facts(); err != nil {
		return nil, err
	}
	c.compareControls()
	return c.result(), nil
}

// A comparer gathers a comparison.
type comparer struct {
	Comparison
	groups map[groupKey]*MoveGroup
	each   func(FindingChange) error
	n      int // the pair that is compared
}

type groupKey struct {
	move          Move
	before, after fips.Status
	rule          string
	subject       fips.Subject
	why           Why
}

// endpoint compares what was ruled of one endpoint.
func (c *comparer) endpoint(before, after fips.Assessment) error {
	c.n++
	was, rest := paired(before.Findings, after.Findings)
	changes := 0
	for i := range after.Findings {
		x := moved(was[i], &after.Findings[i])
		if was[i] == nil {
			x.Before = statusOf(before, x.Finding)
		}
		if x.Move == "" {
			c.Same++
			continue
		}
		changes++
		if err := c.add(x); err != nil {
			return err
		}
	}
	for _, f := range rest {
		x := moved(f, nil)
		x.After = statusOf(after, *f)
		changes++
		if err := c.add(x); err != nil {
			return err
		}
	}
	if changes > 0 {
		c.Endpoints++
	}
	return nil
}

// A pairing is what makes two findings of one endpoint the same: what they are
// about. The rule is none of it, since another one may decide on another day.
type pairing struct {
	subject          fips.Subject
	use, certificate string
	class            fips.Class
}

func pairingOf(f *fips.Finding) pairing {
	return pairing{f.Subject, f.Use, f.Certificate, f.Class}
}

// paired finds for each finding of one endpoint after which it was before, nil
// for none, and those that none is the same as. Of several about one thing
// those of the same rule belong together (a key fails by its size and by its
// exponent), then the others in their order, the worst first. Where rules name
// the use otherwise, the kind of evidence decides.
func paired(before, after []fips.Finding) (was []*fips.Finding, rest []*fips.Finding) {
	was = make([]*fips.Finding, len(after))
	taken := make([]bool, len(before))
	pair := func(key func(*fips.Finding) any) {
		free := map[any][]int{}
		for i := range before {
			if !taken[i] {
				k := key(&before[i])
				free[k] = append(free[k], i)
			}
		}
		for i := range after {
			k := key(&after[i])
			if list := free[k]; was[i] == nil && len(list) > 0 {
				was[i], taken[list[0]], free[k] = &before[list[0]], true, list[1:]
			}
		}
	}
	pair(func(f *fips.Finding) any { return f.ID })
	pair(func(f *fips.Finding) any { return pairingOf(f) })
	pair(func(f *fips.Finding) any { p := pairingOf(f); p.use = ""; return p })
	for i := range before {
		if !taken[i] {
			rest = append(rest, &before[i])
		}
	}
	return was, rest
}

// moved says what became of a finding; either side may be without it.
func moved(before, after *fips.Finding) FindingChange {
	switch {
	case before == nil:
		return FindingChange{Move: MoveNew, ID: after.ID, After: after.Status, Finding: *after, Waived: [2]bool{false, after.Waiver != nil}}
	case after == nil:
		return FindingChange{Move: MoveGone, ID: before.ID, Before: before.Status, Finding: *before, Waived: [2]bool{before.Waiver != nil, false}}
	}
	x := FindingChange{ID: after.ID, Before: before.Status, After: after.Status, Finding: *after, Waived: [2]bool{before.Waiver != nil, after.Waiver != nil}}
	if before.Rule != after.Rule {
		x.Was = before
	}
	switch {
	case after.Status > before.Status:
		x.Move = MoveWorse
	case after.Status < before.Status:
		x.Move = MoveMilder
	case x.Waived[0] != x.Waived[1]:
		x.Move = MoveWaiver
	}
	return x
}

// statusOf is the status in an assessment of what a finding of the other is
// about: by the same rule if that speaks there, else the worst of what is no
// finding, as findings have been paired.
func statusOf(a fips.Assessment, like fips.Finding) fips.Status {
	worst := fips.Unobserved
	for _, r := range a.Rulings {
		switch {
		case r.Subject != like.Subject || r.Certificate != like.Certificate:
		case r.Rule == like.Rule && r.Rule != "":
			return r.Status
		case !r.Status.IsFinding():
			worst = max(worst, r.Status)
		}
	}
	return worst
}

// add counts a change in its group.
func (c *comparer) add(x FindingChange) error {
	c.Moves[x.Move]++
	f := x.Finding
	key := groupKey{x.Move, x.Before, x.After, f.Rule, fips.Subject{Kind: f.Subject.Kind, Name: clip(f.Subject.Name, maxText)}, x.Why}
	g := c.groups[key]
	if g == nil && len(c.groups) >= maxGroups {
		c.LeftOut++
	} else {
		if g == nil {
			g = &MoveGroup{Move: key.move, Before: key.before, After: key.after, Rule: key.rule, Subject: key.subject, Because: f.Because, Why: x.Why}
			c.groups[key] = g
		}
		g.Findings++
		g.Because = shared(g.Because, f.Because)
		if g.last != c.n {
			g.last = c.n
			g.place(f)
		}
	}
	if c.each == nil {
		return nil
	}
	return c.each(x)
}

// place counts where a finding is: of one about several endpoints together, all
// of them.
func (g *MoveGroup) place(f fips.Finding) {
	if f.EndpointCount == 0 {
		g.Places.add(f.Endpoint, maxPlaces)
		return
	}
	for _, e := range f.Endpoints {
		g.Places.add(e, maxPlaces)
	}
	g.Places.Count += f.EndpointCount - len(f.Endpoints)
}

// facts compares the findings about several endpoints together. The same
// observations give the same facts in the same order.
func (c *comparer) facts() error {
	next, stop := iter.Pull(c.Before.Facts.All())
	defer stop()
	for a := range c.After.Facts.All() {
		b, ok := next()
		if !ok || a.ID != b.ID {
			return fmt.Errorf("at the fact %s %s: %w", a.Kind, a.Subject, ErrUnlike)
		}
		if a.Finding == nil && b.Finding == nil {
			continue
		}
		c.n++
		x := moved(b.Finding, a.Finding)
		if b.Finding == nil && b.Ruling != nil {
			x.Before = b.Ruling.Status
		}
		if a.Finding == nil && a.Ruling != nil {
			x.After = a.Ruling.Status
		}
		if x.Move == "" {
			c.Same++
			continue
		}
		if err := c.add(x); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparer) compareControls() {
	was := map[[2]string]control.Result{}
	for _, r := range c.Before.Controls {
		was[[2]string{r.Framework, r.ID}] = r
	}
	for _, r := range c.After.Controls {
		if b := was[[2]string{r.Framework, r.ID}]; b.State != r.State {
			c.Controls = append(c.Controls, ControlChange{r.Name, r.ID, b.State, r.State, r.Reason})
		}
	}
}

// result orders the groups: by move, then the worst, then the widest.
func (c *comparer) result() *Comparison {
	for _, g := range c.groups {
		c.Groups = append(c.Groups, *g)
	}
	order := Moves()
	slices.SortFunc(c.Groups, func(a, b MoveGroup) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Move), slices.Index(order, b.Move)), cmp.Compare(b.After, a.After), cmp.Compare(b.Before, a.Before),
			cmp.Compare(b.Places.Count, a.Places.Count), strings.Compare(a.Subject.Kind, b.Subject.Kind), strings.Compare(a.Subject.Name, b.Subject.Name), strings.Compare(a.Rule, b.Rule), strings.Compare(string(a.Why), string(b.Why)))
	})
	return &c.Comparison
}
