package target

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// A record is what JSON of masscan, zmap, naabu and httpx have of a target.
type record struct {
	IP       word      `json:"ip"`      // masscan, naabu
	Saddr    word      `json:"saddr"`   // zmap
	HostIP   word      `json:"host_ip"` // httpx since 1.7.3; before that host has it
	Host     word      `json:"host"`    // naabu, httpx
	SNI      word      `json:"sni"`     // httpx
	URL      word      `json:"url"`     // httpx
	Port     word      `json:"port"`
	Sport    word      `json:"sport"` // zmap
	Proto    word      `json:"proto"`
	Protocol word      `json:"protocol"`
	Success  word      `json:"success"` // zmap
	Failed   word      `json:"failed"`  // httpx
	Data     status    `json:"data"`    // masscan -oD
	Ports    []onePort `json:"ports"`   // masscan -oJ
}

type onePort struct {
	Port   word `json:"port"`
	Proto  word `json:"proto"`
	Status word `json:"status"`
}

// A word is text, a number or a truth value, or the Port of an object, since
// versions of one tool differ in that; anything else reads as nothing.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if m, ok := v.(map[string]any); ok { // naabu before 2.1.7
		v = m["Port"]
	}
	switch v := v.(type) {
	case string:
		*w = word(strings.TrimSpace(v))
	case float64:
		*w = word(strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		*w = word(strconv.FormatBool(v))
	}
	return nil
}

// A status is the word under that key of an object.
type status string

func (s *status) UnmarshalJSON(b []byte) error {
	var v struct{ Status string }
	if json.Unmarshal(b, &v) == nil {
		*s = status(v.Status)
	}
	return nil
}

// json reads objects one behind the other.
func (l *list) json(r io.Reader) error { return l.decode(r, false) }

// jsonArray reads the objects of one array.
func (l *list) jsonArray(r io.Reader) error { return l.decode(r, true) }

func (l *list) decode(r io.Reader, array bool) error {
	in := newCounted(r)
	d := json.NewDecoder(in)
	err := l.records(d, in, array)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends in the middle: whoever wrote it had not finished")
	} else if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		in.next(syntax.Offset - 1)
		err = fmt.Errorf("no JSON: %w", err)
	}
	l.fail(in.line, err)
	return nil
}

func (l *list) records(d *json.Decoder, in *counted, array bool) error {
	if array {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	for !array || d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		n := in.next(d.InputOffset() - int64(len(raw)))
		in.next(d.InputOffset())
		l.record(n, raw)
	}
	if _, err := d.Token(); errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		in.next(d.InputOffset())
		return errors.New("something follows the end of the array: name files one by one")
	}
	return nil
}

// record takes the targets of one record, which begins in the n-th line.
func (l *list) record(n int, raw json.RawMessage) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		l.fail(n, fmt.Errorf("no record of masscan, zmap, naabu or httpx: %w", err))
		return
	}
	if !r.counts() {
		return
	}
	f := found{host: string(first(r.IP, r.Saddr, r.HostIP)), port: string(first(r.Port, r.Sport)), name: string(r.SNI)}
	switch _, err := netip.ParseAddr(string(r.Host)); {
	case r.Host == "" || err == nil && f.host != "":
	case err == nil:
		f.host = string(r.Host)
	case f.name == "":
		f.name = string(r.Host)
	}
	if r.URL != "" {
		sni := f.name
		f.url(string(r.URL))
		f.name = string(first(word(sni), word(f.name)))
	}
	if f.host == "" && f.name == "" {
		l.fail(n, errors.New("no target is in this record: masscan and naabu write ip, zmap saddr, httpx url"))
		return
	}
	if r.Ports == nil {
		l.found(n, f)
		return
	}
	for _, p := range r.Ports {
		if isTCP(p.Proto) && isOpen(string(p.Status)) {
			f.port = string(p.Port)
			l.found(n, f)
		}
	}
}

// counts tells whether the record speaks of an open TCP port, or of a host
// without saying more.
func (r *record) counts() bool {
	return isTCP(r.Proto) && isTCP(r.Protocol) && isOpen(string(r.Success)) && isOpen(string(r.Data)) && r.Failed != "true"
}

func isTCP(w word) bool { return w == "" || strings.EqualFold(string(w), "tcp") }

// first is the first word that says anything.
func first(words ...word) word {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
