package cyclonedx

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// item yields an item of a file, and the key or certificate in it.
func (x *inventory) item(o scanner.Observation, n int, i index, yield func(found)) {
	item, context := &o.Store.Items[n], itemContext(o.Store, n)
	if item.Certificate != nil {
		x.certificate(item.Certificate, context, i, yield)
		return
	}
	digest := item.SHA256
	if item.Key != nil {
		digest = cmp.Or(digest, item.Key.SPKISHA256)
	}
	f := found{ref: itemRef(o, n, digest), context: context, verdicts: i.about(x, digest, everything)}
	if digest == "" {
		f.verdicts = nil // those without a digest are about other things, too
	}
	if item.Key != nil && !x.keyOf(item, digest, &f, i, yield) {
		return
	}
	if r := item.Request; r != nil {
		f.algorithms = append(f.algorithms, x.signature(item.SHA256, r.SignatureAlgorithm, r.SignatureOID, r.PSS, i))
	}
	if item.Prime != nil {
		f.algorithms = primeOf(*item.Prime, i)
		f.verdicts = i.about(x, cmp.Or(item.SHA256, item.Prime.SHA256), everything)
	}
	if p := item.Protection; p != nil {
		kept := x.protection(*p, digest, i)
		f.algorithms = append(f.algorithms, kept...)
		for _, m := range kept {
			f.verdicts = append(f.verdicts, m.verdicts...)
		}
	}
	f.component = func() component { return x.itemComponent(f, o.Store, item) }
	yield(f)
}

// itemRef names what is the same wherever it lies by its digest. What has
// none, and a secret key, whose digest might help to guess it, is named by its
// place.
func itemRef(o scanner.Observation, n int, digest string) string {
	item := o.Store.Items[n]
	switch {
	case digest == "" || item.Kind == scanner.ItemSecretKey:
		return fmt.Sprintf("item/%s/%d", o.Endpoint.ID, n)
	case item.Kind == scanner.ItemPrivateKey:
		return privateRef(digest, item.Protection)
	}
	return cmp.Or(item.Kind, "item") + "/" + digest
}

// keyOf adds what is known of an item's key, and yields the public half where
// that is there by itself. It is false where the item is nothing more.
func (x *inventory) keyOf(item *scanner.Item, digest string, f *found, i index, yield func(found)) bool {
	k := *item.Key
	public := x.publicKey(k, cmp.Or(k.SPKISHA256, digest), digest, f.context, i)
	switch item.Kind {
	case scanner.ItemPrivateKey, scanner.ItemSecretKey, scanner.ItemParameters:
		f.algorithms, f.state = public.algorithms, public.state
		return true
	case scanner.ItemCSR, scanner.ItemCRL:
		if k.SPKISHA256 == "" {
			return true
		}
		f.depends = []string{public.ref}
	}
	yield(public)
	return f.depends != nil
}

// protection is how something is kept, as an algorithm; none where nothing
// protects it.
func (x *inventory) protection(p scanner.Protection, digest string, i index) []mention {
	if p.Scheme == "" || p.Scheme == "none" {
		return nil
	}
	verdicts := i.about(x, digest, func(r *fips.Ruling) bool {
		return r.Subject.Kind == "keystore-protection" && r.Subject.Name == p.Scheme
	})
	var words []string
	for _, w := range []string{p.Scheme, p.KDF, p.PRF, p.Cipher} {
		if w != "" {
			words = append(words, w)
		}
	}
	return []mention{{Subject: fips.Subject{Kind: kindProtection, Name: strings.Join(words, ", ")}, verdicts: verdicts}}
}

// itemContext is where in a file an item lies.
func itemContext(s *scanner.Store, n int) string {
	item := s.Items[n]
	where := fmt.Sprintf("%s item %d", s.Format, n)
	for _, name := range []string{item.Member, item.Alias} {
		if name != "" {
			where += ", " + name
		}
	}
	return where
}

// keeping is how a whole file is kept.
func (x *inventory) keeping(o scanner.Observation, i index) []mention {
	var all []mention
	if o.Store != nil {
		for _, p := range o.Store.Protection {
			all = append(all, x.protection(p, "", i)...)
		}
	}
	return distinct(all)
}
