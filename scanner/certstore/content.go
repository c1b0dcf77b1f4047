package certstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// content reads one file into its observation.
type content struct {
	maxSize     int64
	known       *pkix.KnownKeys
	opener      *keystore.Opener
	excluded    func(path string) bool
	ctx         context.Context // of the one probe that this reading is
	observation *scanner.Observation
	seen        map[string]bool   // kind and digest of the items so far, and of the PEM that they were in
	ders        map[string][]byte // of the certificates among them, by digest
	entries     map[string]bool   // digests of the certificates that are entries of a key store
	secrets     map[string]bool   // digests of those that a TLS Secret hands to a server
	recognised  bool              // as some format
	again       bool              // the text was read as another form before

	file     *os.File  // what is read, where it is a file of its own
	member   string    // place in the archive that is being read; "" outside of one
	depth    int       // archives around it
	unpacked *unpacked // of all archives in the file
}

// read takes the file apart. An error means that the bytes could not be had;
// bytes that make no sense are facts.
func (c *content) read(r io.Reader, size int64) error {
	r = withContext{c.ctx, r}
	prefix := make([]byte, sniffLen)
	n, err := io.ReadFull(r, prefix)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	prefix = prefix[:n]
	if n < sniffLen { // the whole of it, whatever the size said
		size = int64(n)
	}
	rest := io.MultiReader(bytes.NewReader(prefix), r)
	if archive := archiveOf(prefix); archive != "" {
		return c.archive(c.ctx, archive, rest, size)
	}
	s, format := sniff(prefix, size)
	switch s {
	case shapeText:
		if n < sniffLen && c.sshPublicKey(prefix) {
			return nil
		}
		if f, ok := textFormatOf(prefix, c.path()); ok {
			return c.structured(f, rest, size)
		}
		if n < sniffLen && !holdsPEM(prefix) && !bytes.Contains(prefix, ssh2Begin) {
			return nil // most files of most trees end here
		}
		return c.text(rest, size, bytes.IndexByte(prefix, 0) >= 0)
	case shapeDER:
		return c.binary(rest, size)
	case shapeKnown:
		return c.marked(format, rest, size)
	}
	return nil
}

// Bounds of what one file's observation holds.
const (
	maxItems    = 50_000
	maxGaps     = 200
	maxMachines = 1000
)

// marked reads a store whose format has a mark of its own.
func (c *content) marked(format string, r io.Reader, size int64) error {
	open, known := map[string]func(context.Context, []byte) keystore.Contents{
		"JKS": c.opener.JKS, "JCEKS": c.opener.JKS, "BKS": c.opener.BKS, "OpenPGP": c.opener.OpenPGP,
	}[format]
	if f, ok := knownFormats[format]; ok {
		return c.structured(f, r, size)
	}
	if !known {
		c.unread(format)
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(r, c.maxSize))
	if err != nil {
		return err
	}
	if format == "BKS" && keystore.IsUBER(data) {
		format = "UBER"
	}
	c.format(format)
	if size > c.maxSize {
		c.incomplete(format, scanner.ReasonTooLarge, fmt.Sprintf("%d bytes, and no more than %d are read", size, c.maxSize))
		return nil
	}
	c.store(open(c.ctx, data))
	return nil
}

// add takes an item, once for each kind and digest; a line of SSH's is told by
// itself.
func (c *content) add(item scanner.Item) {
	if item.SHA256 != "" && item.SSH == nil {
		key := item.Kind + item.SHA256
		if c.seen[key] {
			return
		}
		c.seen[key] = true
	}
	if len(c.observation.Store.Items) >= maxItems {
		c.incomplete("items", scanner.ReasonTooLarge, fmt.Sprintf("more than %d in one file", maxItems))
		return
	}
	item.Member = c.member
	c.observation.Store.Items = append(c.observation.Store.Items, item)
	if item.Problem != "" && !told(item) {
		c.incomplete(item.Kind, scanner.ReasonGarbage, item.Problem)
	}
}

