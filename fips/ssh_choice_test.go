package fips

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// TestStockSSH compares with ssh -G, where the machine has that version.
func TestStockSSH(t *testing.T) {
	ssh := lab.Program(t, "ssh")
	if v, err := exec.Command(ssh, "-V").CombinedOutput(); err != nil || !strings.HasPrefix(string(v), "OpenSSH_9.2") {
		t.Skipf("ssh here is %s, and the lists are those of 9.2", v)
	}
	got := map[string][]string{}
	for line := range strings.Lines(lab.Run(t, ssh, "-F", "none", "-G", "localhost")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		got[name] = strings.Split(value, ",")
	}
	k := stockLists()
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"kexalgorithms", k.KexAlgorithms}, {"hostkeyalgorithms", k.ServerHostKeyAlgorithms},
		{"ciphers", k.EncryptionClientServer}, {"macs", k.MACServerClient},
	} {
		if diff := cmp.Diff(got[tt.name], tt.want); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
