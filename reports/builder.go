package reports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// Config is what a builder must know beside the assessments.
type Config struct {
	Sweep     scanner.Sweep // Ended is set by Report
	Catalogue *fips.Catalogue
	Controls  *control.Table
	Policy    string // "fips140-3"
	AsOf      fips.Date
	Waivers   *fips.Waivers   // those that were applied; nil for none
	Inventory *site.Inventory // what is expected; nil for none
	Judge     *fips.Judge     // rules on what several endpoints show together; nil tells it unjudged
}

// A Builder is a Recorder that gathers a report while the sweep runs. It keeps
// counts and bounded examples; only distinct certificates and distinct
// subjects make it grow.
type Builder struct {
	config   Config
	n        int
	standing [control.Quiet + 1]int
	answered int
	posture  [fips.Disallowed + 1]struct {
		n      int
		byKind KindCounts
	}
	findings    map[fips.Status]int
	changes     *changes
	worst       worst
	algorithms  *algorithms
	unseen      map[scanner.Reason]*ReasonCount
	silent      map[scanner.Reason]*ReasonCount
	gaps        Gaps
	gapReasons  map[scanner.Reason]*GapReason
	tally       *control.Tally
	certs       *certs
	items       map[string]int
	calendar    *calendar
	contested   map[Contested]bool
	trace       *Trace
	traceScore  int
	questions   map[[2]string]bool
	connections int
	evidence    hash.Hash
	waived      Waived
	uses        *waiverUses
	coverage    *coverage
	inventory   *reconciliation
	ties        *ties
	offers      *offers
	ssh         SSHServers
	locked      Locked
	host        Host
	told        int // of those that stand as empty, configurations
	names       naming
	settled     bool // what several show together is counted
}

// NewBuilder begins a report.
func NewBuilder(c Config) (*Builder, error) {
	if c.Catalogue == nil || c.Controls == nil {
		return nil, errors.New("report: want a catalogue and a table of controls")
	}
	c.Controls = c.Controls.Shown()
	return &Builder{
		config: c, findings: map[fips.Status]int{}, changes: newChanges(c.Controls), worst: worst{map[string]*way{}},
		algorithms: newAlgorithms(), unseen: map[scanner.Reason]*ReasonCount{}, silent: map[scanner.Reason]*ReasonCount{},
		gapReasons: map[scanner.Reason]*GapReason{}, tally: control.NewTally(c.Controls), certs: newCerts(c.AsOf),
		items: map[string]int{}, calendar: newCalendar(), contested: map[Contested]bool{},
		questions: map[[2]string]bool{}, evidence: sha256.New(),
		waived: Waived{FindingsBy: map[fips.Status]int{}}, uses: newWaiverUses(c.Waivers, c.AsOf),
		coverage: newCoverage(), inventory: newReconciliation(c.Inventory),
		ties: newTies(), offers: newOffers(), names: naming{},
	}, nil
}

// Interrupted says that the sweep was stopped before everything was asked, and
// what it left; nil where nobody knows.
func (b *Builder) Interrupted(left *scanner.Left) {
	b.config.Sweep.Interrupted, b.config.Sweep.Left = true, left
}

// Record takes one assessment.
func (b *Builder) Record(_ context.Context, a fips.Assessment) error {
	o := a.Observation
	line, err := o.Encode()
	if err != nil {
		return err
	}
	b.evidence.Write(line)
	b.n++
	b.names.see(o.Endpoint)
	if o.Answered() {
		b.answered++
	}
	s := control.Stand(a)
	b.standing[s]++
	b.tally.Add(a)
	b.gap(a, s)
	b.coverage.add(a, s)
	b.inventory.add(a, s)
	switch s {
	case control.Observed:
		b.observed(a)
	case control.NotSeen:
		b.posture[fips.Unobserved].n++
		b.posture[fips.Unobserved].byKind[KindOf(o)]++
		count(b.unseen, a)
	case control.Quiet:
		count(b.silent, a)
	case control.Empty:
		if o.Host != nil {
			b.told++
		}
	}
	b.offers.add(a)
	b.facts(o)
	return nil
}

// observed takes what was ruled of an endpoint.
func (b *Builder) observed(a fips.Assessment) {
	if !b.waive(a) {
		b.posture[a.Worst].n++
		b.posture[a.Worst].byKind[KindOf(a.Observation)]++
	}
	left := open(a)
	for _, f := range left.Findings {
		b.findings[f.Status]++
		b.consider(a, f)
	}
	b.changes.add(left, b.n)
	b.worst.add(left)
	b.algorithms.add(a)
	b.calendar.add(a, b.n)
	b.certs.add(a, b.n)
	for _, r := range a.Rulings {
		if r.Contested != "" && len(b.contested) < maxContested {
			b.contested[Contested{r.Rule, fips.Subject{Kind: r.Subject.Kind, Name: clip(r.Subject.Name, maxText)}, r.Status, r.Confidence, r.Contested}] = true
		}
	}
}

// maxContested bounds the contested rulings that a report names.
const maxContested = 200

// facts takes what needs no ruling.
func (b *Builder) facts(o scanner.Observation) {
	b.ties.add(o, b.n)
	b.locked.add(o)
	switch {
	case o.TLS != nil:
		b.connections += o.TLS.Connections
		if len(b.questions) < 8 {
			b.questions[[2]string{o.TLS.Asked.Version, o.TLS.Asked.SHA256}] = true
		}
	case o.SSH != nil:
		b.connections += o.SSH.Connections
		b.ssh.add(o.SSH)
	case o.Host != nil:
		b.host.add(o)
	case o.Store != nil:
		for _, item := range o.Store.Items {
			b.items[item.Kind]++
		}
	}
}