// told tells whether anything was learned of an item beside its kind.
func told(i scanner.Item) bool {
	if c := i.Certificate; c != nil {
		return c.Key.Algorithm != "" || c.SignatureOID != ""
	}
	return i.Key != nil || i.Request != nil || i.Prime != nil || i.Protection != nil
}

func (c *content) incomplete(what string, reason scanner.Reason, detail string) {
	if c.member != "" {
		what = c.member + ": " + what
	}
	gap := scanner.Incomplete{What: what, Reason: reason, Detail: detail}
	if n := len(c.observation.Incomplete); n >= maxGaps {
		gap = scanner.Incomplete{What: "more of the file", Reason: reason, Detail: fmt.Sprintf("the first %d gaps are told", maxGaps)}
	}
	if !slices.Contains(c.observation.Incomplete, gap) {
		c.observation.Incomplete = append(c.observation.Incomplete, gap)
	}
}

// format names the file's format by its first part; parts of another make no
// difference, and members of an archive none either.
func (c *content) format(name string) {
	c.recognised = true
	if c.member == "" && c.observation.Store.Format == "" {
		c.observation.Store.Format = name
	}
}

// unread says that the format is known and the content was not looked at.
func (c *content) unread(format string) {
	c.format(format)
	c.incomplete(format+" content", scanner.ReasonUncomputable, "this version does not open "+format)
}

// binary reads DER: one structure, or several in a row.
func (c *content) binary(r io.Reader, size int64) error {
	data, err := io.ReadAll(io.LimitReader(r, c.maxSize))
	if err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte{0x30, 0x80}) { // BER, which has no length to go by
		c.format(indefinite(data))
		c.item(indefinite(data), data)
		return nil
	}
	for len(data) > 0 {
		total, _, ok := outerLength(data)
		switch {
		case data[0] == 0x06:
			total = int64(len(data))
		case !ok:
			c.trailing(data)
			return nil
		case total > int64(len(data)):
			c.cutShort(data, total, size)
			return nil
		}
		der := data[:total]
		data = bytes.TrimLeft(data[total:], "\x00\r\n")
		kind := cmp.Or(pkix.KindOf(der), sealed(der))
		if kind == "" {
			if c.recognised {
				c.trailing(der)
			}
			return nil // some other ASN.1
		}
		c.format(formatOf(kind))
		c.item(kind, der)
	}
	return nil
}

// formatOf names the format of a file that begins with the kind in DER.
func formatOf(kind string) string {
	switch kind {
	case pkix.KindPKCS7, pkix.KindPKCS12, pkix.KindBCFKS, kindSealed:
		return kind
	}
	return "DER"
}

// trailing says that there is more in the file than was understood.
func (c *content) trailing(rest []byte) {
	if c.recognised {
		c.incomplete("data behind the last item", scanner.ReasonGarbage, fmt.Sprintf("%d bytes were not understood", len(rest)))
	}
}

// cutShort tells a structure that is longer than what there is of it.
func (c *content) cutShort(data []byte, total, size int64) {
	kind := guess(data)
	if kind == "" {
		c.trailing(data)
		return
	}
	c.format(formatOf(kind))
	if int64(len(data)) == c.maxSize && (total <= size || size < 0) {
		c.incomplete(kind, scanner.ReasonTooLarge, fmt.Sprintf("%d bytes, and no more than %d are read", total, c.maxSize))
		return
	}
	problem := fmt.Sprintf("cut short: it says %d bytes and has %d", total, len(data))
	switch kind {
	case pkix.KindPKCS7, pkix.KindPKCS12:
		c.incomplete(kind+" content", scanner.ReasonGarbage, problem)
	case scanner.ItemPrivateKey: // no digest: it would be one of the secret
		c.add(scanner.Item{Kind: kind, Problem: problem})
	default:
		c.add(scanner.Item{Kind: kind, SHA256: scanner.Digest(data), Problem: problem})
	}
}
