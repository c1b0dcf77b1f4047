package bench

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
)

func TestProxyCounts(t *testing.T) {
	server := lab.Serve(t, func(c net.Conn) {
		text, _ := io.ReadAll(c) // the end of the client's half comes through
		c.Write([]byte(strings.Repeat(string(text), 3)))
	})
	p, err := NewProxy(server)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 2 {
		c, err := net.Dial("tcp", p.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("hello"))
		c.(*net.TCPConn).CloseWrite()
		if text, err := io.ReadAll(c); err != nil || string(text) != "hellohellohello" {
			t.Errorf("%q, %v", text, err)
		}
		c.Close()
	}
	if c, err := net.Dial("tcp", p.Addr().String()); err == nil { // says nothing, and counts
		c.Close()
	}
	lab.Wait(t, "three connections", func() bool { return p.Traffic().Connections == 3 })
	if diff := cmp.Diff(Traffic{3, 10, 30}, p.Traffic()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Traffic{1, 2, 4}, Traffic{3, 10, 30}.Minus(Traffic{2, 8, 26})); diff != "" {
		t.Error(diff)
	}
}

func TestProxyPassesResetsOn(t *testing.T) {
	server := lab.Serve(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		c.(*net.TCPConn).SetLinger(0)
	})
	p, err := NewProxy(server)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("x"))
	if _, err := c.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("reset came as %v", err)
	}
}

// What a child of a child takes counts as well, and the meter's own memory is
// all that is added.
func TestRun(t *testing.T) {
	ballast := make([]byte, 200<<20) // the tests' own memory must not show
	for i := range ballast {
		ballast[i] = 1
	}
	u, err := Run(t.Context(), t.TempDir(), []string{"sh", "-c", `sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; sleep 0.2; exit 3`})
	if err != nil {
		t.Fatal(err)
	}
	if u.Exit != 3 || u.CPU < 20*time.Millisecond || u.Wall < u.CPU || u.Wall < 200*time.Millisecond || u.Peak < 100 || u.Peak > 64<<10 {
		t.Errorf("%+v", u)
	}
	if _, err := Run(t.Context(), t.TempDir(), []string{"/nonexistent/tool"}); err == nil {
		t.Error("a tool that is not there was run")
	}
	if ballast[len(ballast)-1] != 1 {
		t.Error("the ballast is gone")
	}
}

func TestTable(t *testing.T) {
	truth, found := Found{}, Found{}
	truth.Add(Suites, "TLSv1.2 A", "TLSv1.2 B")
	truth.Add(Groups, "x25519")
	found.Add(Suites, "TLSv1.2 B", "TLSv1.2 C")
	scores := map[string]Score{Suites: found.Against(truth, Suites), Groups: found.Against(truth, Groups)}
	if diff := cmp.Diff(Score{Told: true, Of: 2, Missed: []string{"TLSv1.2 A"}, Invented: []string{"TLSv1.2 C"}}, scores[Suites]); diff != "" {
		t.Error(diff)
	}
	run := func(wall time.Duration, connections int64) Row {
		return Row{Server: "nginx", Tool: "tool", Usage: Usage{Wall: wall, CPU: wall / 2, Peak: 10 << 10}, Traffic: Traffic{connections, 1024, 2048}, Scores: scores}
	}
	rows := []Row{Median([]Row{run(3*time.Second, 5), run(time.Second, 9), run(2*time.Second, 7)}),
		{Server: "nginx", Tool: "other", Why: "not installed (apt-get install other)"}}
	var b strings.Builder
	if err := Table(&b, rows, Suites, Groups); err != nil {
		t.Fatal(err)
	}
	want := `server  tool   connections  KiB sent  KiB received  wall s  CPU s  peak MiB  suites                                 groups    runs
nginx   tool   7            1         2             2.00    1.00   10        1/2, 1 missed, 1 invented              not told  3
        other  -            -         -             -       -      -         not installed (apt-get install other)  -         -
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}
