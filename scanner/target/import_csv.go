package target

import (
	"encoding/csv"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"strings"
)

// A header says what the columns of a CSV file are.
type header struct {
	comma   rune
	columns []column
}

// A column is what a field of a row is taken for.
type column int

const (
	columnOther column = iota
	columnAddress
	columnHost // an address or a name
	columnName
	columnPort
	columnProtocol
	columnState
	columnSuccess
	columnURL
)

// columnOf knows the words in use: zmap's saddr and sport, naabu's and httpx's
// columns, and what inventories are headed by.
func columnOf(word string) column {
	switch strings.ToLower(strings.Trim(word, " \t\"")) {
	case "ip", "address", "addr", "ip_address", "ip address", "ipaddress", "ipv4", "ipv6", "saddr", "host_ip":
		return columnAddress
	case "host", "target":
		return columnHost
	case "name", "sni", "hostname", "host_name", "fqdn", "domain", "dns", "dns_name", "server_name", "servername":
		return columnName
	case "port", "ports", "sport":
		return columnPort
	case "protocol", "proto":
		return columnProtocol
	case "state", "status", "classification":
		return columnState
	case "success":
		return columnSuccess
	case "url":
		return columnURL
	}
	return columnOther
}

// headerOf reads a line as the head of a CSV file; nil where it is none. One
// word alone is a host, but for zmap's.
func headerOf(line string) *header {
	for _, comma := range ",;\t" {
		words := strings.Split(line, string(comma))
		if len(words) == 1 && columnOf(words[0]) != columnAddress || len(words) == 1 && !strings.EqualFold(strings.Trim(line, " \""), "saddr") {
			continue
		}
		h := &header{comma: comma}
		place := false
		for _, w := range words {
			c := columnOf(w)
			h.columns = append(h.columns, c)
			place = place || c == columnAddress || c == columnHost || c == columnName || c == columnURL
		}
		if place {
			return h
		}
	}
	return nil
}

// read takes every row below the header.
func (h *header) read(l *list, r io.Reader) error {
	in := newCounted(r)
	rows := csv.NewReader(in)
	rows.Comma, rows.Comment = h.comma, '#'
	rows.FieldsPerRecord, rows.LazyQuotes, rows.TrimLeadingSpace, rows.ReuseRecord = -1, true, h.comma != '\t', true
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			var parse *csv.ParseError
			if n := in.line; errors.As(err, &parse) {
				l.fail(parse.Line, parse.Err)
			} else {
				l.fail(n, err)
			}
			return nil
		}
		in.next(rows.InputOffset())
		if first {
			continue
		}
		n, _ := rows.FieldPos(0)
		if f, ok := h.row(row); ok {
			l.found(n, f)
		}
	}
}

// row reads one row; not ok for one that says of itself that it is no open TCP
// port.
func (h *header) row(row []string) (f found, ok bool) {
	for i, s := range row[:min(len(row), len(h.columns))] {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		switch h.columns[i] {
		case columnAddress:
			f.host = s
		case columnHost:
			if _, err := netip.ParseAddr(s); err == nil && f.host == "" {
				f.host = s
			} else if f.name == "" {
				f.name = s
			}
		case columnName:
			f.name = s
		case columnPort:
			f.port = s
		case columnURL:
			f.url(s)
		case columnProtocol:
			if !strings.EqualFold(s, "tcp") {
				return f, false
			}
		case columnState, columnSuccess:
			if !isOpen(s) {
				return f, false
			}
		}
	}
	return f, f != found{}
}

// isOpen tells the words for a port that is not, or did not answer so: anything
// else, such as "active" in an inventory, is no such word.
func isOpen(s string) bool {
	switch strings.ToLower(s) {
	case "closed", "filtered", "open|filtered", "rst", "0", "false", "down":
		return false
	}
	return true
}

// url takes host and port of a URL, where they are not known already.
func (f *found) url(s string) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	if _, err := netip.ParseAddr(host); err != nil {
		f.name = host
	} else if f.host == "" {
		f.host = host
	}
	if f.port == "" {
		f.port = port
	}
}
