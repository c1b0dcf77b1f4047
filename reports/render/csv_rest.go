package render

import (
	"slices"
	"strconv"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// A sparse row has text in some columns, by their names.
type sparse map[string]string

// rest writes the rows that are no findings.
func (c *sheet) rest() error {
	for f := range c.r.Facts.All() {
		if f.Finding != nil {
			continue // it has its rows
		}
		if err := c.fact(f); err != nil {
			return err
		}
	}
	for _, row := range slices.Concat(c.host(), c.coverage(), c.expected()) {
		if err := c.told(row); err != nil {
			return err
		}
	}
	return nil
}

// told writes a sparse row.
func (c *sheet) told(x sparse) error {
	row := make([]string, len(columns))
	x["sweep"], x["time"] = c.r.Sweep.ID, c.r.Sweep.Ended.UTC().Format(time.RFC3339)
	for name, text := range x {
		row[slices.Index(columns[:], name)] = text
	}
	return c.write(row)
}

// fact writes what several endpoints show together, at each of them.
func (c *sheet) fact(f reports.Fact) error {
	for _, e := range f.Endpoints {
		x := sparse{"record": recordFact, "kind": string(f.Kind), "subject": f.Subject, "because": f.Says, "certificate": f.SHA256,
			"finding": f.ID, "endpoints": c.among(f.Endpoints, f.Count)}
		x.at(c.r.Name(e), e)
		x.tags(c.r.Tags(e))
		if err := c.told(x); err != nil {
			return err
		}
	}
	return nil
}

func (x sparse) at(name string, e scanner.Endpoint) {
	x["endpoint"], x["name"], x["path"], x["endpoint_id"] = name, e.Name, e.Path, e.ID
	x["address"], x["port"] = placed(e)
}

func (x sparse) tags(t *fips.Tags) {
	for i, text := range tagCells(t) {
		x[[...]string{"owner", "system", "environment", "data_class", "boundary"}[i]] = text
	}
}

func (x sparse) reach(r reports.Reach) {
	x["asked"], x["answered"], x["observed"] = strconv.Itoa(r.Asked), strconv.Itoa(r.Answered), strconv.Itoa(r.Observed)
	x["not_seen"], x["nothing_there"] = strconv.Itoa(r.NotSeen), strconv.Itoa(r.Empty+r.Quiet)
}

// coverage is how far the sweep reached: in all, by kind, by subnet, and for
// what reasons not.
func (c *sheet) coverage() []sparse {
	var rows []sparse
	add := func(by, name, because string, r reports.Reach) {
		x := sparse{"record": recordCoverage, "kind": by, "subject": name, "because": because}
		x.reach(r)
		rows = append(rows, x)
	}
	r := c.r
	add("all", "", "", reports.Reach{Asked: r.Asked, Answered: r.Answered, Observed: r.Observed, NotSeen: r.NotSeen, Empty: r.Empty, Quiet: r.Quiet})
	for _, k := range kindRows(r) {
		add("kind", k.Name, k.Because, k.Reach)
	}
	for _, s := range r.Coverage.Subnets {
		add("subnet", s.Subnet, reasonWords(s.Reasons), s.Reach)
	}
	if r.Coverage.Left.Asked > 0 {
		add("subnet", many(r.Coverage.LeftOut, "other subnet"), "", r.Coverage.Left)
	}
	if s := lockedWords(r); s != "" {
		rows = append(rows, sparse{"record": recordCoverage, "kind": "locked", "because": s})
	}
	if r.Gaps.Stopped {
		rows = append(rows, sparse{"record": recordCoverage, "kind": "unasked", "because": left(r)})
	}
	if l := r.Sweep.Left; l != nil {
		for _, target := range l.Unreached {
			rows = append(rows, sparse{"record": recordCoverage, "kind": "unreached", "subject": target})
		}
		if l.More && len(l.Unreached) > 0 {
			rows = append(rows, sparse{"record": recordCoverage, "kind": "unreached", "because": "and others, not listed"})
		}
	}
	reason := func(column string, u reports.ReasonCount) {
		rows = append(rows, sparse{"record": recordCoverage, "kind": "reason", "subject": string(u.Reason), column: strconv.Itoa(u.Endpoints)})
	}
	for _, u := range r.Unobserved {
		reason("not_seen", u)
	}
	for _, u := range r.Silent {
		reason("nothing_there", u)
	}
	return rows
}

// expected is where the sweep and the inventory differ.
func (c *sheet) expected() []sparse {
	v := c.r.Inventory
	if v == nil {
		return nil
	}
	var rows []sparse
	for _, m := range v.Missing {
		x := sparse{"record": recordMissing, "subject": m.Target, "where": m.Where, "because": m.Why(), "asked": strconv.Itoa(m.Asked), "answered": strconv.Itoa(m.Answered)}
		x.tags(&m.Tags)
		rows = append(rows, x)
	}
	if more := v.MissingAll - len(v.Missing); more > 0 {
		rows = append(rows, sparse{"record": recordMissing, "because": "and " + number(more) + " more, not listed"})
	}
	for _, run := range c.r.Runs(v.Unexpected) {
		rows = append(rows, sparse{"record": recordUnexpected, "endpoint": run, "because": "no entry of the inventory stands for it"})
	}
	if more := v.Unexpected.Left(); more > 0 {
		rows = append(rows, sparse{"record": recordUnexpected, "because": "and " + number(more) + " more, not listed"})
	}
	return rows
}
