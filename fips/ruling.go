package fips

import "github.com/fipsweep/fipsweep/scanner"

// A Subject is what a ruling is about, by its registry name.
type Subject struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// A Ruling is a rule applied to one subject of one observation on one date.
type Ruling struct {
	Rule        string      `json:"rule"` // "" where no rule speaks of the subject: unclassified
	Subject     Subject     `json:"subject"`
	Use         string      `json:"use"`
	Class       Class       `json:"class"`           // what kind of evidence it is, for controls
	Where       []string    `json:"where,omitempty"` // versions, chain positions or items in which the subject was seen
	Status      Status      `json:"status"`
	From        Date        `json:"from,omitempty"` // since when this status holds
	Until       Date        `json:"until,omitempty"`
	Next        *Transition `json:"next,omitempty"`  // what follows Until
	Parts       []Part      `json:"parts,omitempty"` // a suite's components, worst first
	Cite        []Citation  `json:"cite"`
	Because     string      `json:"because"`
	Remedy      string      `json:"remedy"`
	Confidence  string      `json:"confidence"`
	SourceRead  bool        `json:"source_read"`
	Draft       bool        `json:"draft,omitempty"` // the status in force rests on a draft
	Contested   string      `json:"contested,omitempty"`
	Quantum     bool        `json:"quantum_vulnerable,omitempty"`
	Certificate string      `json:"certificate,omitempty"` // SHA-256 of the certificate or key it is about
	Base        *Base       `json:"base,omitempty"`        // where a policy on top decides: what the catalogue alone says
}

// A Part is one component of a suite and its own status.
type Part struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Rule   string `json:"rule"`
	Status Status `json:"status"`
}

// A Finding is a ruling of deprecated or worse on one endpoint. Its ID is the
// same in every sweep that sees the same thing in the same place.
type Finding struct {
	ID       string           `json:"id"`
	Sweep    string           `json:"sweep"`
	Endpoint scanner.Endpoint `json:"endpoint"`
	Ruling
	Waiver *WaiverMark `json:"waiver,omitempty"` // what takes it out of the counts; the finding stays
	Tags   *Tags       `json:"tags,omitempty"`   // what the inventory says of the endpoint

	// Of a finding about several endpoints together: the first of them, the
	// one above among these, and how many there are.
	Endpoints     []scanner.Endpoint `json:"endpoints,omitempty"`
	EndpointCount int                `json:"endpoint_count,omitempty"`
}

// An Assessment is an observation with all that was ruled of it.
type Assessment struct {
	Observation scanner.Observation
	Rulings     []Ruling  // every ruling, worst first
	Findings    []Finding // those that are findings, in the same order
	Worst       Status    // the worst ruling's, waived findings left out; Unobserved if no ruling is left
	Waived      Status    `json:",omitzero"`  // the worst waived finding's; Unobserved if none is
	Tags        *Tags     `json:",omitempty"` // what the inventory says of the endpoint; nil without one that speaks of it
	Offer       *Offer    `json:",omitempty"` // what a TLS or SSH endpoint offers, and who can connect; waivers do not change it
	Behind      bool      `json:",omitempty"` // at depth verdict: what was left unasked might be what fails
}

// Seen tells whether anything of the endpoint was ruled on, waived or not.
func (a Assessment) Seen() bool { return a.Worst != Unobserved || a.Waived != Unobserved }

// ByWaiver tells whether the endpoint neither fails nor is to watch for the
// sole reason that findings on it are waived. Such an endpoint does not pass.
func (a Assessment) ByWaiver() bool {
	return a.Waived != Unobserved && a.Worst.Grade() <= Pass
}

// Tags are what the operator's inventory says of an endpoint.
type Tags struct {
	Owner       string `json:"owner,omitempty"`
	System      string `json:"system,omitempty"`
	Environment string `json:"environment,omitempty"`
	DataClass   string `json:"data_class,omitempty"`
	Boundary    bool   `json:"boundary,omitempty"` // it faces outside
}

// Class says which kind of evidence a ruling is. Controls are tables over
// classes (package control).
type Class string

// The classes.
const (
	ClassTLSVersion    Class = "tls-version"
	ClassTLSCipher     Class = "tls-cipher"
	ClassTLSKex        Class = "tls-kex"
	ClassTLSEMS        Class = "tls-ems"
	ClassTLSPQC        Class = "tls-pqc"
	ClassTLSAuth       Class = "tls-auth"
	ClassCertKey       Class = "cert-key"
	ClassCertSignature Class = "cert-signature"
	ClassCertValidity  Class = "cert-validity"
	ClassCertChain     Class = "cert-chain"
	ClassCertRevoked   Class = "cert-revocation"
	ClassCertInventory Class = "cert-inventory"
	ClassCleartext     Class = "cleartext"
	ClassSSHVersion    Class = "ssh-version"
	ClassSSHKex        Class = "ssh-kex"
	ClassSSHHostKey    Class = "ssh-hostkey"
	ClassSSHCipherMAC  Class = "ssh-cipher-mac"
	ClassDNSSEC        Class = "dnssec"
	ClassKeyStrength   Class = "key-strength"
	ClassKeyAtRest     Class = "key-at-rest"
	ClassWeakKey       Class = "weak-key"
	ClassModule        Class = "module-evidence"
	ClassInventory     Class = "crypto-inventory"
	ClassDrift         Class = "drift"
	ClassCoverage      Class = "coverage"
)
