package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// Bounds of one endpoint's entry: a peer may offer thousands of names.
const (
	maxListed   = 200
	maxEvidence = 64
)

// A judged is a name with its status, if it was ruled on.
type judged struct {
	Name   string
	Status fips.Status
	Note   string
	Ruled  bool
	counts bool
}

// judgedBy is the name under a ruling, with its end.
func judgedBy(name string, r fips.Ruling) judged {
	x := judged{Name: name, Status: r.Status, Ruled: true}
	if r.Until != "" {
		x.Note = "until " + string(r.Until)
		if r.Next != nil && r.Next.Draft {
			x.Note += " (draft)"
		}
	}
	return x
}

// A fact is a labelled line of an entry.
type fact struct {
	Name   string
	Judged []judged
	Text   string
}

// A findingView is a finding in its endpoint's entry. Its rule leads on to
// citation and remedy; where no row holds it they stand here.
type findingView struct {
	ID, Subject, Where, Rule, Link, Because, Remedy string
	Waived                                          string
	Status                                          fips.Status
	Cite                                            []string
}

// An endpointView is all that is told of one endpoint.
type endpointView struct {
	ID, Name, Summary, When, Search string
	Status                          fips.Status
	Owner                           string
	Waived                          bool // by waiver alone it neither fails nor is to watch
	Plainly                         bool // the report is large, and it passes or many were told before it: a line suffices
	Facts                           []fact
	Offer                           *offerView
	Fix                             *fixView
	Matrix                          *matrix
	Chains                          []chainView
	Lists                           []fact
	Items                           []itemView
	Findings                        []findingView
	Evidence                        []scanner.Evidence
	EvidenceLeft                    int
}

type chainView struct {
	Where        string
	Notes        []string // trust and order
	Certificates []certFacts
}

type certFacts struct {
	Subject, Dates, More string
	Judged               []judged
}

// rulings finds the ruling of a name, the worst where there are several.
type rulings map[fips.Subject]fips.Ruling

func index(a fips.Assessment) rulings {
	m := rulings{}
	for _, r := range a.Rulings {
		if old, ok := m[r.Subject]; !ok || r.Status > old.Status {
			m[r.Subject] = r
		}
	}
	return m
}

// judge names something with its status.
func (m rulings) judge(kind, name string) judged {
	if r, ok := m[fips.Subject{Kind: kind, Name: name}]; ok {
		return judgedBy(name, r)
	}
	return judged{Name: name}
}

// prime names a captured group with its status: one that is listed goes by its
// name, any other by its digest.
func (m rulings) prime(p scanner.Prime) judged {
	if x := m.judge("named-group", p.Group); x.Ruled {
		return x
	}
	x := m.judge("key-exchange", fmt.Sprintf("DHE prime of %d bits", p.Bits))
	x.Name += fmt.Sprintf(", SHA-256 %.16s", p.SHA256)
	notes := []string{x.Note, clean(p.Problem)}
	if p.Group != "" {
		notes = append(notes, "known as "+p.Group)
	}
	if in := p.InModuli; in != nil {
		notes = append(notes, map[bool]string{true: "in the moduli file", false: "in no moduli file that was named"}[*in])
	}
	x.Note = strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
	return x
}

func (m rulings) all(kind string, names []string) []judged {
	var list []judged
	for _, n := range names[:min(maxListed, len(names))] {
		list = append(list, m.judge(kind, n))
	}
	return list
}

