package render

import (
	"fmt"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// A factsView is the facts of one kind as the page shows them.
type factsView struct {
	Title string
	Why   string
	Count int
	Left  int // counted and not listed
	Rows  []factView
}

type factView struct {
	reports.Fact
	Status  fips.Status // Unobserved where no rule speaks of it
	Rule    string
	RuleRow string // anchor of its row among the findings; "" where the ruling is none
	Places  []string
	More    int
}

// maxFactPlaces bounds the endpoints that one fact names.
const maxFactPlaces = 24

// factTitle and factWhy say what a kind of fact is and what it tells.
func factTitle(f reports.Facts, k reports.FactKind) string {
	n := f.Counts[k]
	switch k {
	case reports.KeyShared:
		return many(n, "key") + " in more than one hand"
	case reports.ChainDiffers:
		return many(n, "name") + " with unlike chains behind " + verb(n, "it", "them")
	case reports.PrivateServed:
		return many(n, "private key") + " on disk whose public half is served"
	case reports.CertificateNames:
		return many(n, "certificate") + " served under several names"
	case reports.PrivateOrphaned:
		s := many(n, "private key") + " with nothing public beside"
		if f.Halves > 0 {
			s += fmt.Sprintf(", and %s whose public half is not known", number(f.Halves))
		}
		return s
	case reports.PrivateCopied:
		return many(n, "private key") + " in several files"
	case reports.FileMissing:
		return many(n, "file") + " named by configurations and not to be had"
	case reports.FileNamed:
		return many(n, "file") + " named by configurations"
	}
	return many(n, "private key") + " in the folder of " + verb(n, "its certificate", "their certificates")
}

func factWhy(k reports.FactKind) string {
	switch k {
	case reports.KeyShared:
		return "Whoever takes such a key from one place holds it for all. A hand is a name that certificates are for, however often these are copied or shown, or an SSH host."
	case reports.ChainDiffers:
		return "What a client meets depends on the address that it gets: one of them may have been left behind."
	case reports.PrivateServed:
		return "Files and endpoints that belong together: who reads the file can answer as the endpoint."
	case reports.CertificateNames:
		return "One renewal, or one loss of its key, touches all of them."
	case reports.PrivateOrphaned:
		return "Its use was not met in this sweep: it may be spare, forgotten, or of a service that was not asked."
	case reports.PrivateCopied:
		return "A copy, in a backup or beside another service, gives away as much as the key: each has to be kept as well, and replaced with it. How each is kept is ruled on at its file."
	case reports.FileMissing:
		return "The program will not start, does without, or reads it as another user; a sweep by another user may tell."
	case reports.FileNamed:
		return "What rests there is what a program serves or trusts, if the configuration is one that it reads. A file in which nothing was found may lie outside of what was scanned."
	}
	return "The ordinary place of a key in use."
}

// Facts are what several endpoints show together, by kind.
func (v *view) Facts() []factsView {
	var all []factsView
	for _, kind := range reports.FactKinds() {
		n := v.R.Facts.Counts[kind]
		if n == 0 {
			continue
		}
		x := factsView{Title: factTitle(v.R.Facts, kind), Why: factWhy(kind), Count: n}
		for _, f := range v.R.Facts.Of(kind) {
			row := factView{Fact: f, More: f.Count - min(maxFactPlaces, len(f.Endpoints))}
			for _, e := range f.Endpoints[:min(maxFactPlaces, len(f.Endpoints))] {
				row.Places = append(row.Places, v.R.Name(e))
			}
			if f.Ruling != nil {
				row.Status, row.Rule = f.Ruling.Status, f.Ruling.Rule
			}
			if f.Finding != nil {
				row.RuleRow = reports.RowID(*f.Finding)
			}
			x.Rows = append(x.Rows, row)
		}
		x.Left = n - len(x.Rows)
		all = append(all, x)
	}
	return all
}

// FactTitle states how much is shared.
func (v *view) FactTitle() string {
	n := 0
	for _, count := range v.R.Facts.Counts {
		n += count
	}
	if n == 0 {
		return "Nothing shared"
	}
	return many(n, "fact") + " over several endpoints"
}

// together writes a line for each kind of fact that is worth one in a summary.
func (p *paper) together(r *reports.Report) {
	head := styled(bold, "TOGETHER")
	for _, kind := range [...]reports.FactKind{reports.KeyShared, reports.ChainDiffers, reports.PrivateServed, reports.CertificateNames, reports.PrivateOrphaned, reports.PrivateCopied, reports.FileMissing} {
		list := r.Facts.Of(kind)
		n := r.Facts.Counts[kind]
		if n == 0 || len(list) == 0 {
			continue
		}
		first := list[0]
		line := factTitle(r.Facts, kind)
		if first.Finding != nil {
			line += " (" + first.Finding.Status.String() + ")"
		}
		line += ": "
		if n > 1 {
			line += "first "
		}
		line += cutRunes(first.Subject, 60)
		if first.Hands > 0 {
			line += fmt.Sprintf(" in %d hands", first.Hands)
		}
		if kind == reports.ChainDiffers { // its places are the addresses of the name
			line += " at " + number(first.Count) + " addresses"
		} else if len(first.Endpoints) > 0 {
			line += " at " + cutRunes(r.Name(first.Endpoints[0]), 60)
		}
		if more := first.Count - 1; more > 0 && kind != reports.ChainDiffers {
			line += fmt.Sprintf(" and %s more", many(more, "place"))
		}
		p.para(head, 11, line)
		head = t("")
	}
	if head.text == "" {
		p.line()
	}
}
