package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// CertTitle states whether certificates are in time.
func (v *view) CertTitle() string {
	c := v.R.Certificates
	if c.Distinct() == 0 {
		return "None was seen"
	}
	soon := len(c.Within(30))
	s := "None expired; "
	if n := c.Expired(); n > 0 {
		s = number(n) + " expired; "
	}
	if soon == 0 {
		return s + "none expires within 30 days"
	}
	return s + number(soon) + verb(soon, " expires", " expire") + " within 30 days"
}

// CertWords says which certificates are counted.
func (v *view) CertWords() string {
	c := v.R.Certificates
	s := fmt.Sprintf("%s, each told once with the places it lies at: %s served by endpoints, %s held in files.", many(c.Distinct(), "distinct certificate"), number(c.Served), number(c.Stored))
	if c.Unread > 0 {
		s += fmt.Sprintf(" %s could not be read.", upperFirst(many(c.Unread, "further one")))
	}
	var kinds []string
	for k := range v.R.Items {
		if k != scanner.ItemCertificate {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	for i, k := range kinds {
		kinds[i] = many(v.R.Items[k], clean(strings.ReplaceAll(k, "-", " ")))
	}
	if len(kinds) > 0 {
		s += " Files also hold " + strings.Join(kinds, ", ") + "."
	}
	return s
}

// An expiryRow is the certificates that end within a span.
type expiryRow struct {
	Label string
	Count int
	Width string
}

// Expiring are the certificates by days left.
func (v *view) Expiring() []expiryRow {
	most := 0
	for _, b := range v.R.Certificates.Expiring {
		most = max(most, b.Certificates)
	}
	var rows []expiryRow
	for _, b := range v.R.Certificates.Expiring {
		rows = append(rows, expiryRow{b.Label, b.Certificates, percent(b.Certificates, most)})
	}
	return rows
}

// A certView is a certificate as the list shows it.
type certView struct {
	reports.Certificate
	Ends, Left string
	Runs       []string
	More       int
}

func (v *view) certViews(list []reports.Certificate) []certView {
	var out []certView
	for _, c := range list {
		x := certView{Certificate: c, Ends: day(c.NotAfter), Runs: v.R.Runs(c.Places), More: c.Places.Left()}
		switch {
		case c.Days < 0:
			x.Left = "expired"
		case c.Days == 0:
			x.Left = "today"
		default:
			x.Left = many(c.Days, "day")
		}
		out = append(out, x)
	}
	return out
}

// soonest is where the list of certificates parts into soon and later.
func (v *view) soonest() int {
	list := v.R.Certificates.List
	i := slices.IndexFunc(list, func(c reports.Certificate) bool { return c.Days > 30 })
	if i < 0 {
		return len(list)
	}
	return i
}

// CertsSoon are those that expired or will within 30 days.
func (v *view) CertsSoon() []certView { return v.certViews(v.R.Certificates.List[:v.soonest()]) }

// CertsLater are all others.
func (v *view) CertsLater() []certView { return v.certViews(v.R.Certificates.List[v.soonest():]) }

// An endView is an ending as the calendar shows it.
type endView struct {
	Subjects, Source, Note string
	Until                  fips.Date
	Next                   fips.Status
	Draft, Right           bool
	X, Rest                string
	Endpoints              int
}

// CalendarTitle states what ends for certain.
func (v *view) CalendarTitle() string {
	final, drafts := -1, 0
	for i, e := range v.R.Calendar {
		if e.Draft {
			drafts++
		} else if final < 0 {
			final = i
		}
	}
	switch {
	case final >= 0:
		e := v.R.Calendar[final]
		s := fmt.Sprintf("%s %s something for certain after %s", many(e.Endpoints, "endpoint"), verb(e.Endpoints, "loses", "lose"), e.Until)
		if drafts > 0 {
			s += "; other dates are drafts"
		}
		return s
	case drafts > 0:
		return "Every date met here is a draft"
	}
	return "Nothing observed has a known end"
}

// span is the years that the calendar's axis covers.
func (v *view) span() (from, to float64) {
	from = year(v.R.AsOf)
	to = from + 1
	for _, e := range v.R.Calendar {
		to = math.Max(to, year(e.Until)+1)
	}
	return from, to
}

// CalendarAll is every ending.
func (v *view) CalendarAll() []endView {
	from, to := v.span()
	var list []endView
	for _, e := range v.R.Calendar {
		x := math.Min(100, math.Max(0, 100*(year(e.Until)-from)/(to-from)))
		source := e.Document
		if s, ok := v.sources[e.Document]; ok {
			source = s.Title + ", " + s.Edition
		}
		list = append(list, endView{Subjects: clean(subjects(e, 4)), Source: clean(source), Note: clean(e.Note), Until: e.Until, Next: e.Next, Draft: e.Draft,
			Right: x > 70, X: fmt.Sprintf("%.2f", x), Rest: fmt.Sprintf("%.2f", 100-x), Endpoints: e.Endpoints})
	}
	return list
}

// Calendar is the endings that the chart has room for.
func (v *view) Calendar() []endView {
	all := v.CalendarAll()
	return all[:min(12, len(all))]
}

// A tick is a year on the calendar's axis.
type tick struct{ X, Label string }

// Ticks are the years of the axis.
func (v *view) Ticks() []tick {
	from, to := v.span()
	list := []tick{{"0", "now"}}
	step := math.Max(1, math.Ceil((to-from)/8))
	apart := .12 * (to - from) // from the ends, so that a telephone's width has room
	for y := math.Ceil(from + apart); y < to-apart; y += step {
		list = append(list, tick{fmt.Sprintf("%.2f", 100*(y-from)/(to-from)), fmt.Sprintf("%.0f", y)})
	}
	return append(list, tick{"100", fmt.Sprintf("%.0f", to)})
}

// UnseenTitle states how much was not seen.
func (v *view) UnseenTitle() string {
	if v.R.Gaps.Stopped {
		return fmt.Sprintf("%s; of what was asked, %s %s not seen", upperFirst(stopped(v.R)), number(v.R.NotSeen), verb(v.R.NotSeen, "was", "were"))
	}
	if v.R.NotSeen == 0 {
		return "Every endpoint that was there or named was seen"
	}
	return fmt.Sprintf("%s of %s were not seen, or not in whole", number(v.R.NotSeen), many(v.R.Population(), "endpoint"))
}

// An unseenRow is the endpoints that were not seen for one reason.
type unseenRow struct {
	Reason, Width, Advice string
	Endpoints             int
	Kinds                 []kindCount
	Runs                  []string
	More                  int
}

// Unseen are the reasons, the most frequent first.
func (v *view) Unseen() []unseenRow {
	most := 0
	for _, c := range v.R.Unobserved {
		most = max(most, c.Endpoints)
	}
	var rows []unseenRow
	for _, c := range v.R.Unobserved {
		rows = append(rows, unseenRow{clean(reasonWord(c.Reason)), percent(c.Endpoints, most), advice(c.Reason), c.Endpoints, v.byKind(c.ByKind), v.R.Runs(c.Places), c.Places.Left()})
	}
	return rows
}

// advice says what a reason may hide and what to do about it.
func advice(r scanner.Reason) string {
	switch r {
	case scanner.ReasonTimeout, scanner.ReasonFiltered:
		return "Anything. A filter may drop our packets: permit the scanner, or sweep from inside."
	case scanner.ReasonRefused:
		return "The service is gone or moved: confirm with its owner."
	case scanner.ReasonReset, scanner.ReasonClosed:
		return "A middlebox, or a front end that wants a name: sweep by name."
	case scanner.ReasonUnreachable:
		return "No way there from this machine: sweep from another network."
	case scanner.ReasonNoName:
		return "The name does not resolve here: correct it, or give the address."
	case scanner.ReasonThrottled:
		return "The peer limits how fast it is asked: sweep again with a lower --rate."
	case scanner.ReasonGarbage:
		return "Neither TLS, SSH nor a greeting or format that we know: find out what it is."
	case scanner.ReasonAlert:
		return "It declined every offer with an alert; it may want a name or a client certificate: sweep by name."
	case scanner.ReasonBrokenOff:
		return "It takes a hello and then fails by itself, so that nobody was seen to be served: see its log, and mend or stop it."
	case scanner.ReasonTooLarge:
		return "More bytes than we read of one endpoint: look at it by hand."
	case scanner.ReasonDenied:
		return "We may not read it: run as a user who may."
	case scanner.ReasonNotFound:
		return "It was gone when we came to read it: sweep again."
	case scanner.ReasonLocked:
		return "A password locks it; its content is not claimed to be anything."
	case scanner.ReasonUncomputable:
		return "It is in a format that is not opened, or needs an algorithm that is not computed; nothing is claimed of it."
	case scanner.ReasonVersion:
		return "A configuration leaves it to the program that reads it, as a cipher string with keywords does to OpenSSL: name what is to be let in, or scan the server itself."
	case scanner.ReasonLimit:
		return "A limit of this machine, such as open files: raise it, or lower --concurrency."
	case scanner.ReasonUnlike:
		return "Several unlike servers stand behind the address, or one turned us away after a while: sweep each at its own, or again with a lower --rate."
	case scanner.ReasonInterrupted:
		return "The sweep was stopped before it was done: run it again."
	case fips.ReasonOtherStatuses:
		return "Depth verdict asked for what did not pass by the policy, date and --fail-on of the sweep, and no further: sweep again by those of now, or at full depth."
	case reports.ReasonUnruled:
		return "It answered or was read, and showed nothing that a rule speaks of."
	}
	return "A fault of ours: the observation says which."
}

// atVerdict says what a sweep at that depth leaves open.
const atVerdict = "At depth verdict TLS endpoints were asked for what does not pass, and no further once something failed: what more is accepted there, worse statuses among it, is unobserved. SSH servers were asked for no further prime once one of no published group came."

// htmlUnreached is how many of the targets that were not reached are named.
const htmlUnreached = 64

// Limits says what this sweep does not reach.
func (v *view) Limits() []string {
	r := v.R
	var list []string
	if n := len(r.Sweep.Scope.Exclude); n > 0 {
		list = append(list, clean("Excluded by the operator: "+strings.Join(r.Sweep.Scope.Exclude, ", ")+"."))
	}
	if part := r.Sweep.Scope.Shard; part != "" {
		list = append(list, clean("A part of the targets: shard "+part+". The others are not in this report."))
	}
	if r.Sweep.Scope.Depth == fips.DepthVerdict {
		list = append(list, atVerdict)
	}
	if through := r.Sweep.Scope.Proxy; through != "" {
		list = append(list, clean("Asked through the proxy "+through+": what it did not let through was not seen, and why a port does not answer is its word."))
	}
	if list = append(list, trustLimit(r)...); r.Gaps.Stopped {
		list = append(list, "Broken off: "+stopped(r)+". What is not here was not asked, or had not answered yet.")
		if s := unreached(r, htmlUnreached, clean); s != "" {
			list = append(list, s+".")
		}
	}
	if r.Gaps.Partial > 0 {
		list = append(list, fmt.Sprintf("%s of the %s observed answered in part. What was not asked is unobserved, not absent.", number(r.Gaps.Partial), number(r.Observed)))
	}
	for _, g := range r.Gaps.Reasons {
		list = append(list, clean(fmt.Sprintf("Lost before all was asked: %s at %s (for example: %s).", reasonWord(g.Reason), many(g.Places.Count, "endpoint"), g.What)))
	}
	if r.Quiet > 0 {
		list = append(list, fmt.Sprintf("%s of hosts and ranges had nobody answering (%s). That is an answer, and no endpoint.", many(r.Quiet, "further port"), clean(counted(r.Silent))))
	}
	if r.Empty > 0 {
		list = append(list, emptyWords(r)+".")
	}
	return append(list, "UDP (QUIC, DTLS, IKE) was not asked.", "Whether a validated module computes any of this is not observable.")
}

// Population says what was counted.
func (v *view) Population() string {
	r := v.R
	s := fmt.Sprintf("%s asked: %s observed, %s not seen, %s read without known cryptography in them, %s silent.", many(r.Asked, "endpoint"),
		number(r.Observed), number(r.NotSeen), many(r.Empty, "file"), many(r.Quiet, "port"))
	s += " An endpoint is an address and port that answered or was named outright, or a file."
	if n := len(r.Sweep.Scope.Ports); n > 0 {
		s += fmt.Sprintf(" %s asked where none was named.", verb(n, "One port was", number(n)+" ports were"))
	}
	return s
}

// Asking says how much was asked.
func (v *view) Asking() string {
	s := many(v.R.Connections, "connection")
	if d := lasted(v.R.Sweep.Started, v.R.Sweep.Ended); d != "" {
		s += " in " + d
	}
	s += "."
	for _, q := range v.R.Questions {
		s += fmt.Sprintf(" Question set %s, sha256 %s.", clean(q.Version), clean(q.SHA256))
	}
	return s
}

// Sources are the documents that this report cites.
func (v *view) Sources() []fips.Source {
	seen := map[string]bool{}
	for _, c := range v.R.Changes {
		for _, row := range c.Rows {
			for _, cite := range row.Cite {
				seen[cite.Document] = true
			}
		}
	}
	for _, e := range v.R.Calendar {
		seen[e.Document] = true
	}
	var list []fips.Source
	for id := range seen {
		if s, ok := v.sources[id]; ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b fips.Source) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
