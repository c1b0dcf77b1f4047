package target

import (
	"fmt"
	"io"
)

// maxRecord bounds one record of a file: httpx can put whole pages into it.
const maxRecord = 16 << 20

// A counted reader knows in which line each offset lies, as far as it has been
// read and not yet passed, and ends with an error where one record is too long.
type counted struct {
	r      io.Reader
	read   int64   // bytes
	passed int64   // where the record now being read begins
	line   int     // of passed, from 1
	ends   []int64 // offsets of the line ends behind passed
}

var errLongRecord = fmt.Errorf("one record is longer than %d bytes: no port scanner writes such", maxRecord)

func newCounted(r io.Reader) *counted { return &counted{r: r, line: 1} }

func (c *counted) Read(p []byte) (int, error) {
	room := maxRecord - (c.read - c.passed)
	if room <= 0 {
		return 0, errLongRecord
	}
	n, err := c.r.Read(p[:min(int64(len(p)), room)])
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// next passes everything before offset and tells the line there.
func (c *counted) next(offset int64) int {
	c.passed = offset
	i := 0
	for i < len(c.ends) && c.ends[i] < offset {
		i++
	}
	c.line += i
	c.ends = append(c.ends[:0], c.ends[i:]...)
	return c.line
}
