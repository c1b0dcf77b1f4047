package certstore_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// blob is the digest by which a tool names a layer.
var blob = regexp.MustCompile(`[0-9a-f]{64}`)

// layered writes each item and configuration of an image with the number of
// its layer.
func layered(o scanner.Observation, layers []string) string {
	parts := []string{o.Store.Format + ":"}
	var all []string
	for _, i := range o.Store.Items {
		all = append(all, i.Member+" "+i.Kind)
	}
	for _, m := range o.Store.Machines {
		all = append(all, m.Path+" "+m.Format)
	}
	for i := range all {
		digest := blob.FindString(all[i])
		_, rest, _ := strings.Cut(all[i], "!")
		all[i] = string(rune('1'+slices.Index(layers, digest))) + "!" + rest
	}
	slices.Sort(all)
	for _, i := range o.Incomplete {
		all = append(all, "-"+i.What+" "+string(i.Reason))
	}
	return strings.Join(append(parts, all...), "\n")
}

// TestImagesOfTools reads what umoci and skopeo make: an image of four layers,
// of which the last hides the key that lies in the first.
func TestImagesOfTools(t *testing.T) {
	b, dir := make1(t), t.TempDir()
	umoci, skopeo := lab.Program(t, "umoci"), lab.Program(t, "skopeo")
	write(t, dir+"/key.pem", b.key)
	write(t, dir+"/cert.pem", b.cert)
	write(t, dir+"/sshd_config", []byte("Ciphers 3des-cbc\nHostKey /etc/ssh/key\n"))
	sh := func(script string) {
		t.Helper()
		lab.RunIn(t, dir, "sh", "-ec", script, "sh", umoci, skopeo)
	}
	sh(`"$1" init --layout oci; "$1" new --image oci:x
"$1" insert --rootless --image oci:x key.pem /etc/ssl/key.pem
"$1" insert --rootless --image oci:x cert.pem /etc/ssl/cert.pem
"$1" insert --rootless --image oci:x sshd_config /etc/ssh/sshd_config
"$1" insert --rootless --image oci:x --whiteout /etc/ssl/key.pem
"$2" --insecure-policy copy --quiet oci:oci:x oci-archive:oci.tar
"$2" --insecure-policy copy --quiet --dest-compress --dest-compress-format zstd oci:oci:x oci-archive:zstd.tar
"$2" --insecure-policy copy --quiet oci:oci:x docker-archive:docker.tar:a:b`)
	const inside = "\n1!/etc/ssl/key.pem private-key\n2!/etc/ssl/cert.pem certificate\n3!/etc/ssh/sshd_config sshd_config"
	for name, test := range map[string]struct{ inspect, want string }{
		"oci.tar":    {"oci-archive:oci.tar", "OCI image:" + inside},
		"zstd.tar":   {"oci-archive:zstd.tar", "OCI image:" + inside},
		"docker.tar": {"docker-archive:docker.tar", "Docker image:" + inside},
	} {
		t.Run(name, func(t *testing.T) {
			layers := blob.FindAllString(lab.RunIn(t, dir, skopeo, "inspect", "--format", "{{range .Layers}}{{.}} {{end}}", test.inspect), -1)
			if len(layers) != 4 {
				t.Fatalf("skopeo tells %d layers", len(layers))
			}
			o := certstore.New(certstore.Options{}).Probe(t.Context(), scanner.File(filepath.Join(dir, name)))
			if diff := cmp.Diff(test.want, layered(o, layers)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			noSecret(t, o)
		})
	}
	// The layout as a folder is walked like any other: each layer is a file.
	var found []string
	for _, o := range sweep(t, certstore.New(certstore.Options{}), dir+"/oci") {
		for _, i := range o.Store.Items {
			found = append(found, o.Store.Format+" "+i.Member+" "+i.Kind)
		}
	}
	slices.Sort(found)
	if diff := cmp.Diff([]string{"tar.gz etc/ssl/cert.pem certificate", "tar.gz etc/ssl/key.pem private-key"}, found); diff != "" {
		t.Errorf("layout: -want +got\n%s", diff)
	}
}