// gap counts what was lost before all was asked.
func (b *Builder) gap(a fips.Assessment, s control.Standing) {
	reason, what, lost := gap(a, s)
	if !lost {
		return
	}
	if s == control.Observed {
		b.gaps.Partial++
	} else {
		b.gaps.Lost++
	}
	g := b.gapReasons[reason]
	if g == nil {
		g = &GapReason{Reason: reason, What: clip(what, maxText)}
		b.gapReasons[reason] = g
	}
	g.Places.add(a.Observation.Endpoint, maxPlaces)
}

// count counts an endpoint that was not seen under its reason.
func count(m map[scanner.Reason]*ReasonCount, a fips.Assessment) {
	reason, o := reasonOf(a), a.Observation
	r := m[reason]
	if r == nil {
		r = &ReasonCount{Reason: reason}
		m[reason] = r
	}
	r.Endpoints++
	r.ByKind[KindOf(o)]++
	r.Places.add(o.Endpoint, maxPlaces)
}

// consider keeps the finding that is best to trace: the worst, then one whose
// components show how it was judged, then one with evidence.
func (b *Builder) consider(a fips.Assessment, f fips.Finding) {
	o := a.Observation
	score := int(f.Status) * 4
	if len(f.Parts) > 0 {
		score += 2
	}
	if len(o.Evidence) > 0 {
		score++
	}
	if score <= b.traceScore {
		return
	}
	b.traceScore = score
	t := &Trace{Kind: KindOf(o), Time: o.Time, Target: o.Target, Probe: o.Probe, Finding: f, Controls: b.config.Controls.Of(f.Class, f.Endpoint)}
	for _, e := range o.Evidence[:min(32, len(o.Evidence))] {
		e.Data = nil
		t.Evidence = append(t.Evidence, e)
	}
	switch {
	case o.TLS != nil:
		t.Connections = o.TLS.Connections
	case o.SSH != nil:
		t.Connections = o.SSH.Connections
	}
	b.trace = t
}

// Report is the report of what was recorded so far, for a sweep that ended
// then.
func (b *Builder) Report(ended time.Time) *Report {
	facts := b.settle()
	r := &Report{
		Sweep: b.config.Sweep, Policy: b.config.Policy, AsOf: b.config.AsOf, Catalogue: b.config.Catalogue,
		Evidence: hex.EncodeToString(b.evidence.Sum(nil)), Asked: b.n, Answered: b.answered,
		Observed: b.standing[control.Observed], NotSeen: b.standing[control.NotSeen],
		Empty: b.standing[control.Empty], Quiet: b.standing[control.Quiet],
		FindingsBy: b.findings, RowsLeftOut: b.changes.leftOut, Algorithms: b.algorithms.result(),
		Changes: b.changes.result(), Worst: b.worst.result(b.names), Unobserved: reasons(b.unseen), Silent: reasons(b.silent),
		Gaps: b.gaps, Controls: b.controls(), Certificates: b.certs.result(), Items: b.items,
		Calendar: b.calendar.result(), Trace: b.trace, Connections: b.connections,
		Facts: facts, Waived: b.waived, Waivers: b.uses.uses, Coverage: b.coverage.result(), Inventory: b.inventory.result(), Offers: b.offers.result(), SSH: b.ssh, Locked: b.locked, Host: b.host.result(), Told: b.told, names: b.names, judge: b.config.Judge, expected: b.config.Inventory,
	}
	r.Sweep.Ended = ended
	for _, s := range append(fips.Statuses(), fips.Unobserved) {
		r.Posture = append(r.Posture, StatusCount{s, b.posture[s].n, b.posture[s].byKind})
	}
	for _, n := range b.findings {
		r.Findings += n
	}
	r.Gaps.Nothing = r.Observed == 0 && !r.Sweep.Scope.Empty
	r.Gaps.Stopped = r.Sweep.Interrupted
	for _, g := range b.gapReasons {
		r.Gaps.Reasons = append(r.Gaps.Reasons, *g)
	}
	slices.SortFunc(r.Gaps.Reasons, func(a, b GapReason) int {
		return cmp.Or(cmp.Compare(b.Places.Count, a.Places.Count), strings.Compare(string(a.Reason), string(b.Reason)))
	})
	for c := range b.contested {
		r.Contested = append(r.Contested, c)
	}
	slices.SortFunc(r.Contested, func(a, b Contested) int {
		return cmp.Or(strings.Compare(a.Subject.Kind, b.Subject.Kind), strings.Compare(a.Subject.Name, b.Subject.Name), strings.Compare(a.Rule, b.Rule), cmp.Compare(b.Status, a.Status))
	})
	for q := range b.questions {
		r.Questions = append(r.Questions, scanner.Asked{Version: q[0], SHA256: q[1]})
	}
	slices.SortFunc(r.Questions, func(a, b scanner.Asked) int { return strings.Compare(a.Version+a.SHA256, b.Version+b.SHA256) })
	return r
}

// controls are the results, whose examples are told apart.
func (b *Builder) controls() []control.Result {
	if b.config.Sweep.Interrupted {
		b.tally.BrokenOff()
	}
	all := b.tally.Results()
	for i := range all {
		for k := range all[i].Examples {
			x := &all[i].Examples[k]
			x.Endpoint = b.names.find(x.ID, x.Endpoint)
		}
	}
	return all
}

func reasons(m map[scanner.Reason]*ReasonCount) []ReasonCount {
	var all []ReasonCount
	for _, r := range m {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Endpoints, a.Endpoints), strings.Compare(string(a.Reason), string(b.Reason)))
	})
	return all
}
