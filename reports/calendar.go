package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// An Ending is what stops being approved, allowed or otherwise usable on one
// day, by one document.
type Ending struct {
	Until     fips.Date // the last day of the status that holds now
	Next      fips.Status
	Draft     bool
	Document  string
	Note      string
	Subjects  []string // the most frequent first
	More      int      // further subjects
	Endpoints int
}

// maxSubjects bounds the subjects kept for one ending.
const maxSubjects = 200

// calendar gathers endings.
type calendar struct{ byKey map[endKey]*ending }

type endKey struct {
	until    fips.Date
	next     fips.Status
	draft    bool
	document string
}

type ending struct {
	note      string
	subjects  map[string]int
	more      int
	endpoints int
	last      int
}

func newCalendar() *calendar { return &calendar{byKey: map[endKey]*ending{}} }

// add takes what ends for one endpoint. What fails today has nothing to lose.
func (c *calendar) add(a fips.Assessment, n int) {
	seen := map[string]bool{}
	for r, counts := range Counted(a) {
		if !counts || r.Until == "" || r.Next == nil || r.Next.Status <= r.Status || r.Status.Grade() == fips.Fail {
			continue
		}
		key := endKey{r.Until, r.Next.Status, r.Next.Draft, r.Next.Cite.Document}
		e := c.byKey[key]
		if e == nil {
			e = &ending{note: r.Next.Note, subjects: map[string]int{}}
			c.byKey[key] = e
		}
		if e.last != n {
			e.last = n
			e.endpoints++
		}
		name := clip(r.Subject.Name, 60)
		once := string(key.until) + key.next.String() + key.document + "\x00" + name
		if seen[once] {
			continue
		}
		seen[once] = true
		if _, ok := e.subjects[name]; !ok && len(e.subjects) >= maxSubjects {
			e.more++
			continue
		}
		e.subjects[name]++
	}
}

// result gives the endings by date, final ones before drafts.
func (c *calendar) result() []Ending {
	var all []Ending
	for k, e := range c.byKey {
		x := Ending{Until: k.until, Next: k.next, Draft: k.draft, Document: k.document, Note: e.note, Endpoints: e.endpoints, More: e.more}
		for name := range e.subjects {
			x.Subjects = append(x.Subjects, name)
		}
		slices.SortFunc(x.Subjects, func(a, b string) int {
			return cmp.Or(cmp.Compare(e.subjects[b], e.subjects[a]), strings.Compare(a, b))
		})
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b Ending) int {
		draft := func(e Ending) int {
			if e.Draft {
				return 1
			}
			return 0
		}
		return cmp.Or(strings.Compare(string(a.Until), string(b.Until)), cmp.Compare(draft(a), draft(b)),
			cmp.Compare(b.Next, a.Next), strings.Compare(a.Document, b.Document))
	})
	return all
}
