package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// store tells what a file holds.
func (x *endpointView) store(s *scanner.Store, a fips.Assessment) []string {
	x.Facts = append(x.Facts, fact{Name: "Format", Text: clean(s.Format)})
	if s.Mode != "" {
		x.Facts = append(x.Facts, fact{Name: "Mode", Text: clean(s.Mode)})
	}
	if s.Owner != "" {
		x.Facts = append(x.Facts, fact{Name: "Owner", Text: clean("user id " + s.Owner)})
	}
	if n := len(s.Links); n > 0 {
		x.Facts = append(x.Facts, fact{Name: "Also at", Text: clean(strings.Join(s.Links[:min(20, n)], ", "))})
	}
	for _, p := range s.Protection[:min(maxListed, len(s.Protection))] {
		text := protectionText(p)
		if p.Member != "" {
			text += " (" + p.Member + ")"
		}
		x.Facts = append(x.Facts, fact{Name: "Protection", Text: clean(text)})
	}
	for _, i := range s.Items[:min(maxListed, len(s.Items))] {
		x.Items = append(x.Items, newItem(i, a))
	}
	if n := len(s.Items) - len(x.Items); n > 0 {
		x.Facts = append(x.Facts, fact{Name: "Items", Text: fmt.Sprintf("%s, the first %d of them below", number(len(s.Items)), maxListed)})
	}
	return []string{s.Format, many(len(s.Items), "item")}
}

// machine tells of a configuration what is set and which files it names.
func (x *endpointView) machine(h *scanner.Machine, m rulings, in string) []string {
	x.Facts = append(x.Facts, fact{Name: "Configuration", Text: clean(strings.TrimSpace(h.Format + " " + in))})
	for _, s := range h.Settings[:min(maxListed, len(h.Settings))] {
		name := clean(fmt.Sprintf("%s %s (line %d)", s.Name, s.Scope, s.Line))
		if s.Kind == "" || s.Change == "-" {
			x.Facts = append(x.Facts, fact{Name: name, Text: clean(s.Change + strings.Join(s.Values, ", "))})
			continue
		}
		x.Facts = append(x.Facts, fact{Name: name, Judged: m.all(s.Kind, s.Values)})
	}
	for _, u := range h.Uses[:min(maxListed, len(h.Uses))] {
		text := u.What + " " + u.File
		if u.State != "" {
			text += " (" + u.State + ")"
		}
		x.Facts = append(x.Facts, fact{Name: clean(fmt.Sprintf("%s (line %d)", u.Name, u.Line)), Text: clean(text)})
	}
	return []string{h.Format, many(len(h.Settings), "setting"), many(len(h.Uses), "file") + " in use"}
}

// keeping says how an item is protected, and what of it lies beside it.
func keeping(i scanner.Item) (words []string) {
	if i.Protection != nil {
		words = append(words, "protection "+protectionText(*i.Protection))
	}
	if i.Pair != "" {
		words = append(words, "its certificate beside it")
	}
	if i.Chain != "" {
		words = append(words, "chain "+i.Chain)
	}
	return words
}

// protectionText is a protection with its parameters and what opened it.
func protectionText(p scanner.Protection) string {
	text := p.Scheme
	var more []string
	for _, s := range []string{p.KDF, p.PRF, p.Cipher, p.MAC, p.Signature} {
		if s != "" && !slices.Contains(more, s) {
			more = append(more, s)
		}
	}
	if p.Iterations > 0 {
		more = append(more, many(p.Iterations, "iteration"))
	}
	if p.SaltBits > 0 {
		more = append(more, fmt.Sprintf("salt of %d bits", p.SaltBits))
	}
	if len(more) > 0 {
		text += " (" + strings.Join(more, ", ") + ")"
	}
	switch p.Opened {
	case scanner.OpenedEmpty:
		text += ", opened without a password"
	case scanner.OpenedDefault:
		text += ", opened with a default password"
	case scanner.OpenedGiven:
		text += ", opened with a given password"
	}
	return text
}

// An itemView is an item of a file: what it is in a line, and its other facts.
type itemView struct {
	Kind, What, More string
	Status           fips.Status
}

// roleText says what a certificate is for, and where it looks like a root by
// what that was told.
func roleText(i scanner.Item) string {
	role := strings.ReplaceAll(i.Role, "-", " ")
	if i.RoleBy != "" {
		role += " (by " + strings.ReplaceAll(i.RoleBy, "-", " ") + ")"
	}
	return role
}

func newItem(i scanner.Item, a fips.Assessment) itemView {
	x := itemView{Kind: clean(strings.ReplaceAll(i.Kind, "-", " "))}
	var words []string
	switch {
	case i.Certificate != nil:
		f := factsOf(*i.Certificate, a)
		words = append(words, f.Subject, f.Dates, roleText(i))
		x.More = f.More
	case i.Request != nil:
		words = append(words, i.Request.Subject, i.Request.SignatureAlgorithm)
	case i.Key != nil:
		words = append(words, reports.KeyName(*i.Key))
		x.More = keyDetails(*i.Key)
	case i.Prime != nil:
		words = append(words, strings.TrimSpace(fmt.Sprintf("%d-bit group %s", i.Prime.Bits, i.Prime.Group)))
	}
	if i.SSH != nil {
		words = append(words, fmt.Sprintf("line %d", i.SSH.Line), strings.Join(i.SSH.Hosts, " "), i.SSH.Marker, strings.Join(i.SSH.Options, " "))
	}
	if c := i.SSHCertificate; c != nil {
		words = append(words, c.Kind+" certificate of "+c.CA.Type)
	}
	words = append(words, i.Member, i.Alias, i.Problem)
	words = append(words, keeping(i)...)
	x.What = clean(cutRunes(strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", "), 300))
	digest := i.SHA256
	if i.Certificate != nil {
		digest = i.Certificate.SHA256
	}
	about := about(a, digest)
	for _, r := range about {
		if r.counts {
			x.Status = max(x.Status, r.Status)
		}
	}
	if len(about) == 0 {
		x.Status = a.Worst
	}
	return x
}

// certDetails are the facts of a certificate beside its name, dates, key and
// signature.
func certDetails(c scanner.Certificate) string {
	var words []string
	say := func(name, text string) {
		if text != "" {
			words = append(words, name+" "+text)
		}
	}
	if c.SelfSigned {
		words = append(words, "signed by itself")
	} else {
		say("issued by", c.Issuer)
	}
	say("serial", c.Serial)
	say("for", strings.Join(c.Names[:min(8, len(c.Names))], " "))
	if more := len(c.Names) - 8; more > 0 {
		words = append(words, fmt.Sprintf("and %d names more", more))
	}
	say("usage", strings.Join(slices.Concat(c.KeyUsage, c.ExtKeyUsage), " "))
	say("SHA-256", cutRunes(c.SHA256, 16))
	if key := keyDetails(c.Key); key != "" {
		words = append(words, key)
	}
	return clean(cutRunes(strings.Join(words, ", "), 600))
}

// keyDetails are the facts of a key beside its algorithm and size.
func keyDetails(k scanner.Key) string {
	var words []string
	if k.Exponent != "" {
		words = append(words, "exponent "+cutRunes(k.Exponent, 24))
	}
	if k.SubBits > 0 {
		words = append(words, fmt.Sprintf("q of %d bits", k.SubBits))
	}
	if k.SPKISHA256 != "" {
		words = append(words, "public key SHA-256 "+cutRunes(k.SPKISHA256, 16))
	}
	return clean(strings.Join(words, ", "))
}