// endpoint makes the entry of one assessment.
func (v *view) endpoint(a fips.Assessment) endpointView {
	o := a.Observation
	x := endpointView{ID: o.Endpoint.ID, Name: clean(v.R.Name(o.Endpoint)), Status: a.Worst, When: o.Time.UTC().Format("2006-01-02 15:04:05 UTC")}
	if x.Waived = a.ByWaiver(); x.Waived {
		x.Status = a.Waived
	}
	if a.Tags != nil {
		x.Owner = clean(a.Tags.Owner)
	}
	x.Facts = append(x.Facts, tags(a.Tags)...)
	m := index(a)
	words := []string{reports.KindOf(o).String()}
	if told := x.Name != clean(o.Endpoint.String()); !told && o.Endpoint.Name != "" && o.Endpoint.Address.IsValid() {
		words = append(words, o.Endpoint.Address.String())
	}
	words = append(words, x.seen(v, a, m)...)
	for _, i := range o.Incomplete[:min(maxListed, len(o.Incomplete))] {
		x.Facts = append(x.Facts, fact{Name: "Not learned", Text: clean(i.What + ": " + reasonWord(i.Reason) + " " + i.Detail)})
	}
	x.Summary = clean(strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", "))
	x.evidence(o)
	x.findings(v, a)
	x.Offer = newOffer(a.Offer)
	x.Search = x.Name + " " + x.Summary + " " + x.Status.String() + " " + x.Owner
	for _, f := range x.Findings {
		x.Search += " " + clean(f.Subject)
	}
	x.Plainly = !v.full && (a.Worst.Grade() == fips.Pass && !x.Waived || v.entries >= maxDetailed)
	if !x.Plainly {
		x.Fix = v.fix(a)
		v.entries++
	}
	return x
}

// seen tells what was observed, or why nothing was, and returns the words that
// sum it up.
func (x *endpointView) seen(v *view, a fips.Assessment, m rulings) []string {
	o := a.Observation
	switch {
	case o.TLS != nil:
		return x.tls(o.TLS, m, a)
	case o.SSH != nil:
		return x.ssh(o.SSH, m, a)
	case o.Store != nil:
		words := x.store(o.Store, a)
		for _, h := range o.Store.Machines[:min(maxListed, len(o.Store.Machines))] {
			x.machine(h, m, h.Path)
		}
		if use := v.R.Facts.UseOf(o.Endpoint); use != "" {
			x.Facts = append(x.Facts, fact{Name: "In use by", Text: clean(use)})
		}
		return words
	case o.Host != nil:
		return x.machine(o.Host, m, "")
	case o.Plain != nil:
		how := "without encryption"
		if o.Plain.Protocol == "rdp" {
			how = "without TLS"
			x.Facts = append(x.Facts, fact{Name: "Encrypts by itself with", Text: clean(strings.Join(o.Plain.OwnCiphers, ", "))})
		}
		x.Facts = append(x.Facts, fact{Name: "Greeting", Text: clean(o.Plain.Banner)})
		return []string{o.Plain.Protocol, how}
	case o.Failure != nil:
		x.Facts = append(x.Facts, fact{Name: "Detail", Text: clean(o.Failure.Detail)})
		return []string{reasonWord(o.Failure.Reason) + " at stage " + string(o.Failure.Stage)}
	}
	return nil
}

func (x *endpointView) evidence(o scanner.Observation) {
	x.Evidence = o.Evidence[:min(maxEvidence, len(o.Evidence))]
	x.EvidenceLeft = len(o.Evidence) - len(x.Evidence)
	if len(x.Evidence) > 0 {
		x.When += ", evidence " + many(len(o.Evidence), "message")
	}
}

func (x *endpointView) findings(v *view, a fips.Assessment) {
	for _, f := range a.Findings {
		w := findingView{ID: clean(f.ID), Subject: f.Subject.Name, Status: f.Status, Where: clean(cutRunes(strings.Join(f.Where, ", "), 120)), Rule: ruleName(f.Rule), Waived: waivedBy(f.Waiver)}
		if id := reports.RowID(f); v.anchors[id] {
			w.Link = id
		} else {
			w.Because, w.Remedy = clean(f.Because), clean(f.Remedy)
			for _, c := range f.Cite {
				w.Cite = append(w.Cite, clean(citation(c, v.sources)))
			}
		}
		x.Findings = append(x.Findings, w)
	}
}

