package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fipsweep/fipsweep/scanner"
)

var (
	start     = time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)
	sweep     = scanner.Sweep{ID: "20261122T011502Z-7c41", Started: start, Scope: scanner.Scope{Targets: []string{"10.0.0.0/24"}, Depth: "full"}, Host: "h", User: "u", Tool: "t", FIPS: "off"}
	compareOK = cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmpopts.EquateEmpty()}
)

// observations is n of them, of several kinds.
func observations(n int) []scanner.Observation {
	yes := true
	out := make([]scanner.Observation, n)
	for i := range out {
		e := scanner.Host(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 443, "")
		o := scanner.Observe(e, "tls")
		o.Sweep, o.Time, o.Target = sweep.ID, start.Add(time.Duration(i)*time.Second), "10.0.0.0/24"
		switch i % 3 {
		case 0:
			o.TLS = &scanner.TLS{Depth: "full", Versions: []scanner.TLSVersion{{Version: scanner.TLSv12, Accepted: &yes, Suites: []string{"TLS_RSA_WITH_AES_128_CBC_SHA"}}}}
		case 1:
			o.Failure = &scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonRefused, Detail: "line\nbreak \u2028 <b>"}
		case 2:
			o.Endpoint = scanner.File(fmt.Sprint("/etc/ssl/", i))
			o.Store = &scanner.Store{Path: o.Endpoint.Path, Format: "PEM", Items: []scanner.Item{{Kind: scanner.ItemPublicKey}}}
		}
		out[i] = o
	}
	return out
}

func write(t *testing.T, obs []scanner.Observation, end bool) string {
	t.Helper()
	j, err := Create(t.TempDir(), sweep, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range obs {
		if err := j.Append(o); err != nil {
			t.Fatal(err)
		}
	}
	if end {
		ended := sweep
		ended.Ended = start.Add(time.Hour)
		if err := j.End(ended); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return j.Path()
}

func read(t *testing.T, r *Reader) ([]scanner.Observation, []error) {
	t.Helper()
	var (
		obs  []scanner.Observation
		errs []error
	)
	for o, err := range r.All(t.Context()) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		obs = append(obs, o)
	}
	return obs, errs
}

func TestRoundTrip(t *testing.T) {
	want := observations(10)
	data, err := os.ReadFile(write(t, want, true))
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(bytes.NewReader(data), "j")
	got, errs := read(t, r)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(want, got, compareOK); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Cut || !r.About.Ended.Equal(start.Add(time.Hour)) || r.About.ID != sweep.ID {
		t.Errorf("cut %v, about %+v", r.Cut, r.About)
	}
	if n := bytes.Count(data, []byte("\n")); n != 12 {
		t.Errorf("%d lines", n)
	}
}

// Wherever a journal is cut, every whole line before is read, and nothing
// else, without a complaint; within its first line there is nothing to read.
func TestCutAtEveryByte(t *testing.T) {
	want := observations(4)
	data, err := os.ReadFile(write(t, want, true))
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(data, '\n')
	for n := range len(data) + 1 {
		r := NewReader(bytes.NewReader(data[:n]), "j")
		got, errs := read(t, r)
		if n > 0 && n < first {
			if len(errs) != 1 || len(got) != 0 {
				t.Fatalf("cut at %d of the first line: %d observations, %v", n, len(got), errs)
			}
			continue
		}
		if len(errs) > 0 {
			t.Fatalf("cut at %d: %v", n, errs)
		}
		// A line without its end is whole if nothing of its JSON is missing.
		lines := bytes.Split(data[:n], []byte("\n"))
		whole := 0
		for _, l := range lines {
			if json.Valid(l) {
				whole++
			}
		}
		if diff := cmp.Diff(want[:min(4, max(0, whole-1))], got, compareOK); diff != "" {
			t.Fatalf("cut at %d (-want +got):\n%s", n, diff)
		}
		if last := lines[len(lines)-1]; r.Cut != (len(last) > 0 && !json.Valid(last)) {
			t.Fatalf("cut at %d: Cut is %v behind %q", n, r.Cut, last)
		}
	}
}

func TestReadLines(t *testing.T) {
	obs, err := json.Marshal(observations(1)[0])
	if err != nil {
		t.Fatal(err)
	}
	o := string(obs) + "\n"
	const finding, sum = `{"schema":"fipsweep.finding/v1","id":"x"}` + "\n", `{"schema":"fipsweep.sweep/v1"}` + "\n"
	for _, tt := range []struct {
		name, in string
		want     int    // observations
		wantErr  string // part of the only complaint, or "" for none
	}{
		{"empty", "", 0, ""},
		{"JSON lines of a sweep", o + finding + o + finding + sum, 2, ""},
		{"blank lines", "\n" + o + "\r\n\n", 1, ""},
		{"a field we do not know", strings.Replace(o, `{"schema"`, `{"novel":[1],"schema"`, 1), 1, ""},
		{"a kind we do not know", o + `{"schema":"fipsweep.weather/v3"}` + "\n" + o, 2, ""},
		{"a damaged line between", o + "{\"schema\":\n" + o, 2, "j:2: the line is damaged"},
		{"a damaged observation between", o + `{"schema":"fipsweep.observation/v1","time":3}` + "\n" + o, 2, "j:2: the observation is damaged"},
		{"a newer observation", o + `{"schema":"fipsweep.observation/v2"}` + "\n" + o, 1, `j:2: this file has lines of version "fipsweep.observation/v2"`},
		{"a newer one that begins as ours", o + `{"schema":"fipsweep.observation/v1","schema":"fipsweep.observation/v2"}` + "\n" + o, 1, `j:2: this file has lines of version "fipsweep.observation/v2"`},
		{"a newer journal", `{"schema":"fipsweep.journal/v9"}` + "\n" + o, 0, `this fipsweep reads "fipsweep.journal/v1"`},
		{"another's lines", `{"host":"a"}` + "\n" + o, 0, "name no schema of ours"},
		{"no lines", "hello", 0, "not one whole line"},
		{"text", "hello\n", 0, "no JSON in one line: only a journal and what -o jsonl wrote can be read again"},
		{"a report as one document", "{\n  \"schema\": \"fipsweep.report/v1\"\n}\n", 0, "no JSON in one line: only a journal and what -o jsonl wrote can be read again"},
		{"a damaged sweep", `{"schema":"fipsweep.journal/v1","sweep":4}` + "\n" + o, 1, "about the sweep is damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, errs := read(t, NewReader(strings.NewReader(tt.in), "j"))
			if len(got) != tt.want {
				t.Errorf("%d observations, want %d", len(got), tt.want)
			}
			all := errors.Join(errs...)
			if tt.wantErr == "" && all != nil || tt.wantErr != "" && (len(errs) != 1 || !strings.Contains(all.Error(), tt.wantErr)) {
				t.Errorf("complaints %v, want %q", errs, tt.wantErr)
			}
		})
	}
}

