package remedy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A Remedy is what to write into one product's configuration for one endpoint.
type Remedy struct {
	Product  string           `json:"product"`
	Endpoint scanner.Endpoint `json:"endpoint"`
	Software string           `json:"software,omitempty"` // as the endpoint says of itself
	Policy   string           `json:"policy"`
	AsOf     fips.Date        `json:"as_of"`
	Blocks   []Block          `json:"blocks"`          // empty where no line mends anything
	Notes    []string         `json:"notes,omitempty"` // what to mind: who would be shut out
	Mends    []fips.Subject   `json:"mends"`           // findings that the lines end
	Left     []Left           `json:"left"`            // findings that are there with the lines too
}

// A Block is lines for one place, such as a file.
type Block struct {
	Where   string `json:"where"`
	Comment string `json:"comment"` // by which a comment begins there
	Lines   []Line `json:"lines"`
}

// A Line is one line of configuration and why it is there.
type Line struct {
	Text    string `json:"text"`
	Because string `json:"because,omitempty"`
}

// A Left is a finding that the lines do not end.
type Left struct {
	fips.Subject
	Status      fips.Status `json:"status"`
	Certificate string      `json:"certificate,omitempty"` // SHA-256 of the certificate or key that it is about
	Because     string      `json:"because"`
}

// Text is the lines as they are pasted, each below its reason.
func (b Block) Text() string {
	var t strings.Builder
	for _, l := range b.Lines {
		if l.Because != "" {
			fmt.Fprintf(&t, "%s %s\n", b.Comment, l.Because)
		}
		if l.Text != "" {
			fmt.Fprintf(&t, "%s\n", l.Text)
		}
	}
	return t.String()
}

// Ends tells whether the finding is over with the lines.
func (r Remedy) Ends(f fips.Finding) bool {
	return !slices.ContainsFunc(r.Left, func(l Left) bool { return l.Subject == f.Subject && l.Certificate == f.Certificate })
}

// Errors of For.
var (
	ErrProduct = errors.New("unknown product")
	ErrKind    = errors.New("the product does not speak what the endpoint does")
	ErrUnseen  = errors.New("nothing was observed that configuration decides")
)

// A product is one that lines can be written for.
type product struct {
	name  string
	ssh   bool
	write func(*writer)
}

func products() []product {
	return []product{
		{"sshd", true, (*writer).sshd},
		{"dropbear", true, (*writer).dropbear},
		{"nginx", false, (*writer).nginx},
		{"apache", false, (*writer).apache},
		{"haproxy", false, (*writer).haproxy},
		{"postfix", false, (*writer).postfix},
		{"openssl", false, (*writer).openssl},
		{"java", false, (*writer).java},
	}
}

// Products lists what lines can be written for.
func Products() []string {
	var names []string
	for _, p := range products() {
		names = append(names, p.name)
	}
	return names
}

// Fitting lists the products that an endpoint may be: one where it says which
// it is, those that speak its protocol where it does not.
func Fitting(o scanner.Observation) []string {
	var names []string
	switch {
	case o.SSH != nil:
		switch _, software, _ := o.SSH.Identification(); {
		case strings.HasPrefix(software, "OpenSSH"):
			return []string{"sshd"}
		case strings.HasPrefix(strings.ToLower(software), "dropbear"):
			return []string{"dropbear"}
		case software != "":
			return nil
		}
	case o.TLS == nil:
		return nil
	}
	for _, p := range products() {
		if p.ssh == (o.SSH != nil) {
			names = append(names, p.name)
		}
	}
	return names
}

// For writes the lines of a product for what was observed and judged.
func For(j *fips.Judge, a fips.Assessment, name string) (Remedy, error) {
	all := products()
	i := slices.IndexFunc(all, func(p product) bool { return p.name == name })
	if i < 0 {
		return Remedy{}, fmt.Errorf("%w %q: want one of %s", ErrProduct, name, strings.Join(Products(), ", "))
	}
	o := a.Observation
	switch {
	case o.TLS == nil && o.SSH == nil:
		return Remedy{}, fmt.Errorf("%s: %w", o.Endpoint, ErrUnseen)
	case all[i].ssh != (o.SSH != nil):
		return Remedy{}, fmt.Errorf("%s: %w: %s is not for %s", o.Endpoint, ErrKind, name, protocol(o))
	case o.SSH != nil && o.SSH.Kexinit == nil:
		return Remedy{}, fmt.Errorf("%s: %w", o.Endpoint, ErrUnseen)
	}
	w := newWriter(j, a)
	w.Product = name
	if gap, lost := a.Gap(); lost {
		w.note("Not all was observed (" + gap.What + "), and what was not is not mended.")
	}
	all[i].write(w)
	return w.done(), nil
}

func protocol(o scanner.Observation) string {
	if o.SSH != nil {
		return "SSH"
	}
	return "TLS"
}
