package site

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table reads an inventory in CSV (RFC 4180): a header, which may be in any
// order, then a row for each entry. Lines that begin with # are left out. A
// spreadsheet that writes semicolons is understood.
func (c *complaints) table(data []byte) []Expected {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment, r.FieldsPerRecord = '#', -1
	if semicolons(data) {
		r.Comma = ';'
	}
	var header []string
	var all []Expected
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			if !c.broken(err) {
				return all
			}
			continue
		}
		if header == nil {
			if header = c.header(r, row); header == nil {
				return nil
			}
			continue
		}
		if x, ok := c.row(r, header, row); ok {
			all = append(all, x)
		}
	}
}

// semicolons tells whether the header parts its columns by semicolons.
func semicolons(data []byte) bool {
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return bytes.ContainsRune(line, ';') && !bytes.ContainsRune(line, ',')
		}
	}
	return false
}

// broken tells a complaint of the CSV reader, and whether reading goes on.
func (c *complaints) broken(err error) bool {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		c.add(1, 1, "no CSV: %w", err)
		return false
	}
	c.add(parse.Line, max(1, parse.Column), "no CSV: %w: double each quote within quotes", parse.Err)
	return true
}

// header reads the names of the columns; nil where no row can be read by them.
func (c *complaints) header(r *csv.Reader, row []string) []string {
	seen := map[string]bool{}
	for i, name := range row {
		name = strings.ToLower(strings.TrimSpace(name))
		row[i] = name
		line, column := r.FieldPos(i)
		switch {
		case seen[name]:
			c.add(line, column, "column %q stands twice", clip(name))
		case !slices.Contains(inventoryKeys[:], name):
			c.add(line, column, "unknown column %q%s", clip(name), closest(name, inventoryKeys[:]))
		}
		seen[name] = true
	}
	if !seen["target"] {
		line, column := r.FieldPos(0)
		c.add(line, column, "no column target: the first line names the columns, such as target,owner,system,environment,data_class")
		return nil
	}
	return row
}

// row reads one entry; an empty row is none.
func (c *complaints) row(r *csv.Reader, header, row []string) (Expected, bool) {
	if strings.TrimSpace(strings.Join(row, "")) == "" {
		return Expected{}, false
	}
	line, _ := r.FieldPos(0)
	x := Expected{Where: fmt.Sprintf("%s:%d", c.file, line)}
	if len(row) > len(header) {
		l, column := r.FieldPos(len(header))
		c.add(l, column, "the row has %d fields and the header %d: quote a field that holds a comma", len(row), len(header))
		return x, false
	}
	given := false
	for i, s := range row {
		l, column := r.FieldPos(i)
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if err := plainText(s, bound(header[i])); err != nil {
			c.add(l, column, "%s: %w", header[i], err)
			continue
		}
		given = given || header[i] == "target"
		c.set(&x, header[i], s, l, column)
	}
	if !given {
		c.add(line, 1, "the row has no target")
	}
	return x, given
}
