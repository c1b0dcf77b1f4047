package tlsprobe

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// serveNginx runs nginx with the lines in its server block; "PORT" in them is
// the port's place.
func serveNginx(t *testing.T, lines string) scanner.Endpoint {
	t.Helper()
	nginx := lab.Program(t, "nginx")
	dir, port := t.TempDir(), lab.Port(t).Port()
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen 127.0.0.1:%[2]d %[3]s }
}
`, dir, port, strings.ReplaceAll(lines, "PORT", strconv.Itoa(int(port))))
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	lab.Start(t, nginx, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", path)
	return listening(t, port)
}

func TestNginxPlain(t *testing.T) {
	o := probe(t, serveNginx(t, ";"))
	if o.Plain == nil || o.Plain.Protocol != "http" {
		t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
	}
}