// endless is a line without end.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.read += len(b)
	return len(b), nil
}

func TestLineIsBounded(t *testing.T) {
	var in endless
	_, errs := read(t, NewReader(&in, "j"))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "longer than 64 MiB") {
		t.Errorf("%v", errs)
	}
	if in.read > maxLine+(1<<20) {
		t.Errorf("read %d bytes", in.read)
	}
}

func TestReadStops(t *testing.T) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	for _, o := range observations(5) {
		if err := enc.Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range Read(ctx, bytes.NewReader(buf.Bytes()), "j") {
		n++
		last = err
		cancel()
	}
	if n != 2 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d, %v", n, last)
	}
	for range Read(t.Context(), bytes.NewReader(buf.Bytes()), "j") {
		break
	}
	failing := io.MultiReader(&buf, failure{})
	_, errs := read(t, NewReader(failing, "j"))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "the disk is gone") {
		t.Errorf("%v", errs)
	}
}

type failure struct{}

func (failure) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestReaderSweeps(t *testing.T) {
	path := write(t, observations(5), false)
	open := func() *Reader {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return NewReader(f, path)
	}
	var s scanner.Sweeper = open()
	n := 0
	if err := s.Sweep(t.Context(), nil, func(scanner.Observation) error { n++; return nil }); err != nil || n != 5 {
		t.Errorf("%d, %v", n, err)
	}
	full := errors.New("full")
	if err := open().Sweep(t.Context(), nil, func(scanner.Observation) error { return full }); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

// What was appended is outside of the process before anything else happens.
func TestAppendIsVisibleAtOnce(t *testing.T) {
	j, err := Create(t.TempDir(), sweep, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for i, o := range observations(3) {
		if err := j.Append(o); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(j.Path())
		if err != nil {
			t.Fatal(err)
		}
		if got, errs := read(t, NewReader(bytes.NewReader(data), "j")); len(got) != i+1 || len(errs) > 0 {
			t.Errorf("after %d: %d, %v", i+1, len(got), errs)
		}
	}
}

func TestCreate(t *testing.T) {
	state := filepath.Join(t.TempDir(), "deep", "state")
	j, err := Create(state, sweep, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if want := filepath.Join(state, "sweeps", "20261122T011502Z-7c41.jsonl"); j.Path() != want || Path(state, sweep.ID) != want {
		t.Errorf("path %s, want %s", j.Path(), want)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]fs.FileMode{state: 0o700, filepath.Join(state, "sweeps"): 0o700, j.Path(): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
			}
		}
	}
	if _, err := Create(state, sweep, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second journal of the same sweep: %v", err)
	}
	for _, id := range []string{"", "..", "../../etc/passwd", "20261122T011502Z-7C41", "20261122T011502Z-7c4", "20261322T011502Z-7c41", "20261122T011502Z-7c4/", "20261122T011502Z-+741"} {
		if _, err := Create(state, scanner.Sweep{ID: id}, nil); err == nil || !strings.Contains(err.Error(), "no sweep id") {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

func TestNewID(t *testing.T) {
	at := start.In(time.FixedZone("", 7200))
	if got := NewID(at, [2]byte{0x7c, 0x41}); got != "20261122T011502Z-7c41" {
		t.Error(got)
	}
	if got := NewID(at, [2]byte{0, 1}); got != "20261122T011502Z-0001" || checkID(got) != nil {
		t.Error(got, checkID(got))
	}
}

// small is a disk with room for so many bytes.
type small struct {
	bytes.Buffer
	room   int
	syncs  int
	held   int // bytes that were synced
	dead   error
	closed bool
}

func (s *small) Write(b []byte) (int, error) {
	if s.Len()+len(b) <= s.room {
		return s.Buffer.Write(b)
	}
	n, _ := s.Buffer.Write(b[:s.room-s.Len()])
	return n, errors.New("no space left on device")
}
func (s *small) Truncate(n int64) error { s.Buffer.Truncate(int(n)); return nil }
func (s *small) Sync() error            { s.syncs++; s.held = s.Len(); return s.dead }
func (s *small) Close() error           { s.closed = true; return nil }

// A full disk is told, and leaves whole lines.
func TestFullDisk(t *testing.T) {
	obs := observations(3)
	line, err := json.Marshal(obs[0])
	if err != nil {
		t.Fatal(err)
	}
	disk := &small{room: len(line) + 40}
	j := &Journal{f: disk, path: "j"}
	if err := j.Append(obs[0]); err != nil {
		t.Fatal(err)
	}
	for _, o := range obs[1:] {
		if err := j.Append(o); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%v", err)
		}
	}
	if err := j.Close(); err == nil || !disk.closed {
		t.Errorf("closed %v, %v", disk.closed, err)
	}
	if disk.String() != string(line)+"\n" {
		t.Errorf("left %q", disk)
	}
}

// However observations come, the disk is asked to hold each within a second,
// and not for each of them.
func TestSyncsWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &small{room: 1 << 20}
		j := &Journal{f: disk, path: "j"}
		for _, pause := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond, 3 * time.Second} {
			before, begun := disk.syncs, time.Now()
			for _, o := range observations(20) {
				if err := j.Append(o); err != nil {
					t.Fatal(err)
				}
				time.Sleep(pause)
			}
			time.Sleep(time.Second - pause)
			synctest.Wait()
			if disk.held != disk.Len() {
				t.Errorf("with pauses of %v: %d of %d bytes synced a second later", pause, disk.held, disk.Len())
			}
			if n, most := disk.syncs-before, int(time.Since(begun)/syncAfter)+1; n > most {
				t.Errorf("with pauses of %v: %d syncs, want %d at most", pause, n, most)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// A disk that fails to sync is told by the next line, and by Close.
func TestSyncFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &Journal{f: &small{room: 1 << 20, dead: errors.New("input/output error")}, path: "j"}
		if err := j.Append(observations(1)[0]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if err := j.Append(observations(1)[0]); err == nil || !strings.Contains(err.Error(), "input/output error") {
			t.Errorf("after a sync that failed: %v", err)
		}
		if err := j.Close(); err == nil {
			t.Error("closed in silence")
		}
	})
}

func FuzzRead(f *testing.F) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	_ = enc.Encode(head{Schema: JournalSchema, Sweep: sweep})
	for _, o := range observations(3) {
		_ = enc.Encode(o)
	}
	f.Add(buf.Bytes())
	f.Add(buf.Bytes()[:buf.Len()-7])
	f.Add([]byte(`{"schema":"fipsweep.finding/v1"}` + "\n\n"))
	f.Add([]byte(`{"schema":"fipsweep.observation/v2"}`))
	f.Add([]byte("\xff\x00\n{}\n[]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := read(t, NewReader(bytes.NewReader(data), "j"))
		// What was read can be written, and reads the same.
		var again bytes.Buffer
		enc := json.NewEncoder(&again)
		for _, o := range got {
			if o.Schema != scanner.ObservationSchema {
				t.Fatalf("schema %q", o.Schema)
			}
			if err := enc.Encode(o); err != nil {
				t.Fatal(err)
			}
		}
		back, errs := read(t, NewReader(&again, "j"))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if diff := cmp.Diff(got, back, compareOK); diff != "" {
			t.Fatal(diff)
		}
	})
}
