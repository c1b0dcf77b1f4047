package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A Usage is what running a tool took, with all processes that it started and
// waited for.
type Usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system
	Peak int64         // KiB of the largest process at its largest
	Exit int
}

// A Row is one tool at one server: the median of its runs, or why there is
// none.
type Row struct {
	Server, Tool, Does string
	Traffic
	Usage
	Runs   int
	Scores map[string]Score
	Why    string // nothing was measured
}

// Table writes rows under each other, a block for each server, with a column
// for each kind: how many were found of how many there are, and how many
// invented. Missed is the difference.
func Table(w io.Writer, rows []Row, kinds ...string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "server\ttool\tconnections\tKiB sent\tKiB received\twall s\tCPU s\tpeak MiB\t%s\truns\n", strings.Join(kinds, "\t"))
	server := ""
	for _, r := range rows {
		name := r.Server
		if name == server {
			name = ""
		}
		server = r.Server
		if r.Why != "" {
			why, _, _ := strings.Cut(r.Why, "\n")
			fmt.Fprintf(t, "%s\t%s%s%s%s\n", name, r.Tool, strings.Repeat("\t-", 6), "\t"+why, strings.Repeat("\t-", len(kinds)))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.0f", name, r.Tool, r.Connections,
			float64(r.Sent)/1024, float64(r.Received)/1024, r.Wall.Seconds(), r.CPU.Seconds(), float64(r.Peak)/1024)
		for _, k := range kinds {
			fmt.Fprintf(t, "\t%s", r.Scores[k])
		}
		fmt.Fprintf(t, "\t%d\n", r.Runs)
	}
	return t.Flush()
}

// String is "12/12", "9/12, 3 missed", "12/12, 1 invented" or "not told".
func (s Score) String() string {
	if !s.Told {
		return "not told"
	}
	text := fmt.Sprintf("%d/%d", s.Found(), s.Of)
	if len(s.Missed) > 0 {
		text += fmt.Sprintf(", %d missed", len(s.Missed))
	}
	if len(s.Invented) > 0 {
		text += fmt.Sprintf(", %d invented", len(s.Invented))
	}
	return text
}

// Median is the value in the middle of each column, by itself.
func Median(runs []Row) Row {
	r := runs[len(runs)-1]
	r.Runs = len(runs)
	r.Wall = middle(runs, func(r Row) time.Duration { return r.Wall })
	r.CPU = middle(runs, func(r Row) time.Duration { return r.CPU })
	r.Peak = middle(runs, func(r Row) int64 { return r.Peak })
	r.Connections = middle(runs, func(r Row) int64 { return r.Connections })
	r.Sent = middle(runs, func(r Row) int64 { return r.Sent })
	r.Received = middle(runs, func(r Row) int64 { return r.Received })
	return r
}

func middle[T int64 | time.Duration](runs []Row, of func(Row) T) T {
	var all []T
	for _, r := range runs {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
