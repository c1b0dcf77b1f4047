package catalogue

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fipsweep/fipsweep/fips"
)

// sound is a small catalogue without fault; files replace or add to it.
func sound(files map[string]string) fs.FS {
	dir := fstest.MapFS{
		metaFile:    {Data: []byte(`{"version": "1", "since": "2024-03-01"}`)},
		sourcesFile: {Data: []byte(`[{"id": "D", "title": "t", "edition": "e", "date": "2020", "access": "read"}]`)},
		"hash.json": {Data: []byte("[" + rule("") + "]")},
	}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return dir
}

// rule is a rule without fault, with fields changed: "status=x until=y" sets,
// "status=" removes.
func rule(changes string) string {
	fields := map[string]any{
		"id": "hash/H", "kind": "hash", "name": "H", "use": "any", "status": "approved",
		"cite":    []any{map[string]any{"document": "D", "section": "1"}},
		"because": "b", "remedy": "r", "confidence": "high", "source_read": true, "quantum_vulnerable": false,
	}
	for change := range strings.FieldsSeq(changes) {
		name, value, _ := strings.Cut(change, "=")
		var v any = value
		if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") || value == "1" {
			v = json.RawMessage(value)
		}
		fields[name] = v
		if value == "" {
			delete(fields, name)
		}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func transition(from, status string) string {
	return `{"from":"` + from + `","status":"` + status + `","cite":{"document":"D","section":"2"},"draft":true}`
}

func TestReadFaults(t *testing.T) {
	if c, err := Read(sound(nil)); err != nil || len(c.Rules) != 1 {
		t.Fatalf("a catalogue without fault: %v", err)
	}
	then := func(list ...string) string { return "transitions=[" + strings.Join(list, ",") + "]" }
	for _, test := range []struct{ name, rules, want string }{
		{"unknown field", rule("colour=red"), `unknown field "colour"`},
		{"unknown status", rule("status=fine"), `unknown status "fine"`},
		{"status missing", rule("status="), `status is "unobserved"`},
		{"status that no rule gives", rule("status=unclassified"), `status is "unclassified"`},
		{"wrong type", rule("use=1"), "cannot unmarshal"},
		{"id twice", rule("until=2025-12-31") + "," + rule("from=2026-01-01"), "id is there twice"},
		{"id of another", rule("id=hash/Other"), `id must be "hash/H"`},
		{"id with empty use", rule("id=hash/H#"), `id must be "hash/H"`},
		{"name missing", rule("name= id=hash/"), "kind or name is empty"},
		{"kind of another file", rule("kind=mac id=mac/H"), "move it to its kind's file"},
		{"no citation", rule("cite=[]"), "cites nothing"},
		{"unknown source", rule(`cite=[{"document":"X","section":"1"}]`), `cites "X", which is no source`},
		{"no section", rule(`cite=[{"document":"D","section":""}]`), "without a section"},
		{"unknown source of a transition", rule(`until=2030-12-31 transitions=[{"from":"2031-01-01","status":"disallowed","cite":{"document":"Y","section":"1"},"draft":true}]`), `cites "Y"`},
		{"because empty", rule("because="), "because is empty"},
		{"remedy empty", rule("remedy="), "remedy is empty"},
		{"use empty", rule("use="), "use is empty"},
		{"confidence", rule("confidence=sure"), `confidence is "sure"`},
		{"role", rule("role=dance"), `role is "dance"`},
		{"second reading", rule(`second_reading={"result":"maybe","by":[],"note":""}`), `is "maybe"`},
		{"bad date", rule("from=2024-13-01"), `date "2024-13-01"`},
		{"bad date of a transition", rule("until=2030-12-31 " + then(transition("2031", "disallowed"))), `date "2031"`},
		{"until before from", rule("from=2024-01-02 until=2024-01-01"), "is before from"},
		{"transitions without until", rule(then(transition("2031-01-01", "disallowed"))), "no until"},
		{"transition leaves a gap", rule("until=2030-12-31 " + then(transition("2031-01-02", "disallowed"))), "gap between until 2030-12-31"},
		{"transition overlaps", rule("until=2030-12-31 " + then(transition("2030-12-31", "disallowed"))), "overlaps the transition of 2030-12-31"},
		{"transitions out of order", rule("until=2030-12-31 " + then(transition("2031-01-01", "deprecated"), transition("2031-01-01", "disallowed"))), "overlaps that of"},
		{"begins late", rule("from=2025-01-01"), "gap from 2024-03-01 to 2025-01-01"},
		{"ends", rule("until=2025-01-01"), "nothing follows until 2025-01-01"},
		{"successor late", rule("until=2025-01-01") + "," + rule("id=hash/H#b from=2025-01-03"), "gap between hash/H"},
		{"successor early", rule("until=2025-01-01") + "," + rule("id=hash/H#b from=2025-01-01"), "hash/H#b: overlaps hash/H"},
		{"two at once", rule("") + "," + rule("id=hash/H#b"), "overlaps hash/H"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(sound(map[string]string{"hash.json": "[" + test.rules + "]"}))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a complaint with %q", err, test.want)
			}
		})
	}
}

