package reports

import (
	"strings"

	"github.com/fipsweep/fipsweep/fips"
)

// Aspect is what of its subject a ruling is about, where several rules speak of
// one: the exponent of a key, the salt of a protection. It is "" where that is
// the subject as it is named.
func Aspect(r fips.Ruling) string {
	rule := r.Rule
	if r.Base != nil {
		rule = r.Base.Rule
	}
	kind, name, _ := strings.Cut(rule, "/")
	name, _, _ = strings.Cut(name, "#")
	switch {
	case r.Subject.Kind == "public-key" && kind == "public-key":
		if _, of, ok := strings.Cut(name, "-exponent-"); ok {
			return "exponent " + of
		}
	case r.Subject.Kind == "keystore-protection" && kind == "keystore-protection":
		if of, ok := strings.CutPrefix(name, r.Subject.Name+"-"); ok {
			return strings.ReplaceAll(of, "-", " ")
		}
	case r.Subject.Kind == "keystore-protection":
		return name // of a cipher, a MAC or a signature in it
	}
	return ""
}
