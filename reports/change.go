package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// A Change is one thing to do that closes findings on every endpoint it is
// made on. TLS endpoints that fail in the same way are taken to share their
// settings, and all SSH lists of a server stand in one place; certificates,
// keys and services are grouped by remedy.
type Change struct {
	ID        string // "R1": its place in the order
	Title     string
	Remedies  []string // the catalogue's words, without repeats
	Endpoints int      // endpoints with a finding that it closes
	Failing   int      // of these, endpoints with a failing finding that it closes
	Findings  int
	Repairs   int // failing endpoints that have no failing finding left once this and the changes before it are made
	Status    fips.Status
	Rows      []Row
}

// A Row is one rule on one subject within a change.
type Row struct {
	ID         string // RowID of its findings
	Rule       string
	Subject    fips.Subject
	Use        string
	Status     fips.Status
	Because    string
	Remedy     string
	Cite       []fips.Citation
	Controls   []string
	Confidence string
	SourceRead bool
	Draft      bool
	Contested  string
	From       fips.Date
	Until      fips.Date
	Next       *fips.Transition
	Findings   int
	Places     Places
	Owners     []string    // some of those who own its endpoints
	Tags       []fips.Tags // some of what the inventory says of them
	Unowned    bool        // of some of them it names no owner
}

// Bounds of what the builder keeps. What lies beyond is in the counts.
const (
	maxProfiles = 256  // ways of failing in TLS that are told apart
	maxRows     = 5000 // rows of findings
	maxSets     = 8192 // sets of changes that an endpoint needs
	maxRemedies = 16
)

// An area is a place in which settings stand together.
type area string

const (
	areaTLS   area = "tls"
	areaSSH   area = "ssh"
	areaPlain area = "cleartext"
	areaOther area = "other"
)

func areaOf(c fips.Class) area {
	switch c {
	case fips.ClassTLSVersion, fips.ClassTLSCipher, fips.ClassTLSKex, fips.ClassTLSEMS, fips.ClassTLSPQC:
		return areaTLS
	case fips.ClassSSHVersion, fips.ClassSSHKex, fips.ClassSSHHostKey, fips.ClassSSHCipherMAC:
		return areaSSH
	case fips.ClassCleartext:
		return areaPlain
	}
	return areaOther
}

// profile names what fails in an endpoint's TLS settings, or what is to watch
// where nothing fails: endpoints with equal profiles are repaired by one change.
func profile(findings []fips.Finding) []string {
	for _, grade := range []fips.Grade{fips.Fail, fips.Watch} {
		var names []string
		for _, f := range findings {
			if areaOf(f.Class) == areaTLS && f.Status.Grade() == grade {
				names = append(names, blame(f.Ruling)...)
			}
		}
		if len(names) > 0 {
			slices.SortFunc(names, byWeight)
			return slices.Compact(names)
		}
	}
	return nil
}

// blame names what in a ruling has its status: the components of a suite, else
// the subject.
func blame(r fips.Ruling) []string {
	if r.Class == fips.ClassTLSEMS {
		return []string{grantEMS}
	}
	var names []string
	for _, p := range r.Parts {
		if p.Status != r.Status {
			continue
		}
		if p.Kind == "key-exchange" {
			names = append(names, p.Name+" key exchange")
		} else {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		names = []string{label(r)}
	}
	return names
}

// maxTerse is the length up to which a remedy does not say what it is for.
const maxTerse = 60

// grantEMS stands for a missing extended master secret, which is a thing to
// grant and not to take out.
const grantEMS = "extended_master_secret"

// byWeight puts protocol versions first and suites last, then by name.
func byWeight(a, b string) int {
	weight := func(s string) int {
		switch {
		case strings.HasPrefix(s, "SSLv"), strings.HasPrefix(s, "TLSv"):
			return 0
		case strings.HasPrefix(s, "TLS_"):
			return 2
		}
		return 1
	}
	if w := weight(a) - weight(b); w != 0 {
		return w
	}
	return strings.Compare(a, b)
}

// label names a ruling's subject, with the rule where that is about something
// else than the name: a key of good size fails by its exponent.
func label(r fips.Ruling) string {
	name := clip(r.Subject.Name, 60)
	kind, rule, _ := strings.Cut(r.Rule, "/")
	rule, _, _ = strings.Cut(rule, "#")
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", " ")) }
	switch {
	case r.Subject.Kind == "keystore-protection":
		if name == "none" {
			name = "in the clear" // "none" reads as nothing
		}
		return name + " (protection at rest)"
	case rule != "" && kind == "key-exchange" && kind == r.Subject.Kind:
		return clip(rule, 60) // a captured prime goes by its digest, which tells nobody anything
	case kind != r.Subject.Kind || rule == "" || plain(rule) == plain(name):
		return name
	}
	return name + " (" + clip(rule, 60) + ")"
}

// title says what to do, in the imperative.
func title(a area, names []string, r fips.Ruling) string {
	switch a {
	case areaSSH:
		return "Put one approved algorithm list into the SSH server settings"
	case areaTLS:
		return tlsTitle(names)
	}
	text := strings.TrimSuffix(r.Remedy, ".")
	_, rule, _ := strings.Cut(r.Rule, "/")
	if rule, _, _ = strings.Cut(rule, "#"); rule != "" && len(text) <= maxTerse {
		text += " (" + clip(rule, 60) + ")"
	}
	return text
}

func tlsTitle(names []string) string {
	out := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == grantEMS })
	grant := ""
	if len(out) < len(names) {
		grant = "grant extended master secret in TLS 1.2"
	}
	if len(out) == 0 {
		if grant == "" {
			return "Bring the remaining TLS settings to approved names"
		}
		return "G" + grant[1:]
	}
	list := out
	if len(out) > 4 {
		list = append(slices.Clone(out[:3]), fmt.Sprintf("%d more", len(out)-3))
	}
	text := list[0]
	if n := len(list); n > 1 {
		text = strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	text = "Take " + text + " out of the TLS settings"
	if grant != "" {
		text += ", and " + grant
	}
	return text
}