func TestSourceFaults(t *testing.T) {
	_, err := Read(sound(map[string]string{sourcesFile: `[{"id": "D", "title": "t", "edition": "e", "date": "2020-13", "access": "read"}]`}))
	if err == nil || !strings.Contains(err.Error(), `source D: date "2020-13": want YYYY-MM-DD, YYYY-MM or YYYY`) {
		t.Errorf("got %v, want a complaint about the date", err)
	}
}

func TestReadAllows(t *testing.T) {
	for name, rules := range map[string]string{
		"successor":         rule("until=2025-01-01") + "," + rule("id=hash/H#b from=2025-01-02"),
		"two roles":         rule("role=sign") + "," + rule("id=hash/H#b role=verify"),
		"two sizes":         rule(`bounds={"max_bits":9}`) + "," + rule(`id=hash/H#b bounds={"min_bits":10}`),
		"ordered changes":   rule("until=2030-12-31 transitions=[" + transition("2031-01-01", "deprecated") + "," + transition("2036-01-01", "disallowed") + "]"),
		"over a leap day":   rule("until=2028-02-28") + "," + rule("id=hash/H#b from=2028-02-29"),
		"from before since": rule("from=2014-01-01"),
	} {
		if _, err := Read(sound(map[string]string{"hash.json": "[" + rules + "]"})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A faulty file is told of in full: who mends it need not try again and again.
func TestReadTellsEverything(t *testing.T) {
	_, err := Read(sound(map[string]string{
		metaFile:    `{"version": "", "since": "soon"}`,
		sourcesFile: `[{"id": "D"}, {"id": "D", "title": "t", "edition": "e", "date": "2020", "access": "read"}]`,
		"hash.json": "[" + rule("colour=red remedy=") + "," + rule("id=hash/I cite=[]") + "]",
		"mac.json":  `{"not": "a list"}`,
		"kdf.json":  `[] []`,
	}))
	if err == nil {
		t.Fatal("no complaint")
	}
	for _, want := range []string{
		"version is empty", "since:", "source D: title is empty", "source D: id is there twice",
		`hash.json: record 1: json: unknown field "colour"`, "hash/H: remedy is empty", "hash/I: id must be", "hash/I: cites nothing",
		"mac.json:", "kdf.json: something follows",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("complaint %q is missing from:\n%v", want, err)
		}
	}
}

func TestReadMissing(t *testing.T) {
	_, err := Read(fstest.MapFS{})
	if err == nil || !strings.Contains(err.Error(), metaFile) || !strings.Contains(err.Error(), sourcesFile) {
		t.Errorf("got %v, want complaints about %s and %s", err, metaFile, sourcesFile)
	}
}

// What people write in an overlay is read without a panic, and what passes
// can be indexed.
func FuzzRead(f *testing.F) {
	f.Add([]byte("[" + rule("") + "]"))
	f.Add([]byte("[" + rule("until=2030-12-31 transitions=["+transition("2031-01-01", "disallowed")+"]") + "]"))
	f.Add([]byte(`[{"oid":"1.2.3-9","codepoint":"0x01-0x02,,-"}]`))
	f.Add([]byte(`[{]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read(sound(map[string]string{"hash.json": string(data)}))
		if err != nil {
			return
		}
		x := fips.NewIndex(c)
		for _, r := range c.Rules {
			if len(x.Named(r.Kind, r.Name)) == 0 {
				t.Errorf("%s is not found by its name", r.ID)
			}
		}
	})
}
