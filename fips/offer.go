package fips

import (
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// An Answer is what was observed of a question that yes or no answers.
type Answer string

// The answers. Unseen is neither: not enough was observed to tell.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Unseen Answer = "unobserved"
)

// An Offer is what a TLS or SSH endpoint offers that does not pass, and which
// clients can connect to it. The two are unlike: most servers offer something
// that is not approved, and a client that does not offer it never gets it.
type Offer struct {
	OnlyApproved Answer        `json:"only_approved"`          // all that it offers and shows is approved or allowed
	NotApproved  []Offered     `json:"not_approved,omitempty"` // what is not, worst first
	Clients      []Negotiation `json:"clients"`
}

// An Offered is one algorithm or protocol version that does not pass.
type Offered struct {
	Subject
	Status Status   `json:"status"`
	Where  []string `json:"where,omitempty"`
}

// The clients of negotiations. An approved-only client offers every version,
// suite, group and signature that is approved or allowed under the policy and
// on the day, nothing else, and breaks off where the server comes with anything
// else: a prime, a key, a chain. It knows no pre-shared key. Whether it trusts
// the chain, and finds it valid on the day and for the name, is not asked.
const (
	ApprovedClient   = "approved-only"
	ApprovedClient12 = "approved-only, without TLSv1.3"
	StockClient      = "OpenSSH 9.2" // as distributed, nothing configured
)

// A Negotiation is what a client and an endpoint would come to.
type Negotiation struct {
	Client   string   `json:"client"`
	Connects Answer   `json:"connects"`
	Because  string   `json:"because,omitempty"` // unless it connects
	Status   Status   `json:"status,omitempty"`  // the worst of Choices, where it connects
	Choices  []Choice `json:"choices,omitempty"` // where it connects
	Breaks   []string `json:"breaks,omitempty"`  // where the client's order decides: with what put first it would not connect
}

// A Choice is one part of what a client and an endpoint come to.
type Choice struct {
	Part   string   `json:"part"`             // "suite", "key exchange", ...
	Chosen string   `json:"chosen,omitempty"` // "" where By does not determine it
	Among  []string `json:"among"`            // all in common; in the deciding order where that is known
	By     Decider  `json:"by"`
}

// A Decider is what determines a choice.
type Decider string

// The deciders.
const (
	ByOnly   Decider = "only one in common"
	ByServer Decider = "server's order"
	ByClient Decider = "client's order"
	ByNobody Decider = "not determined"
)

// offer tells what an endpoint offers and who can connect; nil for what speaks
// neither TLS nor SSH. The rulings are those of the observation, worst first.
func (j *Judge) offer(o scanner.Observation, rulings []Ruling) *Offer {
	if o.TLS == nil && o.SSH == nil {
		return nil
	}
	offer := &Offer{OnlyApproved: Yes}
	if len(rulings) == 0 || partial(o) {
		offer.OnlyApproved = Unseen
	}
	for _, r := range rulings {
		switch {
		case r.Subject.Kind == unreadKind && offer.OnlyApproved == Yes:
			offer.OnlyApproved = Unseen
		case r.Status.Grade() != Pass && j.algorithmic(r):
			offer.OnlyApproved = No
			offer.NotApproved = append(offer.NotApproved, Offered{r.Subject, r.Status, r.Where})
		}
	}
	held := j.standings(rulings)
	if o.TLS != nil {
		offer.Clients = j.tlsClients(o, held)
	} else {
		offer.Clients = sshClients(o.SSH, held)
	}
	return offer
}

// partial tells whether more may be offered than was seen: what was lost, what
// could not be made out, and what was never shown.
func partial(o scanner.Observation) bool {
	if _, lost := o.Gap(); lost {
		return true
	}
	if o.SSH != nil {
		return o.SSH.Kexinit == nil || len(o.SSH.HostKeys) == 0
	}
	return slices.ContainsFunc(o.Incomplete, func(i scanner.Incomplete) bool { return i.Reason == scanner.ReasonUncomputable }) ||
		slices.ContainsFunc(o.TLS.Versions, func(v scanner.TLSVersion) bool { return v.Accepted == nil })
}

// algorithmic tells whether a ruling is about an algorithm or a version, and
// not about names, dates and the like.
func (j *Judge) algorithmic(r Ruling) bool {
	switch r.Subject.Kind {
	case propertyKind: // signatures are ruled on by their own names, properties by the rule's
		return r.Class == ClassCertSignature && r.Rule != j.anchor && len(j.rules.Named(propertyKind, r.Subject.Name)) == 0
	case "tls-extension":
		return r.Class == ClassTLSEMS || r.Subject.Name == "truncated_hmac"
	case unreadKind:
		return false
	case "protocol-version":
		return r.Class == ClassTLSVersion || r.Class == ClassSSHVersion
	}
	return true
}

// standings are the rulings of one observation by what they are about.
type standings struct {
	names   map[Subject]Status
	digests map[string]Ruling // of a certificate or key: the worst on its algorithms
}

func (j *Judge) standings(rulings []Ruling) standings {
	s := standings{make(map[Subject]Status, len(rulings)), map[string]Ruling{}}
	for _, r := range rulings {
		switch {
		case r.Certificate == "":
			s.names[r.Subject] = max(s.names[r.Subject], r.Status)
		case j.algorithmic(r) && r.Status > s.digests[r.Certificate].Status:
			s.digests[r.Certificate] = r
		}
	}
	return s
}

// passes tells whether a name was ruled on, and is approved or allowed.
func (s standings) passes(kind, name string) bool {
	return s.names[Subject{kind, name}].Grade() == Pass
}

// passing is those of the names that pass.
func (s standings) passing(kind string, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !s.passes(kind, n) })
}

// of tells whether a certificate or key passes, and if not, why.
func (s standings) of(digest string) (Answer, string) {
	switch r, ok := s.digests[digest]; {
	case !ok:
		return Unseen, "not all of its certificates could be read"
	case r.Status.Grade() != Pass:
		return No, r.Subject.Name + " is " + r.Status.String()
	}
	return Yes, ""
}

// choice is one part of a negotiation: who decides among several, and is the
// first of them the one. Where there is one, nobody need.
func choice(part string, among []string, by Decider) Choice {
	c := Choice{Part: part, Among: among, By: by}
	if by == ByNobody {
		return c
	}
	if len(among) == 1 {
		c.By = ByOnly
	}
	c.Chosen = among[0]
	return c
}

// addNew appends what is not in the list yet.
func addNew(list []string, names ...string) []string {
	for _, n := range names {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}
