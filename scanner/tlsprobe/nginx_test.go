package tlsprobe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// serveNginx runs nginx with the lines in its server block; "PORT" in them is
// the port's place.
func serveNginx(t *testing.T, lines string) scanner.Endpoint {
	t.Helper()
	addr := lab.Port(t)
	lab.Nginx(t, addr, strings.ReplaceAll(lines, "PORT", fmt.Sprint(addr.Port())))
	return at("", addr)
}

func TestNginxPlain(t *testing.T) {
	o := probe(t, serveNginx(t, ";"))
	if o.Plain == nil || o.Plain.Protocol != "http" {
		t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
	}
}