func (x *endpointView) tls(t *scanner.TLS, m rulings, a fips.Assessment) []string {
	var accepted, groups []string
	suites := map[string]bool{}
	for _, ver := range t.Versions {
		if ver.Accepted == nil || !*ver.Accepted {
			continue
		}
		accepted = append(accepted, ver.Version)
		for _, s := range ver.Suites {
			suites[s] = true
		}
		for _, g := range ver.Groups {
			if !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		}
		x.version(ver, m)
	}
	x.When += ", " + many(t.Connections, "connection")
	if t.STARTTLS != "" {
		x.Facts = append(x.Facts, fact{Name: "STARTTLS", Text: clean(t.STARTTLS) + insists(t.Required)})
	}
	if t.Depth == fips.DepthVerdict {
		x.Facts = append(x.Facts, fact{Name: "Depth", Text: "verdict: asked for what does not pass, until something failed"})
	}
	if len(t.OwnCiphers) > 0 {
		x.Facts = append(x.Facts, fact{Name: "In place of TLS", Text: clean(strings.Join(t.OwnCiphers, ", "))})
	}
	if len(t.Asked.NotPut) > 0 {
		x.Facts = append(x.Facts, fact{Name: "Not put", Text: clean(cutRunes(strings.Join(t.Asked.NotPut, ", "), 400))})
	}
	x.Matrix = newMatrix(t, m)
	for _, c := range t.Chains {
		x.Chains = append(x.Chains, newChain(c, a))
	}
	words := []string{strings.Join(accepted, " "), many(len(suites), "suite"), strings.Join(groups[:min(6, len(groups))], " ")}
	if len(accepted) == 0 {
		words[0] = "no version accepted"
	}
	if len(t.Chains) > 0 && len(t.Chains[0].Certificates) > 0 {
		words = append(words, reports.KeyName(t.Chains[0].Certificates[0].Key))
	}
	return words
}

// insists tells whether a server wants TLS before anything else.
func insists(required *bool) string {
	switch {
	case required == nil:
		return ", whether it insists on it is unobserved"
	case *required:
		return ", on which it insists"
	}
	return ", and serves without it"
}

// version adds what else an endpoint agreed on in one protocol version.
func (x *endpointView) version(ver scanner.TLSVersion, m rulings) {
	if len(ver.Groups) > 0 {
		x.Facts = append(x.Facts, fact{Name: ver.Version + " groups", Judged: m.all("named-group", ver.Groups)})
	}
	if len(ver.SignatureSchemes) > 0 {
		x.Facts = append(x.Facts, fact{Name: ver.Version + " signatures", Judged: m.all("signature-scheme", ver.SignatureSchemes)})
	}
	for _, p := range ver.Primes {
		x.Facts = append(x.Facts, fact{Name: ver.Version + " DHE", Judged: []judged{m.prime(p)}})
	}
	if ems := ver.ExtendedMasterSecret; ems != nil {
		f := fact{Name: ver.Version + " keys", Judged: []judged{m.judge("tls-extension", "extended_master_secret-absent")}}
		if *ems {
			f.Judged[0] = m.judge("tls-extension", "extended_master_secret")
		}
		x.Facts = append(x.Facts, f)
	}
}

// about lists what was ruled of one certificate or key.
func about(a fips.Assessment, digest string) []judged {
	var list []judged
	for r, counts := range reports.Counted(a) {
		if digest == "" || r.Certificate != digest || slices.ContainsFunc(list, func(j judged) bool { return j.Name == r.Subject.Name && j.Status == r.Status }) {
			continue
		}
		if len(list) < maxListed {
			j := judgedBy(r.Subject.Name, r)
			if j.counts = counts; !counts {
				j.Note = "told, not counted: a trust anchor is trusted by configuration"
			}
			list = append(list, j)
		}
	}
	return list
}

func (x *endpointView) list(name string, judged []judged) {
	if len(judged) > 0 {
		x.Lists = append(x.Lists, fact{Name: name, Judged: judged})
	}
}

// directions lists both directions once where they are equal.
func (x *endpointView) directions(name string, toServer, toClient []judged) {
	if slices.Equal(toServer, toClient) {
		x.list(name+" (both directions)", toServer)
		return
	}
	x.list(name+"_client_to_server", toServer)
	x.list(name+"_server_to_client", toClient)
}
