package catalogue

import "embed"

//go:embed policies/*.yaml
var policies embed.FS

// PolicyFile returns the file of a policy that is built in, in the form in
// which a site writes its own. The catalogue's own policy has none: it is the
// rules.
func PolicyFile(name string) ([]byte, bool) {
	data, err := policies.ReadFile("policies/" + name + ".yaml")
	return data, err == nil
}
